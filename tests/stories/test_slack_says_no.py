"""Slack refuses, fails or answers with unknown errors: nothing is lost, and people are told the truth."""

from typing import Any

import pytest
from sqlalchemy import func, select

from slackapp.delivery import Harmless
from slackapp.demo import hospital
from slackapp.models import Delivery, DeliveryState
from tests.support.human import Human
from tests.support.running_app import RunningApp
from tests.support.waiting import comes

IDRIS = hospital.OPERATIONS.id
CARYS, TOMOS, DYLAN = (hospital.WARD_7.staff[index].id for index in (0, 1, 4))
WORDS = "You stayed after the shift to find us a bed"
OTHERS = "You found the drug key before the round"
OPENING = "2026-11-02T09:00:00+00:00"
ASKED = "How were your last few shifts?"
UNSURE = "We can't tell if Slack delivered your thank-you to"
NOT_NOW = "Slack does not let Appreciate send just now."
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def trouble(place: RunningApp, method: str, kind: str, *, count: int = 100_000, error: str = "x") -> None:
    fault = {"method": method, "kind": kind, "count": count, "error": error}
    if kind == "error":
        fault["undocumented"] = True
    assert place.http.post("/control/fault", json=fault).status_code == 200


def well_again(place: RunningApp) -> None:
    assert place.http.post("/control/fault", json={"clear": True}).status_code == 200


def refused(place: RunningApp, error: str) -> int:
    """How many posts Slack has refused with this error."""
    return sum(call["response"].get("error") == error for call in place.calls("chat.postMessage"))


def held(place: RunningApp) -> dict[str, Any]:
    return dict(place.app.health()["held"])


def given(place: RunningApp, user: str) -> Human:
    """The thank-yous a person gave, as their Home tab shows them."""
    person = place.person(user)
    person.screen("home")
    person.presses("Thank-yous you gave", within="home")
    return person


@pytest.mark.parametrize("error", ["token_revoked", "missing_scope"])
def test_an_hour_in_which_slack_refuses_the_app_loses_no_message(place: RunningApp, error: str) -> None:
    # Bolt asks Slack who it is with the first request; the app has been running for a while.
    place.person(CARYS).types("/appreciate help")
    trouble(place, "chat.postMessage", "error", error=error)
    trouble(place, "auth.test", "error", error=error)
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    comes(lambda: held(place) == {"workspace": {error: 1}})
    seen = place.person(IDRIS).sees(NOT_NOW, "home")
    assert error in seen.texts
    assert "All well." not in seen.texts
    # What is given meanwhile is not even tried.
    place.person(CARYS).types(f"/appreciate @Tomos Rees helping {OTHERS}")
    place.clock(advance=30 * 60)
    assert refused(place, error) == 1
    assert WORDS not in place.person(DYLAN).screen().texts
    assert "did not reach" not in place.person(CARYS).screen().texts

    well_again(place)
    place.clock(advance=30 * 60)
    place.clock(advance=10)
    place.person(DYLAN).sees(WORDS)
    place.person(TOMOS).sees(OTHERS)
    place.person(DYLAN).waits(lambda seen: seen.texts.count(WORDS) == 1)
    assert held(place) == {}
    place.person(IDRIS).sees("All well.", "home")


@sqlite
def test_an_error_that_nobody_knows_ends_no_thank_you(place: RunningApp) -> None:
    trouble(place, "chat.postMessage", "error", count=1, error="an_error_of_next_year")
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    comes(lambda: held(place) == {"target": {"an_error_of_next_year": 1}})
    place.person(CARYS).types(f"/appreciate @Tomos Rees helping {OTHERS}")
    place.person(TOMOS).sees(OTHERS)
    assert WORDS not in place.person(DYLAN).screen().texts
    place.clock(advance=61)
    place.person(DYLAN).sees(WORDS)
    comes(lambda: held(place) == {})


def test_that_somebody_may_have_left_is_not_said_while_slack_says_that_they_are_here(
    place: RunningApp,
) -> None:
    trouble(place, "chat.postMessage", "error", count=1, error="user_not_found")
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    seen = place.person(CARYS).sees("Your thank-you did not reach everyone it was for.")
    assert NOT_NOW in seen.texts
    assert "left" not in seen.texts
    assert [call["body"]["user"] for call in place.calls("users.info")] == [DYLAN]
    # Once somebody really has left, Slack says so, and so do we.
    trouble(place, "chat.postMessage", "error", count=1, error="user_not_found")
    trouble(place, "users.info", "error", count=1, error="user_not_found")
    place.person(CARYS).types(f"/appreciate @Tomos Rees helping {OTHERS}")
    place.person(CARYS).sees("has left, so this can't reach them.")


