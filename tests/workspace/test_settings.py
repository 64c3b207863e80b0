"""Admins manage teams, settings, retention periods, and messages that may not have arrived."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from handlers.workspace import settings_view
from slackapp.core.i18n import voice
from slackapp.demo import hospital
from slackapp.models import (
    AuditEntry,
    Delivery,
    DeliveryState,
    Member,
    Retention,
    Team,
    Workspace,
)
from slackapp.outbox.queue import NewDelivery, enqueue
from slackapp.workspace import audit_log
from slackapp.workspace.audit_log import Action
from tests.support.human import Human
from tests.support.running_app import RunningApp
from tests.support.waiting import comes

IDRIS, HELEN, MAIR = hospital.OPERATIONS.id, hospital.DIRECTOR.id, hospital.WARD_7.leader.id
CARYS, DYLAN, TOMOS = (hospital.WARD_7.staff[index].id for index in (0, 4, 1))
GENERAL = "C0GENERAL00"
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def team(place: RunningApp, name: str) -> Team | None:
    with place.app.sessions.read() as session:
        row: Team | None = session.scalars(select(Team).where(Team.name == name)).one_or_none()
        return row


def team_of(place: RunningApp, user: str) -> str | None:
    with place.app.sessions.read() as session:
        person = session.scalars(select(Member).where(Member.slack_user_id == user)).one()
        return session.get_one(Team, person.team_id).name if person.team_id else None


def deeds(place: RunningApp) -> list[str]:
    with place.app.sessions.read() as session:
        here = session.get_one(Workspace, place.app.workspace_id)
        return [entry.deed for entry in reversed(audit_log.latest(session, here))]


@pytest.fixture
def idris(place: RunningApp) -> Human:
    """The operations manager, who is an admin, with the Home tab open."""
    person = place.person(IDRIS)
    person.sees("For admins", place="home")
    return person


def in_modal(person: Human) -> dict[str, Any]:
    modal = person.screen()["modal"]
    assert modal is not None
    return dict(modal)


def test_a_team_is_made_by_hand_changed_and_ended(place: RunningApp, idris: Human) -> None:
    idris.presses("Teams", within="home")
    assert "Ward 7, part of Medicine" in in_modal(idris)["text"]
    assert "Led by Mair Llewellyn." in in_modal(idris)["text"]
    idris.presses("New team")
    for blank in ("\u200b\u200b", "\u3164"):
        idris.fills("What is it called?", blank)
        idris.submits()
        errors = {"What is it called?": "Please choose a name of 1 to 80 characters."}
        assert in_modal(idris)["errors"] == errors
    idris.fills("What is it called?", "Pharmacy")
    idris.fills("What is it part of?", "Medicine")
    idris.fills("Who leads it?", "Tomos Rees")
    idris.fills("Who belongs to it?", "People I choose")
    idris.submits()
    assert "Saved." in in_modal(idris)["text"]
    idris.presses("Who belongs to it")
    idris.fills("Put these people in", ["Carys Bevan", "Mair Llewellyn", "Rota Bot"])
    idris.submits()
    text = in_modal(idris)["text"]
    assert "1 person came in. 1 of them was in another team." in text
    assert "2 could not: apps, people from other organisations, or leaders of teams." in text
    assert team_of(place, CARYS) == "Pharmacy"
    # Whoever leads answers where the parent's leader reads.
    assert team_of(place, TOMOS) == "Medicine"
    idris.fills("Take these people out", ["Carys Bevan"])
    idris.submits()
    assert "1 person was taken out." in in_modal(idris)["text"]
    assert team_of(place, CARYS) is None
    idris.does("dismiss")
    idris.fills("What is it called?", "Ward 7")
    idris.submits()
    assert "There is already a team called Ward 7." in str(in_modal(idris)["errors"])
    idris.fills("What is it called?", "Pharmacy North")
    idris.fills("Who is the deputy?", "Dylan Hughes")
    idris.submits()
    changed = team(place, "Pharmacy North")
    assert changed is not None
    idris.presses("End this team")
    assert "is no team any more" in in_modal(idris)["text"]
    assert team(place, "Pharmacy North") is None
    with place.app.sessions.read() as session:
        assert session.get_one(Team, changed.id).closed_at is not None
    assert deeds(place) == [
        Action.TEAM_MADE,
        Action.TEAM_PEOPLE,
        Action.TEAM_PEOPLE,
        Action.TEAM_CHANGED,
        Action.TEAM_CHANGED,
        Action.TEAM_ENDED,
    ]


@sqlite
def test_the_list_shows_what_became_of_a_team_and_finds_one_by_name(place: RunningApp, idris: Human) -> None:
    idris.presses("Teams", within="home")
    idris.fills("Find a team", "Ward 7")
    assert in_modal(idris)["title"] == "Team"
    idris.fills("What is it called?", "Ward Seven")
    idris.submits()
    seven = team(place, "Ward Seven")
    assert seven is not None
    assert seven.slack_channel_id == hospital.WARD_7.channel_id
    idris.fills("Or in none", "Share nowhere from now on")
    idris.submits()
    seven = team(place, "Ward Seven")
    assert seven is not None
    assert seven.slack_channel_id is None
    idris.does("dismiss")
    assert "Ward Seven, part of Medicine" in in_modal(idris)["text"]
    assert "Ward 7," not in in_modal(idris)["text"]


@sqlite
def test_a_team_cannot_be_part_of_itself_nor_led_by_somebody_who_left(
    place: RunningApp, idris: Human
) -> None:
    idris.presses("Teams", within="home")
    idris.fills("Find a team", "Medicine")
    idris.fills("What is it part of?", "Ward 7")
    idris.submits()
    assert "can't be part of itself" in str(in_modal(idris)["errors"])
    idris.fills("What is it part of?", "")
    idris.fills("Who leads it?", "Rota Bot")
    idris.submits()
    assert "Rota Bot has left, is an app" in str(in_modal(idris)["errors"])
    place_of = team(place, "Medicine")
    assert place_of is not None
    assert place_of.parent_id is None


@sqlite
def test_a_team_follows_its_channel_and_the_channel_is_told(place: RunningApp, idris: Human) -> None:
    place.change(kind="join", channel=GENERAL, user=hospital.BOT)
    with place.app.sessions.begin() as session:
        for person in session.scalars(select(Member).where(Member.slack_user_id.in_([CARYS, DYLAN]))):
            person.team_id = None
    idris.presses("Teams", within="home")
    idris.presses("New team")
    idris.fills("What is it called?", "General")
    idris.fills("Who leads it?", "Idris Parry")
    idris.fills("Who belongs to it?", "Whoever is in its channel")
    idris.submits()
    assert "Please choose its channel first" in str(in_modal(idris)["errors"])
    idris.fills("Which channel does it share thank-yous in?", "general")
    idris.submits()
    assert "Saved." in in_modal(idris)["text"]
    assert (team_of(place, CARYS), team_of(place, DYLAN)) == ("General", "General")
    assert "made this channel a team in Appreciate: General" in idris.sees("made this channel", GENERAL).texts
    idris.presses("Who belongs to it")
    assert "They follow the channel or group" in in_modal(idris)["text"]
    assert [control["label"] for control in in_modal(idris)["controls"]] == ["Close"]
    idris.does("dismiss")
    place.change(kind="rename", channel=GENERAL, name="whole-hospital")
    comes(lambda: team(place, "Whole hospital") is not None)


@sqlite
def test_a_channel_the_app_is_not_in_is_refused_kindly(idris: Human) -> None:
    idris.presses("Teams", within="home")
    idris.fills("Find a team", "Ward 7")
    idris.fills("Share in another channel from now on", "general")
    idris.submits()
    assert "Please invite me there first." in str(in_modal(idris)["errors"])


@sqlite
def test_settings_for_everyone_are_kept_and_written_down_without_names(
    place: RunningApp, idris: Human
) -> None:
    idris.presses("Settings for everyone", within="home")
    idris.fills("Language of those who have chosen none", "Cymraeg")
    idris.fills("Time zone", "Europe/Dublin")
    idris.fills("Whose bank holidays count?", "Wales")
    idris.fills("Digests", "Admins may read the digest of every team")
    idris.fills("Who else looks after Appreciate?", ["Mair Llewellyn"])
    idris.submits()
    assert "Saved." in in_modal(idris)["text"]
    with place.app.sessions.read() as session:
        here = session.get_one(Workspace, place.app.workspace_id)
        settled = (here.language, here.time_zone, here.nation, here.admins_read_digests)
        written = [
            (entry.subject, entry.before, entry.after) for entry in session.scalars(select(AuditEntry))
        ]
    assert settled == ("cy", "Europe/Dublin", "WLS", True)
    assert ("language", "en", "cy") in written
    assert MAIR not in str(written)
    place.person(MAIR).sees("I weinyddwyr", place="home")
    idris.does("dismiss")
    idris.presses("Pwy newidiodd beth", within="home")
    assert "Act" not in in_modal(idris)["text"]
    assert "language" in in_modal(idris)["text"]


@sqlite
def test_how_long_things_are_kept_has_its_limits(place: RunningApp, idris: Human) -> None:
    idris.presses("How long it is kept", within="home")
    idris.fills("Thank-yous and their words, in months", "12")
    for typed, answer in (
        ("12.5", "Please enter a whole number."),
        ("121", "Please choose a number from 1 to 120."),
    ):
        idris.fills("Figures of check-ins and digests, in months", typed)
        idris.submits()
        # Beside the field that it is about, not merely in the form.
        assert in_modal(idris)["errors"] == {"Figures of check-ins and digests, in months": answer}
    idris.fills("Figures of check-ins and digests, in months", "36")
    idris.fills("Comments of check-ins, in months", "6")
    idris.submits()
    assert "Saved. It holds from tonight on." in in_modal(idris)["text"]
    with place.app.sessions.read() as session:
        retention = session.get_one(Retention, place.app.workspace_id)
        assert (retention.recognitions_months, retention.comments_months, retention.figures_months) == (
            12,
            6,
            36,
        )
    idris.does("dismiss")
    idris.presses("Who changed what", within="home")
    text = in_modal(idris)["text"]
    assert "You changed a setting: recognitions_months." in text
    assert "Before: 24. After: 12." in text


def unknown_messages(place: RunningApp, *targets: str) -> list[str]:
    with place.app.sessions.begin() as session:
        here = session.get_one(Workspace, place.app.workspace_id)
        deliveries = []
        for number, target in enumerate(targets):
            delivery = NewDelivery(f"test:{number}", "poll", "none", target, place.app.now())
            row = enqueue(session, here, delivery)
            assert row is not None
            row.state, row.last_try = DeliveryState.UNKNOWN, place.app.now()
            deliveries.append(row.id)
        return deliveries


def state(place: RunningApp, delivery_id: str) -> str:
    with place.app.sessions.read() as session:
        return str(session.get_one(Delivery, delivery_id).state)


def test_messages_of_unknown_outcome_are_sent_again_or_left(place: RunningApp, idris: Human) -> None:
    assert "All well." in idris.screen("home").texts
    first, second = unknown_messages(place, CARYS, hospital.WARD_7.channel_id)
    place.clock(advance=120)
    idris.screen("dm")
    idris.sees("We can't tell whether Slack delivered 2 messages.", place="home")
    idris.presses("Look at these messages", within="home")
    text = in_modal(idris)["text"]
    assert "A message to @Carys Bevan" in text or "A message to " in text
    assert "poll" not in text
    idris.presses("Leave it")
    assert "A post in" in in_modal(idris)["text"] or "A message to" in in_modal(idris)["text"]
    idris.presses("Send again")
    assert "All well." in in_modal(idris)["text"]
    comes(lambda: DeliveryState.UNKNOWN not in {state(place, first), state(place, second)})
    assert deeds(place) == [Action.LEFT, Action.SENT_AGAIN]


def test_every_change_that_is_written_down_has_its_sentence() -> None:
    assert set(settings_view.DEEDS) == set(Action)
    at = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    entries = [AuditEntry(at=at, actor=audit_log.THE_APP, deed=action, subject="K") for action in Action]
    view = settings_view.audit_log(
        voice(), "Europe/London", entries[:10], settings_view.Names("", {}), skip=0
    )
    lines = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"][1:]
    assert len(lines) == 10
    assert [line for line in lines if not line.startswith("The app ") or "{" in line] == []
