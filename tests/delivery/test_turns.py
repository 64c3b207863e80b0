"""Who gets the slots when several workspaces have messages waiting."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from slackapp.delivery.turns import Slots, Turns
from slackapp.models import DeliveryState
from slackapp.outbox import queue
from slackapp.outbox.queue import NewDelivery, Priority
from slackapp.workspace import registry
from tests.delivery.conftest import NOON, Answer, Ward

names = st.lists(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=20, unique=True)


@given(names, st.integers(0, 12), st.integers(0, 12))
def test_shares_add_up_and_differ_by_one_at_most(workspaces: list[str], free: int, bulk: int) -> None:
    shares = Turns().shares(workspaces, Slots(free, bulk)).values()
    assert sum(share.free for share in shares) == free
    assert sum(share.bulk for share in shares) == bulk
    assert max(share.bulk for share in shares) - min(share.bulk for share in shares) <= 1


@given(names)
def test_with_one_slot_everybody_has_a_turn_before_anybody_has_two(workspaces: list[str]) -> None:
    turns, given_to = Turns(), Counter[str]()
    for _ in range(3 * len(workspaces)):
        shares = turns.shares(workspaces, Slots(free=3, bulk=1))
        given_to.update(workspace for workspace, share in shares.items() if share.bulk)
        assert max(given_to.values()) - min(given_to[workspace] for workspace in workspaces) <= 1
    assert set(given_to.values()) == {3}


def test_a_fan_out_in_one_workspace_does_not_take_all_slots(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        other = registry.install(session, slack_team_id="T0OTHER", name="Other", bot_user_id="U0BOT")
    for n in range(12):
        ward.owes(f"first {n}", target=f"U{n}", priority=Priority.DIGEST)
    message = NewDelivery("", "thanks", "", target="", due=NOON, priority=Priority.DIGEST)
    with ward.sessions.begin() as session:
        for n in range(12):
            named = replace(message, key=f"other:{n}", reference=f"second {n}", target=f"U9{n}")
            assert queue.enqueue(session, other, named) is not None
    ward.slack.order("chat.postMessage", *[Answer(ending="hold") for _ in range(6)])
    ward.deliveries().run_once()
    ward.slack.wait_for_calls(6)
    texts = Counter(str(call.body["text"]).split()[1] for call in ward.slack.calls)
    assert texts == {"first": 3, "second": 3}


def test_what_one_workspace_cannot_use_goes_to_the_next(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        registry.install(session, slack_team_id="T0OTHER", name="Other", bot_user_id="U0BOT")
    rows = [ward.owes(str(n), target=f"U{n}", priority=Priority.DIGEST) for n in range(6)]
    ward.deliveries().drain()
    assert {ward.row(row).state for row in rows} == {DeliveryState.SENT}
