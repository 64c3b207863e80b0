"""Making a team moves nobody: who is named as leader, or asked for a place, decides for themselves."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp import teams
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.demo import hospital
from slackapp.models import Delivery, Member, ProposalKind, Team, TeamProposal, Workspace
from slackapp.teams import Answer, TeamForm, moves, proposals
from slackapp.teams.proposals import ProposalKey
from slackapp.workspace import members
from tests.support.human import Human
from tests.support.running_app import RunningApp
from tests.support.workspace_ward import WorkspaceWard

GENERAL, IDRIS = "C0GENERAL00", hospital.OPERATIONS.id
ASSISTANT, NURSE, FREE = (hospital.WARD_7.staff[place].id for place in (4, 0, 1))
MAIR, HELEN = hospital.WARD_7.leader.id, hospital.DIRECTOR.id


def team_of(place: RunningApp, user: str) -> str | None:
    with place.app.sessions.read() as session:
        person = session.scalars(select(Member).where(Member.slack_user_id == user)).one()
        return session.get_one(Team, person.team_id).name if person.team_id else None


def leader_and_parent(place: RunningApp, name: str = "Book club") -> tuple[str | None, str | None]:
    with place.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.name == name)).one()
        leader = session.get(Member, team.leader_id) if team.leader_id else None
        parent = session.get(Team, team.parent_id) if team.parent_id else None
        return leader.slack_user_id if leader else None, parent.name if parent else None


def free(place: RunningApp, *users: str) -> None:
    with place.app.sessions.begin() as session:
        for person in session.scalars(select(Member).where(Member.slack_user_id.in_(users))):
            person.team_id = None


def book_club(place: RunningApp, *, maker: str = ASSISTANT, leader: str = "Carys Bevan") -> Human:
    """Make a team of #general that is part of Medicine; the preview is on the maker's screen."""
    person = place.person(maker)
    place.change(kind="join", channel=GENERAL, user=hospital.BOT, inviter=maker)
    person.sees("Shall it be a team here?")
    person.presses("Make it a team")
    person.fills("What is the team called?", "Book club")
    person.submits()
    if leader:
        person.fills("Who leads it?", leader)
    person.fills("What is it part of?", hospital.DIRECTORATE)
    person.submits()
    return person


