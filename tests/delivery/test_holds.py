"""Where Slack lets the app do nothing, everything keeps its place; what nobody knows ends nothing."""

from datetime import datetime, timedelta

import pytest
from slack_sdk import WebClient
from sqlalchemy import func, select, update

from slackapp import health
from slackapp.delivery import DeliveryWorker, asking, holding
from slackapp.models import Delivery, DeliveryState, Hold, HoldScope
from slackapp.outbox import queue as outbox
from slackapp.outbox.rendered import Deletion, Message, Upload
from slackapp.workspace import registry as workspaces
from tests.delivery.conftest import NOON, Answer, SmallSlack, Ward

MINUTE = timedelta(minutes=1)


def _refusing(slack: SmallSlack, error: str, *, times: int, method: str = "chat.postMessage") -> None:
    slack.order(method, *[Answer(body={"ok": False, "error": error}, done=False) for _ in range(times)])


def _holds(ward: Ward) -> dict[tuple[str, str], str]:
    with ward.sessions.read() as session:
        return {(hold.scope, hold.subject): hold.reason for hold in session.scalars(select(Hold))}


def _states(ward: Ward) -> dict[str, int]:
    with ward.sessions.read() as session:
        counted = select(Delivery.state, func.count()).group_by(Delivery.state)
        counts: dict[str, int] = dict(session.execute(counted).all())
        return counts


def _asked(ward: Ward) -> int:
    return len(ward.slack.of("auth.test"))


