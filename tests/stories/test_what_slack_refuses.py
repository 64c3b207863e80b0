"""What Slack does not let the app do is told once, to whoever can act on it, and ends by itself."""

import pytest

from slackapp.demo import hospital
from slackapp.workspace import refusals
from tests.support.running_app import RunningApp
from tests.support.waiting import comes

CARYS, DYLAN = "U0HOSP00011", "U0HOSP00015"
IDRIS, LEADER = hospital.OPERATIONS.id, hospital.WARD_7.leader.id
CHANNEL = hospital.WARD_7.channel_id
WORDS = "You stayed after the shift to find us a bed"
NOT_HERE = "I can't post in"
sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def trouble(place: RunningApp, **fault: object) -> None:
    assert place.http.post("/control/fault", json=fault).status_code == 200


def test_a_channel_that_takes_no_posts_keeps_them_and_its_leader_hears_once(place: RunningApp) -> None:
    refused = {"method": "chat.postMessage", "kind": "error", "error": "restricted_action"}
    trouble(place, **refused, count=100, where={"channel": CHANNEL})
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping with the team {WORDS}")
    place.person(DYLAN).sees(WORDS)
    place.person(DYLAN).presses("Share with my team")
    place.person(DYLAN).sees("I can't post in your team's channel just now")
    place.clock(advance=60)
    refusals.notify(place.app.sessions, place.sandbox.clock.now())
    seen = place.person(LEADER).sees(NOT_HERE)
    assert "restricted_action" in seen.texts
    place.person(IDRIS).sees("What is meant for it waits.", "home")
    place.clock(advance=50 * 60)
    refusals.notify(place.app.sessions, place.sandbox.clock.now())
    assert place.person(LEADER).screen().texts.count(NOT_HERE) == 1
    trouble(place, clear=True)
    place.clock(advance=35 * 60)
    place.person(LEADER).sees(WORDS, CHANNEL)
    assert place.person(LEADER).screen(CHANNEL).texts.count(WORDS) == 1
    place.person(DYLAN).sees("You shared this with your team.")
    place.person(IDRIS).sees("All well.", "home")


@sqlite
def test_an_hour_without_any_message_is_told_to_the_admins_once_it_is_over(place: RunningApp) -> None:
    refused = {"kind": "error", "error": "token_revoked", "count": 100_000}
    place.person(CARYS).types("/appreciate help")
    trouble(place, method="chat.postMessage", **refused)
    trouble(place, method="auth.test", **refused)
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    place.clock(advance=45 * 60)
    for _ in range(2):
        refusals.notify(place.app.sessions, place.sandbox.clock.now())
    trouble(place, clear=True)
    place.clock(advance=40 * 60)
    place.person(DYLAN).sees(WORDS)
    seen = place.person(IDRIS).sees("Slack did not let me send any message since")
    assert seen.texts.count("Slack did not let me send any message since") == 1


@sqlite
def test_a_message_that_this_version_cannot_say_is_named_to_its_giver_and_the_admins(
    place: RunningApp,
) -> None:
    trouble(place, method="chat.postMessage", kind="error", error="invalid_blocks", count=1)
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    seen = place.person(CARYS).sees("Your thank-you did not reach everyone it was for.")
    assert "Slack does not let Appreciate send just now." in seen.texts
    place.person(IDRIS).sees("1 message waits for another version of Appreciate", "home")
    place.clock(advance=60 * 60)
    assert WORDS not in place.person(DYLAN).screen().texts


@sqlite
def test_a_wait_of_a_minute_is_told_to_nobody(place: RunningApp) -> None:
    trouble(place, method="chat.postMessage", kind="error", error="token_revoked", count=1)
    place.person(CARYS).types(f"/appreciate @Dylan Hughes helping {WORDS}")
    comes(lambda: bool(place.app.health()["held"]))
    place.clock(advance=5 * 60)
    refusals.notify(place.app.sessions, place.sandbox.clock.now())
    place.person(DYLAN).sees(WORDS)
    assert "Slack did not let me" not in place.person(IDRIS).screen().texts