def test_an_assistant_names_a_nurse_of_a_ward_and_nobody_leaves_their_check_in(place: RunningApp) -> None:
    free(place, FREE)
    assistant = book_club(place)
    preview = assistant.screen()["modal"]["text"]
    assert "is asked whether to lead Book club. Until they accept, nobody leads it." in preview
    assert "stays in Ward 7 and answers check-ins there." in preview
    assert "Nobody joins it before that. Then 1 person joins, who is in no team now." in preview
    assert "The leader of Medicine or an admin is asked whether it is part of Medicine." in preview
    # Everybody of the hospital is in the channel: all but the nurse and the one who is free are counted.
    assert f"{len(hospital.staff()) - 2} people belong to other teams and stay there." in preview
    assistant.submits()
    assistant.sees("Book club is a team now.")
    assert leader_and_parent(place) == (None, None)
    assert [team_of(place, user) for user in (NURSE, ASSISTANT, FREE)] == ["Ward 7", "Ward 7", None]
    # Whoever comes into the channel meanwhile joins nothing either.
    place.change(kind="leave", channel=GENERAL, user=FREE)
    place.change(kind="join", channel=GENERAL, user=FREE)
    nurse = place.person(NURSE)
    nurse.sees("made a team in Appreciate, Book club, and named you as its leader. Do you accept?")
    assert team_of(place, FREE) is None
    nurse.presses("Accept")
    assert "You lead Book club from now on." in nurse.screen().texts
    assert leader_and_parent(place) == (NURSE, None)
    assert [team_of(place, user) for user in (NURSE, ASSISTANT, FREE)] == ["Ward 7", "Ward 7", "Book club"]
    assistant.sees("leads Book club from now on.")
    place.person(FREE).sees("From the next check-in on, your answers are counted there.")
    assert "You belong to" not in nurse.screen().texts


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_naive_way_takes_the_nurse_out_of_her_wards_check_in(
    place: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def naive(session: Session, workspace: Workspace, form: TeamForm, *, by: Member, now: datetime) -> Team:
        del by, now
        return teams.make(session, workspace, form)

    monkeypatch.setattr(proposals, "make", naive)
    assistant = book_club(place)
    assistant.submits()
    assistant.sees("Book club is a team now.")
    assert leader_and_parent(place) == (NURSE, "Medicine")
    assert team_of(place, NURSE) == "Medicine"
    # She would not leave in silence, though.
    place.person(NURSE).sees("You belong to Medicine in Appreciate now.")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_thank_you_leaves_the_team_without_leader_until_an_admin_names_one(place: RunningApp) -> None:
    free(place, FREE)
    assistant = book_club(place)
    assistant.submits()
    nurse = place.person(NURSE)
    nurse.sees("Do you accept?")
    nurse.presses("No, thank you")
    assert "You will not lead Book club." in nurse.screen().texts
    assistant.sees("Nobody leads it and nobody joined it. An admin can name somebody else.")
    assert leader_and_parent(place) == (None, None)
    assert (team_of(place, NURSE), team_of(place, FREE)) == ("Ward 7", None)
    nurse.does("dismiss")
    nurse.presses("Accept")
    assert "This has been answered already" in nurse.screen().texts
    assert leader_and_parent(place) == (None, None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_parent_is_confirmed_by_its_leader(place: RunningApp) -> None:
    assistant = book_club(place)
    assistant.submits()
    director = place.person(HELEN)
    director.sees("and would like it to be part of Medicine.")
    director.presses("Accept")
    assert "Book club is a part from now on." in director.screen().texts
    assert leader_and_parent(place) == (None, "Medicine")
    assistant.sees("Book club is part of Medicine from now on.")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_makes_a_team_and_leads_it_keeps_their_own(place: RunningApp) -> None:
    free(place, FREE)
    assistant = book_club(place, leader="")
    preview = assistant.screen()["modal"]["text"]
    assert "Book club is led by" in preview
    assert "stays in Ward 7 and answers check-ins there." in preview
    assert "1 person joins it." in preview
    assistant.submits()
    assistant.sees("Book club is a team now.")
    assert leader_and_parent(place) == (ASSISTANT, None)
    assert (team_of(place, ASSISTANT), team_of(place, FREE)) == ("Ward 7", "Book club")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_admin_asks_nobody_and_still_moves_nobody(place: RunningApp) -> None:
    idris = book_club(place, maker=IDRIS)
    assert "is asked" not in idris.screen()["modal"]["text"]
    idris.submits()
    idris.sees("Book club is a team now.")
    assert leader_and_parent(place) == (NURSE, "Medicine")
    assert (team_of(place, NURSE), team_of(place, IDRIS)) == ("Ward 7", "Medicine")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_an_admin_moves_is_told_where_they_are_counted(place: RunningApp) -> None:
    idris = place.person(IDRIS)
    idris.sees("For admins", place="home")
    idris.presses("Teams", within="home")
    idris.presses("New team")
    idris.fills("What is it called?", "Night team")
    idris.fills("Who leads it?", "Carys Bevan")
    idris.submits()
    idris.sees("Saved.")
    place.person(NURSE).sees("You belong to no team in Appreciate any more.")
    assert team_of(place, NURSE) is None


def proposed(ward: WorkspaceWard, session: Session) -> TeamProposal:
    """Nia made "Book club" as a part of Medicine and named Col as its leader."""
    form = TeamForm("Book club", parent=named(session, "Medicine").id, leader="U0COLLEAGUE")
    maker = ward.person(session, "U0NIANURSE")
    team = proposals.make(session, ward.workspace(session), form, by=maker, now=ward.noon)
    proposal = proposals.of_team(session, team.id, ProposalKind.LEADER)
    assert proposal is not None
    return proposal


def named(session: Session, name: str) -> Team:
    return session.scalars(select(Team).where(Team.name == name)).one()


@pytest.mark.parametrize("kind", list(ProposalKind))
@pytest.mark.parametrize(
    "user", ["U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD", "U0LEALEADER", "U0DIDIRECTOR", "U0ADAADMIN"]
)
def test_only_those_who_were_asked_may_answer(ward: WorkspaceWard, kind: ProposalKind, user: str) -> None:
    may_answer = {
        ProposalKind.LEADER: {"U0COLLEAGUE"},
        ProposalKind.PARENT: {"U0DIDIRECTOR", "U0ADAADMIN"},
    }
    with ward.database.begin() as session:
        key = ProposalKey(proposed(ward, session).team_id, kind)
        workspace, member = ward.workspace(session), ward.person(session, user)
        if user in may_answer[kind]:
            assert proposals.open_for(session, workspace, key, member=member, now=ward.noon).kind == kind
            return
        with pytest.raises(UserError) as refused:
            proposals.open_for(session, workspace, key, member=member, now=ward.noon)
        assert refused.value.words(voice()) == "Only the person who was asked can answer this."


def test_a_leader_from_inside_the_team_belongs_to_its_parent(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        ward_7, nia = named(session, "Ward 7"), ward.person(session, "U0NIANURSE")
        proposals.lead(session, ward_7, nia)
        assert nia.team_id == named(session, "Medicine").id


def test_an_accepted_leader_without_a_team_belongs_to_the_parent_once_it_is_confirmed(
    ward: WorkspaceWard,
) -> None:
    with ward.database.begin() as session:
        workspace, col = ward.workspace(session), ward.person(session, "U0COLLEAGUE")
        members.put_in_team(session, col, None)
        proposal = proposed(ward, session)
        team_id = proposal.team_id
        proposals.answer(session, workspace, proposal, Answer.ACCEPTED, now=ward.noon)
        assert col.team_id is None
        parent = proposals.of_team(session, team_id, ProposalKind.PARENT)
        assert parent is not None
        proposals.answer(session, workspace, parent, Answer.ACCEPTED, now=ward.noon)
        assert col.team_id == named(session, "Medicine").id


def test_people_are_told_only_while_check_ins_are_on(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        workspace, nia = ward.workspace(session), ward.person(session, "U0NIANURSE")
        before = moves.placement(session, workspace)
        members.put_in_team(session, nia, None)
        moves.tell_moved(session, workspace, before, now=ward.noon)
        assert session.scalars(select(Delivery.kind)).all() == []
        workspace.pulse_on = True
        moves.tell_moved(session, workspace, before, now=ward.noon)
        assert session.scalars(select(Delivery.target)).all() == ["U0NIANURSE"]


def test_a_team_that_ends_takes_its_proposals_with_it(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        proposed(ward, session)
        teams.end(session, workspace, named(session, "Medicine"), now=ward.noon)
        assert [row.kind for row in session.scalars(select(TeamProposal))] == [ProposalKind.LEADER]
        teams.end(session, workspace, named(session, "Book club"), now=ward.noon)
        assert session.scalars(select(TeamProposal)).all() == []
