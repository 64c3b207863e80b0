"""The digest on its way: who gets it, when, once, with its pictures, its page, or without."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from reports.charts.renderer import ChartRenderer
from reports.publishing import schedule
from reports.publishing.renderers import routes
from slackapp.core.db import Sessions, connect
from slackapp.delivery import DeliveryWorker
from slackapp.digest import sharing
from slackapp.models import Delivery, DeliveryState, Digest, Member, Workspace
from slackapp.sandbox.blocks import problems
from tests.delivery.conftest import PATIENCE, Answer, SmallSlack
from tests.reports.hospital import Hospital, close_poll, hospital, moment, thanks_within

# 1 December 2025 is a Monday.
NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
PLENTY = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}
NOT_READY = {
    "ok": False,
    "error": "invalid_blocks",
    "errors": ["invalid slack file [json-pointer:/blocks/2/slack_file]"],
}


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    small = SmallSlack()
    yield small
    small.close()


@pytest.fixture
def place(database: Sessions) -> Hospital:
    with database.begin() as session:
        place = hospital(session)
        thanks_within(session, place.staff[place.ward.id], PLENTY, moment(11, 3))
        close_poll(session, place.workspace, moment(11, 9), {place.ward: (12, 38, 42), place.nights: None})
    return place


def send(database: Sessions, slack: SmallSlack, drawing: ChartRenderer) -> None:
    """Everything that is owed, moving the clock to whatever is due next."""
    worker = DeliveryWorker(database, slack.client(), routes(drawing), lambda: NINE)
    due: datetime | None = NINE
    while due is not None and due < NINE + timedelta(days=1):
        due = worker.drain(due)
    assert worker.stop(PATIENCE)


def ward_rows(database: Sessions, place: Hospital) -> dict[str, Delivery]:
    with database.read() as session:
        digest = session.scalars(select(Digest).where(Digest.team_id == place.ward.id)).one()
        rows = session.scalars(select(Delivery).where(Delivery.reference.startswith(digest.id))).all()
    return {f"{row.kind}{row.reference.removeprefix(digest.id)}": row for row in rows}


def test_each_leader_gets_one_digest_for_each_team_however_often_it_is_asked(
    database: Sessions, place: Hospital
) -> None:
    assert schedule.enqueue_due(database, NINE - timedelta(minutes=1)) == 0
    assert schedule.enqueue_due(database, NINE) == 3
    assert schedule.enqueue_due(database, NINE + timedelta(hours=3)) == 0
    with database.read() as session:
        digests = session.scalars(select(Digest)).all()
    assert {(digest.team_id, digest.month) for digest in digests} == {
        (team.id, "2025-11") for team in place.teams
    }
    kinds = ["digest", "digest-page", "digest-picture:four", "digest-sheet"]
    assert sorted(ward_rows(database, place)) == kinds


def test_processes_that_race_for_one_month_make_each_digest_once(
    database: Sessions, database_url: str, place: Hospital
) -> None:
    racers = [connect(database_url) for _ in range(4)]
    together = Barrier(len(racers))

    def run(sessions: Sessions) -> int:
        together.wait(10)
        return schedule.enqueue_due(sessions, NINE)

    try:
        with ThreadPoolExecutor(len(racers)) as pool:
            counts = list(pool.map(run, racers))
    finally:
        for sessions in racers:
            sessions.dispose()
    assert sum(counts) == len(place.teams), counts
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Digest)) == len(place.teams)
        keys = session.scalars(select(Delivery.key).where(Delivery.kind.in_(schedule.KINDS))).all()
        assert len(keys) == len(set(keys)) > len(place.teams)


def test_pictures_that_never_become_ready_leave_the_figures_as_text_for_leader_and_team(
    database: Sessions, place: Hospital, slack: SmallSlack, drawing: ChartRenderer
) -> None:
    """Slack's check of a file can hang: it refuses every message that shows one."""
    with database.begin() as session:
        team, leader = session.merge(place.ward), session.merge(place.staff[place.medicine.id][1])
        # One leader, so that every refusal is about this team's pictures.
        session.merge(place.nights).leader_id = session.merge(place.medicine).leader_id = None
        team.slack_channel_id = "C1"
        assert team.leader_id == leader.id
    schedule.enqueue_due(database, NINE)
    refused = [Answer(200, NOT_READY, done=False) for _ in range(7)]
    slack.order("chat.postMessage", *refused)
    send(database, slack, drawing)
    rows = ward_rows(database, place)
    with database.begin() as session:
        digest = session.scalars(select(Digest).where(Digest.team_id == place.ward.id)).one()
        sharing.share(session, digest, with_promises=False, by=session.merge(leader), now=NINE)
    slack.order("chat.postMessage", *refused)
    send(database, slack, drawing)
    for target in (rows["digest"].target, "C1"):
        posts = [call.body for call in slack.of("chat.postMessage") if call.body["channel"] == target]
        assert len(posts) == 8, "seven were refused, the last one was taken"
        assert [block for block in posts[0]["blocks"] if block["type"] == "image"]
        assert not [block for block in posts[-1]["blocks"] if block["type"] == "image"]
        assert "The picture could not be drawn. The figures are below as text." in str(posts[-1]["blocks"])
        assert problems(posts[-1]["blocks"], surface="message") == []
    with database.read() as session:
        kinds = select(Delivery.state).where(Delivery.kind.in_([schedule.MESSAGE, sharing.SHARED]))
        assert set(session.scalars(kinds)) == {DeliveryState.SENT}
        # The text stands in the message, and the pictures themselves follow in its thread, each once.
        posted = session.scalars(select(Delivery).where(Delivery.target.in_([rows["digest"].target, "C1"])))
        threads = {(row.slack_channel_id, row.slack_ts) for row in posted if row.slack_ts}
        files = session.scalars(select(Delivery).where(Delivery.kind == schedule.THREADED)).all()
    assert len(threads) == 2
    assert {row.state for row in files} == {DeliveryState.SENT}
    pictures = [place for place in shared_files(slack) if "Ward 7 in November" not in place[2]]
    assert len(pictures) == len(set(pictures)) == 2, "for the leader and for the team"
    assert {(channel, ts) for channel, ts, _ in pictures} == threads