@sqlite
def test_whether_somebody_left_is_asked_once_and_no_answer_is_no_news(place: RunningApp) -> None:
    trouble(place, "chat.postMessage", "error", count=1, error="channel_not_found")
    trouble(place, "users.info", "500")
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    seen = place.person(CARYS).sees(NOT_NOW)
    assert "left" not in seen.texts
    assert len(place.calls("users.info")) == 1


def test_slacks_bad_half_hour_costs_nobody_their_check_in(place: RunningApp) -> None:
    trouble(place, "chat.postMessage", "500")
    place.clock(now=OPENING)
    assert ASKED not in place.person(CARYS).screen().texts
    place.clock(advance=8 * 60)
    well_again(place)
    place.clock(advance=60 * 60)
    for user in (CARYS, TOMOS, DYLAN):
        assert place.person(user).sees(ASKED).texts.count(ASKED) == 1


@sqlite
def test_the_naive_app_that_repeats_nothing_loses_the_check_in_to_the_same_half_hour(
    place: RunningApp,
) -> None:
    place.app.deliveries.harmless = Harmless()
    trouble(place, "chat.postMessage", "500")
    place.clock(now=OPENING)
    place.clock(advance=8 * 60)
    well_again(place)
    place.clock(advance=60 * 60)
    # Those who were tried before Slack's errors held the others back; which they are, chance decides.
    with place.app.sessions.read() as session:
        lost = (Delivery.kind == "poll", Delivery.state == DeliveryState.UNKNOWN)
        assert session.scalar(select(func.count()).where(*lost))


@sqlite
def test_a_thank_you_that_may_have_arrived_is_left_to_its_giver_once_they_were_asked(
    place: RunningApp,
) -> None:
    trouble(place, "chat.postMessage", "500", count=1)
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    place.clock(advance=11 * 60)
    place.person(CARYS).sees(UNSURE)
    place.clock(advance=20 * 60)
    assert WORDS not in place.person(DYLAN).screen().texts


def test_a_giver_sends_all_again_that_may_not_have_arrived(place: RunningApp) -> None:
    trouble(place, "chat.postMessage", "500", count=2)
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    place.person(CARYS).types(f"/appreciate @Tomos Rees helping {OTHERS}")
    place.clock(advance=11 * 60)
    place.person(CARYS).waits(lambda seen: seen.texts.count(UNSURE) == 1)
    carys = given(place, CARYS)
    carys.sees("We can't tell if Slack delivered 2 of your thank-yous.", "home")
    carys.presses("Send all again", within="modal")
    carys.sees("It goes once more to whoever may not have had it.")
    place.person(DYLAN).sees(WORDS)
    place.person(TOMOS).sees(OTHERS)
    carys.does("dismiss")
    carys.presses("Thank-yous you gave", within="home")
    assert "Send all again" not in str(carys.screen("home")["modal"])


@sqlite
def test_an_admin_sends_all_again_of_one_kind(place: RunningApp) -> None:
    trouble(place, "chat.postMessage", "500", count=1)
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    place.clock(advance=11 * 60)
    place.person(CARYS).sees(UNSURE)
    # As after many tries: none of these is repeated by itself any more.
    place.app.deliveries.harmless = Harmless()
    trouble(place, "chat.postMessage", "500", count=3)
    place.clock(now=OPENING)
    place.clock(advance=2 * 60 * 60)
    idris = place.person(IDRIS)
    idris.sees("We can't tell whether Slack delivered", "home")
    idris.presses("Look at these messages", within="home")
    modal = idris.screen()["modal"]
    assert "Check-ins and reminders: " in modal["text"]
    assert "Other messages: 1." in modal["text"]
    idris.does("press", label="Send all again", nth=1)
    place.clock(advance=60)
    assert place.person(DYLAN).sees(ASKED).texts.count(ASKED) == 1
    assert WORDS not in place.person(DYLAN).screen().texts, "only the check-ins were meant"
    assert "Check-ins and reminders" not in idris.screen()["modal"]["text"]
    idris.does("press", label="Send all again", nth=1)
    place.person(DYLAN).sees(WORDS)
    assert "All well." in idris.screen()["modal"]["text"]
