"""First contact: one welcome, in both languages, before a person's first check-in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from slackapp import manifest_path
from slackapp.core.calendar import working_day_before
from slackapp.demo import history, hospital
from slackapp.models import Delivery, DeliveryState, Member, Team, Workspace
from slackapp.pulse import welcomes
from slackapp.pulse.opening import INVITATION
from slackapp.sandbox.server import Sandbox
from tests.support.composed import beside
from tests.support.human import Human
from tests.support.running_app import CARYS, DYLAN, WARD_MANAGER, RunningApp, at_work

THURSDAY = datetime(2026, 10, 29, 8, 0, tzinfo=UTC)
WELCOME, INVITED = "I am Appreciate.", "How were your last few shifts?"
ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def practice(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningApp]:
    """The hospital, whose admin has just set its teams up and gone live: nobody has heard of the app."""
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    with Sandbox(manifest=manifest_path(), now=THURSDAY) as sandbox:
        app = beside(
            sandbox, hospital.workspace(), database_url=database_url, key_directory=tmp_path / "keys"
        )
        sandbox.follower = app
        history.set_up(app, since=THURSDAY, are_welcomed=False)
        with at_work(app, sandbox, tmp_path) as practice:
            yield practice


def messages(person: Human) -> list[str]:
    return [message["text"] for message in person.screen()["messages"]]


def deliveries(practice: RunningApp, kind: str) -> list[Delivery]:
    with practice.app.sessions.read() as session:
        return list(session.scalars(select(Delivery).where(Delivery.kind == kind)))


def change(practice: RunningApp, slack_user_id: str, **values: object) -> None:
    with practice.app.sessions.begin() as session:
        session.execute(update(Member).where(Member.slack_user_id == slack_user_id).values(**values))


def test_everybody_who_will_be_asked_is_welcomed_once_on_the_working_day_before(practice: RunningApp) -> None:
    practice.clock(now="2026-10-30T09:59:00+00:00")
    assert messages(practice.nurse) == []
    practice.clock(now="2026-10-30T12:30:00+00:00")
    (text,) = messages(practice.nurse)
    assert text.index(WELCOME) < text.index("Appreciate ydw i.")
    for sentence in (
        "set me up for your team, Ward 7.",
        "Every week I ask five questions about how the team is led. You need not answer.",
        "Your answers, nobody: your lead sees rounded results of 5 or more people.",
        "It is never used in appraisal, capability or pay.",
        "Taking no part is everybody's right",
    ):
        assert sentence in text
    sent = deliveries(practice, welcomes.WELCOME)
    with practice.app.sessions.read() as session:
        in_teams = session.scalars(select(Member.slack_user_id).where(Member.team_id.is_not(None))).all()
    # Whoever leads the top is asked nothing, so nothing is explained to them.
    assert {row.target for row in sent} == set(in_teams) - {hospital.DIRECTOR.id}
    assert {row.state for row in sent} == {DeliveryState.SENT}
    assert len({row.due for row in sent}) > len(sent) // 2, "not all at one moment"
    practice.clock(now="2026-11-02T09:30:00+00:00")
    assert [INVITED in text for text in messages(practice.nurse)] == [False, True]
    practice.clock(now="2026-11-09T09:30:00+00:00")
    assert sum(WELCOME in text for text in messages(practice.nurse)) == 1, "never again"


@ON_ONE_DATABASE
def test_the_language_pressed_changes_the_message_and_holds_from_then_on(practice: RunningApp) -> None:
    practice.clock(now="2026-10-30T12:30:00+00:00")
    labels = [control["label"] for control in practice.nurse.screen()["messages"][0]["controls"]]
    assert labels == [
        "English",
        "Cymraeg",
        "How it stays anonymous",
        "No messages, please / Dim negeseuon, os gwelwch yn dda",
    ]
    practice.nurse.presses("How it stays anonymous")
    practice.nurse.waits(lambda screen: screen["modal"] is not None)
    practice.nurse.does("dismiss")
    practice.nurse.presses("Cymraeg")
    practice.nurse.sees("Rwy'n ysgrifennu atoch yn Gymraeg.")
    (text,) = messages(practice.nurse)
    assert "Yr holiadur cyntaf: dydd Llun 2 Tachwedd, 09:00." in text
    assert "o 08:00 tan 20:00" in text
    assert WELCOME not in text
    practice.nurse.presses("Newid pryd rwy'n ysgrifennu")
    practice.nurse.waits(lambda screen: screen["modal"] is not None)
    practice.nurse.does("dismiss")
    practice.clock(now="2026-11-02T09:30:00+00:00")
    practice.nurse.sees("Sut oedd eich sifftiau diwethaf?")
    practice.colleague.sees(INVITED)


@ON_ONE_DATABASE
def test_no_messages_is_one_press_which_nobody_is_shown(practice: RunningApp) -> None:
    practice.clock(now="2026-10-30T12:30:00+00:00")
    others = (WARD_MANAGER, hospital.DIRECTOR.id)
    before = [
        (practice.person(user).screen().texts, practice.person(user).screen("home").texts) for user in others
    ]
    practice.nurse.presses("No messages, please / Dim negeseuon, os gwelwch yn dda")
    practice.nurse.sees("You get no messages about check-ins, and nobody is told.")
    after = [
        (practice.person(user).screen().texts, practice.person(user).screen("home").texts) for user in others
    ]
    assert before == after
    practice.clock(now="2026-11-02T09:30:00+00:00")
    practice.colleague.sees(INVITED)
    assert INVITED not in practice.nurse.screen().texts
    practice.nurse.sees(INVITED, "home")
    practice.nurse.presses("Answer", "home")
    practice.nurse.waits(lambda screen: screen["modal"] is not None, "home")


@ON_ONE_DATABASE
def test_who_joins_later_is_welcomed_before_their_own_first_check_in(practice: RunningApp) -> None:
    change(practice, DYLAN, team_id=None)
    practice.clock(now="2026-11-03T09:30:00+00:00")
    assert messages(practice.colleague) == []
    with practice.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one().id
    change(practice, DYLAN, team_id=team)
    practice.clock(now="2026-11-06T12:30:00+00:00")
    assert [WELCOME in text for text in messages(practice.colleague)] == [True]
    practice.clock(now="2026-11-09T09:30:00+00:00")
    assert [INVITED in text for text in messages(practice.colleague)] == [False, True]
    assert sum(WELCOME in text for text in messages(practice.nurse)) == 1


@ON_ONE_DATABASE
def test_who_was_met_too_late_reads_the_welcome_before_the_check_in(practice: RunningApp) -> None:
    change(practice, CARYS, team_id=None)
    practice.clock(now="2026-11-02T08:59:00+00:00")
    with practice.app.sessions.read() as session:
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one().id
    change(practice, CARYS, team_id=team)
    practice.clock(now="2026-11-02T09:30:00+00:00")
    assert [WELCOME in text for text in messages(practice.nurse)] == [True, False]
    (invited,) = [row for row in deliveries(practice, INVITATION) if row.target == CARYS]
    (welcomed,) = [row for row in deliveries(practice, welcomes.WELCOME) if row.target == CARYS]
    assert (invited.group_key, invited.step > welcomed.step) == (welcomed.group_key, True)


@ON_ONE_DATABASE
def test_who_is_on_leave_is_welcomed_once_they_are_back_and_asked(practice: RunningApp) -> None:
    change(practice, CARYS, away_from=date(2026, 10, 30), away_until=date(2026, 11, 10))
    practice.clock(now="2026-11-05T12:00:00+00:00")
    waiting = [row for row in deliveries(practice, welcomes.WELCOME) if row.target == CARYS]
    assert (messages(practice.nurse), waiting) == ([], []), "it would come after its check-in"
    practice.clock(now="2026-11-11T09:00:00+00:00")
    assert [WELCOME in text for text in messages(practice.nurse)] == [True, False]


@ON_ONE_DATABASE
def test_nothing_is_sent_before_check_ins_are_live(practice: RunningApp) -> None:
    with practice.app.sessions.begin() as session:
        workspace = session.scalars(select(Workspace)).one()
        workspace.pulse_on = False
    practice.clock(now="2026-11-13T12:30:00+00:00")
    assert deliveries(practice, welcomes.WELCOME) == []


@pytest.mark.parametrize(
    ("day", "nation", "before"),
    [
        (date(2026, 11, 2), "ENG", date(2026, 10, 30)),
        (date(2026, 11, 4), "WLS", date(2026, 11, 3)),
        (date(2026, 12, 29), "ENG", date(2026, 12, 24)),
        (date(2027, 1, 4), "SCT", date(2026, 12, 31)),
    ],
)
def test_the_working_day_before_passes_over_weekends_and_bank_holidays(
    day: date, nation: str, before: date
) -> None:
    assert working_day_before(day, nation) == before