def test_files_that_slack_refuses_in_the_thread_too_leave_the_text_and_are_not_tried_for_ever(
    database: Sessions, place: Hospital, slack: SmallSlack, drawing: ChartRenderer
) -> None:
    with database.begin() as session:
        session.merge(place.nights).leader_id = session.merge(place.medicine).leader_id = None
    schedule.enqueue_due(database, NINE)
    slack.order("chat.postMessage", *[Answer(200, NOT_READY, done=False)] * 7)
    worker = DeliveryWorker(database, slack.client(), routes(drawing), lambda: NINE)
    due: datetime | None = NINE
    while due is not None and len(slack.of("chat.postMessage")) < 7:
        due = worker.drain(due)
    assert due is not None
    refused = Answer(200, {"ok": False, "error": "restricted_action"}, done=False)
    slack.order("files.completeUploadExternal", *[refused] * 4)
    while due is not None and due < NINE + timedelta(days=1):
        due = worker.drain(due)
    assert worker.stop(PATIENCE)
    rows = ward_rows(database, place)
    assert rows["digest"].state == DeliveryState.SENT
    assert "Empathising: " in str(slack.messages[0].body["blocks"])
    files = [rows[f"{schedule.THREADED}:{name}"] for name in ("four",)]
    assert {(row.state, row.reason) for row in files} == {(DeliveryState.DEAD, "restricted_action")}
    assert len(slack.of("files.completeUploadExternal")) == 1 + 3, (
        "one in private, the page and the figures, then it once"
    )


def shared_files(slack: SmallSlack) -> list[tuple[str, str, str]]:
    """The channel, the thread and the title of each file that was shared."""
    bodies = [call.body for call in slack.of("files.completeUploadExternal")]
    return [
        (body["channel_id"], body["thread_ts"], json.loads(body["files"])[0]["title"])
        for body in bodies
        if "thread_ts" in body
    ]


def test_the_message_shows_the_uploaded_pictures_and_its_thread_has_the_page(
    database: Sessions, place: Hospital, slack: SmallSlack, drawing: ChartRenderer
) -> None:
    schedule.enqueue_due(database, NINE)
    send(database, slack, drawing)
    rows = ward_rows(database, place)
    assert {row.state for row in rows.values()} == {DeliveryState.SENT}
    leader = rows["digest"].target
    [post] = [call.body for call in slack.messages if call.body["channel"] == leader]
    images = [block for block in post["blocks"] if block["type"] == "image"]
    assert [image["slack_file"] for image in images] == [{"id": "F0PICTURE1"}]
    assert "9 thank-yous" in images[0]["alt_text"]
    assert problems(post["blocks"], surface="message") == []
    contents = [call.body["bytes"] for call in slack.of("upload/1")]
    assert sum(content.startswith(b"\x89PNG") for content in contents) >= 2
    assert sum(content.startswith(b"%PDF-") for content in contents) == 3
    shared = [call.body for call in slack.of("files.completeUploadExternal") if "thread_ts" in call.body]
    assert (rows["digest"].slack_channel_id, rows["digest"].slack_ts) in {
        (body["channel_id"], body["thread_ts"]) for body in shared
    }


def test_without_a_browser_the_figures_stand_in_the_message(
    database: Sessions, place: Hospital, slack: SmallSlack
) -> None:
    schedule.enqueue_due(database, NINE)
    with ChartRenderer(None) as none:
        send(database, slack, none)
    rows = ward_rows(database, place)
    assert rows["digest-picture:four"].state == DeliveryState.DEAD
    [post] = [call.body for call in slack.messages if call.body["channel"] == rows["digest"].target]
    text = str(post["blocks"])
    assert "The picture could not be drawn. The figures are below as text." in text
    assert "Empathising: " in text
    assert not [block for block in post["blocks"] if block["type"] == "image"]
    assert (rows["digest-page"].state, rows["digest-page"].reason) == (DeliveryState.DEAD, "not_made")
    assert rows["digest-sheet"].state == DeliveryState.SENT


