"""Two admins have one form open: the older one gives nothing back, and overwrites nothing."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from handlers.shared import revisions
from slackapp.check.samples import samples
from slackapp.core.errors import UserError
from slackapp.demo import hospital
from slackapp.models import Member, Retention, Workspace
from tests.support.human import Human
from tests.support.running_app import RunningApp

IDRIS, HELEN = hospital.OPERATIONS.id, hospital.DIRECTOR.id
CARYS, DYLAN = hospital.WARD_7.staff[0].id, hospital.WARD_7.staff[4].id
NATION, LANGUAGE = "Whose bank holidays count?", "Language of those who have chosen none"
ADMINS, COMMENTS = "Who else looks after Appreciate?", "Comments of check-ins, in months"
CHANGED = "Somebody else changed this meanwhile: it is {value} now."

CARRY = {
    "office_settings_form",
    "office_keeping_form",
    "office_team_form",
    "digest_admin_form",
    "pulse_admin_form",
    "formal_routes_form",
}
"""Forms that show what is stored, and carry it."""
NEED_NONE: Mapping[str, str] = {
    **dict.fromkeys(
        ("appreciate_form", "thanks_report_form", "pulse_question_form", "obstacle_form", "talk_form"),
        "what is typed is new: nothing stands in it that was stored",
    ),
    **dict.fromkeys(
        ("team_step_name", "team_step_people", "team_step_confirm"), "makes a team, once for a channel"
    ),
    **dict.fromkeys(("pulse_submit", "pulse_test_submit"), "an answer takes the place of the one before"),
    **dict.fromkeys(("thanks_settings_form", "pulse_settings_form"), "one person's own settings"),
    "appreciate_edit_form": "the giver's own words",
    "office_people_form": "says who comes and who goes, not who belongs",
    "digest_share_form": "a choice that is not stored before",
    **dict.fromkeys(
        ("promise_settle", "promise_not_yet_form", "promise_changed_form", "obstacle_answer_form"),
        "says what became of something; an answer to an obstacle carries its revision",
    ),
    "obstacle_change_form": "carries the obstacle's revision",
    "promise_form": "places are locked one after the other: the later of two leaders' words stand",
    **dict.fromkeys(("leader_words_form", "aims_form"), "the words of a team's leader: the later ones stand"),
    "": "parts of other forms",
}


@pytest.fixture
def both(place: RunningApp) -> tuple[Human, Human]:
    """Idris and Helen, who both look after Appreciate, and so does Dylan."""
    with place.app.sessions.begin() as session:
        for person in session.scalars(select(Member).where(Member.slack_user_id.in_([HELEN, DYLAN]))):
            person.named_admin = True
    return place.person(IDRIS), place.person(HELEN)


def opens(person: Human, button: str) -> None:
    person.sees("For admins", place="home")
    person.presses(button, within="home")
    assert person.screen()["modal"]


def workspace(place: RunningApp) -> Workspace:
    with place.app.sessions.read() as session:
        return session.get_one(Workspace, place.app.workspace_id)


def is_admin(place: RunningApp, user: str) -> bool:
    with place.app.sessions.read() as session:
        return session.scalars(select(Member).where(Member.slack_user_id == user)).one().named_admin


def test_settings_for_everyone_take_from_an_older_form_only_what_was_changed_in_it(
    place: RunningApp, both: tuple[Human, Human]
) -> None:
    idris, helen = both
    opens(helen, "Settings for everyone")
    opens(idris, "Settings for everyone")
    idris.fills(NATION, "Wales")
    idris.fills(ADMINS, ["Helen Prosser", "Carys Bevan"])
    idris.submits()
    assert "Saved." in idris.screen()["modal"]["text"]
    # Helen's form still shows England, and Dylan among the further admins.
    helen.fills(LANGUAGE, "Cymraeg")
    helen.submits()
    assert (workspace(place).nation, workspace(place).language) == ("WLS", "cy")
    assert is_admin(place, CARYS)
    assert not is_admin(place, DYLAN), "an admin who was removed does not come back through an older form"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_both_changed_is_said_and_stays_as_it_is(place: RunningApp, both: tuple[Human, Human]) -> None:
    idris, helen = both
    for person in (helen, idris):
        opens(person, "How long it is kept")
    idris.fills(COMMENTS, "9")
    idris.submits()
    helen.fills(COMMENTS, "6")
    helen.submits()
    assert CHANGED.format(value="9") in helen.screen().texts
    with place.app.sessions.read() as session:
        assert session.scalars(select(Retention)).one().comments_months == 9


def test_a_naive_form_gives_everything_back() -> None:
    """Without what a form showed, each of its values counts as typed: the naive twin of the rule."""
    before, typed, present = {"k": "5", "at": "09:00"}, {"k": "5", "at": "10:00"}, {"k": "11", "at": "09:00"}
    assert revisions.merged({}, typed, present) == typed
    assert revisions.merged(before, typed, present) == {"k": "11", "at": "10:00"}
    with pytest.raises(UserError):
        revisions.merged(before, {"k": "8", "at": "09:00"}, present)


def test_every_form_that_shows_what_is_stored_carries_it() -> None:
    forms = {
        sample.payload.get("callback_id", ""): sample.payload
        for sample in samples()
        if sample.surface == "view"
        and sample.payload.get("submit")
        and "'input'" in str(sample.payload["blocks"])
    }
    assert set(forms) >= CARRY
    for name in CARRY:
        assert "{" in forms[name].get("private_metadata", ""), name
    unknown = {
        name: payload
        for name, payload in forms.items()
        if name not in CARRY and name not in NEED_NONE and "revision" not in str(payload)
    }
    assert sorted(unknown) == []