@pytest.mark.parametrize(
    "error",
    [
        *(
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "missing_scope",
        ),
        *("ekm_access_denied", "accesslimited", "access_denied", "org_login_required", "no_permission"),
        *("message_limit_exceeded", "messages_tab_disabled", "team_access_not_granted"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_error_of_the_whole_app_ends_no_message(ward: Ward, error: str) -> None:
    _refusing(ward.slack, error, times=1)
    row = ward.owes()
    ward.deliveries().drain()
    assert ward.row(row).state == DeliveryState.READY
    assert ward.row(row).due == NOON, "it keeps its place"
    assert _holds(ward) == {(HoldScope.WORKSPACE, ""): error}


def test_nothing_is_tried_until_auth_test_is_well_and_then_everything_goes_out_once(ward: Ward) -> None:
    _refusing(ward.slack, "token_revoked", times=5)
    for number in range(5):
        ward.owes(str(number), target=f"U{number}")
    deliveries = ward.deliveries()
    deliveries.drain()
    for number in range(5, 10):
        ward.owes(str(number), target=f"U{number}")
    tried = 5
    assert len(ward.slack.of("chat.postMessage")) == tried

    _refusing(ward.slack, "token_revoked", times=4, method="auth.test")
    moment = NOON
    for minutes in (1, 2, 5, 10):
        before = moment + timedelta(minutes=minutes) - timedelta(seconds=1)
        checks = _asked(ward)
        deliveries.drain(before)
        assert _asked(ward) == checks, f"asked before {minutes} minutes had passed"
        moment += timedelta(minutes=minutes)
        assert deliveries.next_due(before) == moment
        deliveries.drain(moment)
        assert _asked(ward) == checks + 1
        assert len(ward.slack.of("chat.postMessage")) == tried, "nothing else is tried"
    moment += timedelta(minutes=20)
    deliveries.drain(moment)
    deliveries.drain(moment + timedelta(seconds=10))
    assert _states(ward) == {DeliveryState.SENT: 10}
    assert len(ward.slack.messages) == 10, "each arrived once"
    assert _holds(ward) == {}


def test_the_naive_worker_that_ends_a_message_for_a_revoked_token_loses_it(ward: Ward) -> None:
    _refusing(ward.slack, "token_revoked", times=1)
    row = ward.owes()
    deliveries = ward.deliveries()
    deliveries.drain()
    with ward.sessions.begin() as session:
        session.execute(update(Delivery).values(state=DeliveryState.DEAD))
    deliveries.drain(NOON + MINUTE)
    deliveries.drain(NOON + 2 * MINUTE)
    assert (ward.row(row).state, ward.slack.messages) == (DeliveryState.DEAD, [])


def test_while_auth_test_is_well_and_posts_are_not_one_message_is_tried_at_a_time_with_longer_waits(
    ward: Ward,
) -> None:
    _refusing(ward.slack, "messages_tab_disabled", times=100)
    for number in range(5):
        ward.owes(str(number), target=f"U{number}")
    deliveries = ward.deliveries()
    deliveries.drain()
    moment, waits = NOON, []
    for _ in range(7):
        tried = len(ward.slack.of("chat.postMessage"))
        following = deliveries.next_due(moment)
        assert following is not None
        waits.append(int((following - moment).total_seconds() // 60))
        moment = following
        deliveries.drain(moment)
        assert len(ward.slack.of("chat.postMessage")) == tried + 1
    assert waits == [1, 2, 5, 10, 20, 30, 30]
    ward.slack.orders.clear()
    deliveries.drain(moment + 30 * MINUTE)
    deliveries.drain(moment + 31 * MINUTE)
    assert _states(ward) == {DeliveryState.SENT: 5}


TARGETS = ("is_archived", "restricted_action", "restricted_action_read_only_channel", "channel_not_found")


@pytest.mark.parametrize("error", [*TARGETS, "posting_to_channel_denied", "channel_is_limited_access"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_channel_that_takes_no_posts_keeps_them_until_it_does(ward: Ward, error: str) -> None:
    _refusing(ward.slack, error, times=1)
    row = ward.owes(target="C0TEAM")
    deliveries = ward.deliveries()
    deliveries.drain()
    assert _holds(ward) == {(HoldScope.TARGET, "C0TEAM"): error}
    other = ward.owes("other", target="C0OTHER")
    deliveries.drain(NOON + timedelta(seconds=5))
    assert (ward.row(row).state, ward.row(other).state) == (DeliveryState.READY, DeliveryState.SENT)
    deliveries.drain(NOON + MINUTE)
    assert ward.row(row).state == DeliveryState.SENT
    assert _holds(ward) == {}


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "no_text", "invalid_arguments"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_message_that_this_version_cannot_say_is_tried_by_the_next(
    ward: Ward, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    _refusing(ward.slack, error, times=1)
    row, other = ward.owes(), ward.owes("other", target="U0OTHER", due=NOON + MINUTE)
    deliveries = ward.deliveries()
    for minutes in (0, 1, 60, 600):
        deliveries.drain(NOON + minutes * MINUTE)
    assert ward.row(other).state == DeliveryState.SENT, "no other message waits for it"
    assert len(ward.slack.of("chat.postMessage")) == 2
    assert deliveries.next_due(NOON + 600 * MINUTE) is None, "nothing looks at it all the time"
    _refusing(ward.slack, error, times=1)
    monkeypatch.setattr(holding, "VERSION", "0.2.0")
    deliveries.drain(NOON + 700 * MINUTE)
    assert ward.row(row).state == DeliveryState.READY, "refused once more: the second version waits, too"
    assert len(ward.slack.of("chat.postMessage")) == 3
    monkeypatch.setattr(holding, "VERSION", "0.3.0")
    deliveries.drain(NOON + 800 * MINUTE)
    assert ward.row(row).state == DeliveryState.SENT
    assert _holds(ward) == {}


def test_where_slack_takes_no_files_messages_go_without_them_and_it_is_tried_again_daily(ward: Ward) -> None:
    def picture(number: int) -> str:
        return ward.owes(f"picture{number}", kind="picture", method=outbox.Method.UPLOAD)

    _refusing(ward.slack, "missing_scope", times=1, method="files.getUploadURLExternal")
    first = picture(1)
    deliveries = ward.deliveries(picture=lambda *_: Upload("a.png", "Chart", "Four of ten", lambda: b"PNG"))
    deliveries.drain()
    second, message = picture(2), ward.owes()
    deliveries.drain(NOON + MINUTE)
    assert (ward.row(first).state, ward.row(second).state) == (DeliveryState.DEAD, DeliveryState.DEAD)
    assert ward.row(message).state == DeliveryState.SENT, "the rest works"
    assert len(ward.slack.of("files.getUploadURLExternal")) == 1
    assert _holds(ward) == {(HoldScope.FEATURE, "files"): "missing_scope"}
    third = picture(3)
    deliveries.drain(NOON + timedelta(days=1))
    assert ward.row(third).state == DeliveryState.SENT
    assert _holds(ward) == {}


def test_a_file_to_be_removed_is_not_forgotten_where_slack_does_not_let_it_be_removed(ward: Ward) -> None:
    _refusing(ward.slack, "file_deleting_disabled", times=1, method="files.delete")
    row = ward.owes(kind="removal", method=outbox.Method.DELETE_FILE)
    deliveries = ward.deliveries(removal=lambda *_: Deletion("", file="F0PICTURE1"))
    deliveries.drain()
    assert ward.row(row).state == DeliveryState.READY
    deliveries.drain(NOON + timedelta(days=1))
    assert ward.row(row).state == DeliveryState.SENT


@pytest.mark.parametrize(("is_believed", "state"), [(False, "ready"), (True, "expired")])
def test_a_clock_that_may_be_wrong_ends_no_message(ward: Ward, *, is_believed: bool, state: str) -> None:
    row = ward.owes(expires=NOON + timedelta(days=7))
    ward.slack.order("chat.postMessage", Answer(status=503))
    client, routes = ward.slack.client(), ward.deliveries().routes
    deliveries = DeliveryWorker(ward.sessions, client, routes, ward.clock, believes=lambda _now: is_believed)
    ward.open.append(deliveries)
    deliveries.drain(NOON + timedelta(days=1100))
    assert ward.row(row).state == state
    assert ward.slack.calls == [], "nor is it sent late"
    deliveries.drain(NOON)
    assert len(ward.slack.of("chat.postMessage")) == (0 if is_believed else 1)


def test_one_workspace_holds_up_no_other(ward: Ward) -> None:
    _refusing(ward.slack, "account_inactive", times=1)
    row = ward.owes()
    deliveries = ward.deliveries()
    deliveries.drain()
    held = ward.workspace
    with ward.sessions.begin() as session:
        ward.workspace = workspaces.install(session, slack_team_id="T0OTHER", name="X", bot_user_id="U0BOT")
    other = ward.owes("other", target="U0OTHER")
    deliveries.drain(NOON + timedelta(seconds=5))
    assert (ward.row(row).state, ward.row(other).state) == (DeliveryState.READY, DeliveryState.SENT)
    assert _holds(ward) == {(HoldScope.WORKSPACE, ""): "account_inactive"}
    with ward.sessions.begin() as session:
        workspaces.install(session, slack_team_id="T0WARD", name="Ward", bot_user_id="U0BOT")
    assert _holds(ward) == {}, "a new installation has a new token"
    deliveries.drain(NOON + timedelta(seconds=10))
    assert ward.row(row).state == DeliveryState.SENT
    assert held.slack_team_id == "T0WARD"


def test_a_message_whose_time_ends_while_it_is_held_is_not_sent_late(ward: Ward) -> None:
    _refusing(ward.slack, "token_revoked", times=1)
    row = ward.owes(expires=NOON + timedelta(minutes=30))
    deliveries = ward.deliveries()
    deliveries.drain()
    _refusing(ward.slack, "token_revoked", times=20, method="auth.test")
    deliveries.drain(NOON + timedelta(minutes=20))
    ward.slack.orders.clear()
    deliveries.drain(NOON + timedelta(hours=2))
    assert (ward.row(row).state, ward.row(row).reason) == (DeliveryState.EXPIRED, "too_late")
    assert ward.slack.messages == []


def test_a_workspace_whose_token_no_key_opens_waits_for_the_key(ward: Ward) -> None:
    clients = [None, None, ward.slack.client(), ward.slack.client()]
    deliveries = DeliveryWorker(
        ward.sessions,
        lambda _workspace_id: clients.pop(0) if clients else ward.slack.client(),
        dict(ward.deliveries().routes),
        ward.clock,
    )
    ward.open.append(deliveries)
    row = ward.owes()
    deliveries.drain()
    assert _holds(ward) == {(HoldScope.WORKSPACE, ""): "token_unopened"}
    deliveries.drain(NOON + MINUTE)
    assert ward.row(row).state == DeliveryState.READY
    deliveries.drain(NOON + 3 * MINUTE)
    assert ward.row(row).state == DeliveryState.SENT


def test_an_error_that_nobody_knows_holds_its_target_and_no_other(
    ward: Ward, caplog: pytest.LogCaptureFixture
) -> None:
    _refusing(ward.slack, "an_error_of_next_year", times=1)
    row = ward.owes()
    deliveries = ward.deliveries()
    deliveries.drain()
    assert _holds(ward) == {(HoldScope.TARGET, "U0NURSE"): "an_error_of_next_year"}
    assert "an_error_of_next_year" in caplog.text
    other, same = ward.owes("other", target="U0OTHER"), ward.owes("same")
    deliveries.drain(NOON + timedelta(seconds=30))
    assert ward.row(other).state == DeliveryState.SENT
    assert ward.row(row).state == ward.row(same).state == DeliveryState.READY
    assert deliveries.next_due(NOON + timedelta(seconds=30)) == NOON + MINUTE
    _refusing(ward.slack, "an_error_of_next_year", times=1)
    deliveries.drain(NOON + MINUTE)
    assert ward.row(row).state == DeliveryState.READY, "refused again: the next wait is two minutes"
    assert deliveries.next_due(NOON + MINUTE) == NOON + 3 * MINUTE
    deliveries.drain(NOON + 3 * MINUTE)
    deliveries.drain(NOON + 3 * MINUTE + timedelta(seconds=5))
    assert ward.row(row).state == ward.row(same).state == DeliveryState.SENT
    assert _holds(ward) == {}


def test_an_unknown_error_of_a_picture_ends_neither_it_nor_its_message(ward: Ward) -> None:
    _refusing(ward.slack, "an_error_of_next_year", times=1, method="files.getUploadURLExternal")
    row = ward.owes(kind="picture", method=outbox.Method.UPLOAD)
    deliveries = ward.deliveries(picture=lambda *_: Upload("a.png", "Chart", "Four of ten", lambda: b"PNG"))
    deliveries.drain()
    assert ward.row(row).state == DeliveryState.READY
    deliveries.drain(NOON + MINUTE)
    assert ward.row(row).state == DeliveryState.SENT


def test_a_hold_written_by_a_clock_that_was_set_back_since_does_not_last_for_years(ward: Ward) -> None:
    row = ward.owes()
    with ward.sessions.begin() as session:
        for scope, subject in ((HoldScope.WORKSPACE, ""), (HoldScope.TARGET, "U0NURSE")):
            ahead = NOON + timedelta(days=1100)
            hold = Hold(workspace_id=ward.workspace.id, scope=scope, subject=subject, reason="x", since=ahead)
            hold.again = ahead
            session.add(hold)
    ward.deliveries().drain()
    assert ward.row(row).state == DeliveryState.SENT


def test_the_health_page_names_what_slack_takes_no_message_for(ward: Ward) -> None:
    def told(now: datetime = NOON) -> health.Report:
        return health.report(ward.sessions, connected=True, now=now)

    assert told()["held"] == {}
    _refusing(ward.slack, "an_error_of_next_year", times=1)
    ward.owes("strange", target="U0STRANGE")
    deliveries = ward.deliveries()
    deliveries.drain()
    _refusing(ward.slack, "invalid_auth", times=1)
    ward.owes()
    deliveries.drain(NOON + timedelta(seconds=5))
    assert told()["held"] == {"workspace": {"invalid_auth": 1}, "target": {"an_error_of_next_year": 1}}
    assert not told(NOON + timedelta(minutes=11))["ok"]


def test_two_processes_that_ask_at_once_count_one_look(ward: Ward) -> None:
    _refusing(ward.slack, "token_revoked", times=1)
    ward.owes()
    ward.deliveries().drain()
    _refusing(ward.slack, "token_revoked", times=2, method="auth.test")
    with ward.sessions.read() as session:
        [place] = holding.due(session, now=NOON + MINUTE)
    # The other one has asked, and written it down, between this one's look and its own answer.
    clients = [ward.slack.client(), ward.slack.client()]

    def slow_client(_workspace_id: str) -> WebClient:
        if len(clients) == 2:
            clients.pop()
            asking.ask_of_held(ward.sessions, lambda _workspace_id: clients[0], NOON + MINUTE)
        return clients[0]

    asking.ask_of_held(ward.sessions, slow_client, NOON + MINUTE)
    assert _asked(ward) == 2
    with ward.sessions.read() as session:
        hold = session.get_one(Hold, (place.workspace_id, place.scope, place.subject))
        assert (hold.looks, hold.again) == (1, NOON + 3 * MINUTE)


def test_a_message_on_trial_that_is_still_out_lets_no_other_be_tried(ward: Ward) -> None:
    with ward.sessions.begin() as session:
        hold = Hold(workspace_id=ward.workspace.id, scope=HoldScope.WORKSPACE, reason="x", since=NOON)
        session.add(hold)
    ward.slack.order(
        "chat.postMessage", Answer(ending="hold", body={"ok": True, "ts": "1.1", "channel": "D1"})
    )
    ward.slack.hold_then_answer = True
    for number in range(3):
        ward.owes(str(number), target=f"U{number}")
    first, second = ward.deliveries(), ward.deliveries(thanks=lambda *_: Message("Second", []))
    first.run_once()
    ward.slack.wait_for_calls(1)
    second.run_once()
    first.run_once()
    assert len(ward.slack.of("chat.postMessage")) == 1
    ward.slack.released.set()
    first.drain(NOON + timedelta(seconds=5))
    first.drain(NOON + timedelta(seconds=10))
    assert _states(ward) == {DeliveryState.SENT: 3}