def test_a_message_that_never_arrived_has_no_page_in_its_thread(
    database: Sessions, place: Hospital, slack: SmallSlack
) -> None:
    slack.order("chat.postMessage", *[Answer(200, {"ok": False, "error": "user_disabled"})] * 3)
    schedule.enqueue_due(database, NINE)
    with ChartRenderer(None) as none:
        send(database, slack, none)
    rows = ward_rows(database, place)
    assert rows["digest"].state == DeliveryState.DEAD
    assert (rows["digest-page"].state, rows["digest-page"].reason) == (DeliveryState.EXPIRED, "no_message")
    assert slack.of("files.completeUploadExternal") == []


def test_only_the_latest_month_is_made_up_for_and_none_before_the_first(database: Sessions) -> None:
    with database.begin() as session:
        place = hospital(session)
    late = datetime(2026, 2, 20, 15, tzinfo=UTC)
    assert schedule.enqueue_due(database, late) == 3
    with database.read() as session:
        assert set(session.scalars(select(Digest.month))) == {"2026-01"}
    with database.begin() as session:
        session.get_one(Workspace, place.workspace.id).digests_from = "2026-05"
    assert schedule.enqueue_due(database, datetime(2026, 3, 2, 9, tzinfo=UTC)) == 0


def test_a_workspace_in_which_nothing_has_happened_yet_is_told_nothing(database: Sessions) -> None:
    with database.begin() as session:
        hospital(session).workspace.digests_from = None
    assert schedule.enqueue_due(database, NINE) == 0


def test_a_leader_is_written_to_in_their_own_hours(database: Sessions, place: Hospital) -> None:
    with database.begin() as session:
        leader = session.merge(place.staff[place.medicine.id][1])
        leader.quiet_from, leader.quiet_until = time(8, 0), time(16, 0)
    schedule.enqueue_due(database, NINE)
    assert {row.due for row in ward_rows(database, place).values()} == {NINE.replace(hour=16)}


def test_somebody_who_left_gets_no_digest(database: Sessions, place: Hospital) -> None:
    with database.begin() as session:
        session.merge(place.staff[place.medicine.id][0]).left = True
    assert schedule.enqueue_due(database, NINE) == 2


def test_the_next_digest_is_named_with_its_moment(database: Sessions, place: Hospital) -> None:
    with database.read() as session:
        week_before = schedule.next_moment(session, moment(11, 20))
        assert week_before == (NINE - timedelta(days=7), "leaders read what the levels above will read")
        assert schedule.next_moment(session, moment(11, 25)) == (NINE, "digest for November")
        # New Year's Day is a holiday.
        digest_day = moment(1, 2, 9, 2026)
        assert schedule.next_moment(session, moment(12, 27)) == (digest_day, "digest for December")
    with database.begin() as session:
        session.get_one(Workspace, place.workspace.id).uninstalled_at = moment(11, 20)
    with database.read() as session:
        assert schedule.next_moment(session, NINE) is None


def test_a_preview_is_the_page_of_any_month_that_has_begun(database: Sessions, place: Hospital) -> None:
    with database.read() as session:
        page = schedule.preview(session, place.ward, "2025-11", moment(11, 20))
        with pytest.raises(ValueError, match="has not begun"):
            schedule.preview(session, place.ward, "2025-12", moment(11, 20))
    assert "<h1>Ward 7 in November 2025</h1>" in page
    assert re.search(r"<th scope=\"row\">Empathising</th>.*<td>9</td>", page)


@pytest.mark.parametrize(
    ("state", "goes_again"),
    [(state, state is DeliveryState.DEAD) for state in (DeliveryState.DEAD, DeliveryState.UNKNOWN)],
)
def test_sharing_once_more_sends_what_was_refused_and_never_what_may_have_arrived(
    database: Sessions, place: Hospital, state: DeliveryState, *, goes_again: bool
) -> None:
    with database.begin() as session:
        session.merge(place.ward).slack_channel_id = "C1"
    schedule.enqueue_due(database, NINE)
    with database.begin() as session:
        digest = session.scalars(select(Digest).where(Digest.team_id == place.ward.id)).one()
        by = session.get_one(Member, digest.recipient_id)
        sharing.share(session, digest, with_promises=False, by=by, now=NINE)
        post = session.scalars(select(Delivery).where(Delivery.kind == sharing.SHARED)).one()
        post.state = state
        session.flush()
        sharing.share(session, digest, with_promises=False, by=by, now=NINE)
        session.refresh(post)
        assert post.state == (DeliveryState.READY if goes_again else state)
