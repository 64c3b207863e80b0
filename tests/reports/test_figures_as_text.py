"""[Figures as text]: the modal that Slack is asked to open, as Bolt hears the press."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest, BoltResponse
from sqlalchemy import select

import handlers
from handlers.shared.context import Context
from reports.publishing import schedule
from reports.publishing.message import FIGURES
from slackapp.core.db import Sessions
from slackapp.models import Digest
from slackapp.pulse.keys import KeyDirectory
from slackapp.sandbox.blocks import problems
from tests.delivery.conftest import SmallSlack
from tests.reports.hospital import Hospital, close_poll, hospital, moment, thanks_within
from tests.reports.test_sending import NINE, PLENTY


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    small = SmallSlack()
    yield small
    small.close()


@pytest.fixture
def bolt(database: Sessions, slack: SmallSlack, tmp_path: Path) -> Iterator[App]:
    with ThreadPoolExecutor(4) as executor:
        app = App(
            client=slack.client(),
            signing_secret="unused",
            process_before_response=True,
            token_verification_enabled=False,
            listener_executor=executor,
        )
        handlers.register(app, Context(database, lambda: NINE, KeyDirectory(tmp_path)))
        yield app


@pytest.fixture
def place(database: Sessions) -> Hospital:
    with database.begin() as session:
        place = hospital(session)
        thanks_within(session, place.staff[place.ward.id], PLENTY, moment(11, 3))
        close_poll(session, place.workspace, moment(11, 9), {place.ward: (12, 38, 42)})
    schedule.enqueue_due(database, NINE)
    return place


def press(bolt: App, database: Sessions, place: Hospital, user: str, *, team: str = "T1") -> BoltResponse:
    with database.read() as session:
        digest = session.scalars(select(Digest).where(Digest.team_id == place.ward.id)).one()
    body = {
        "type": "block_actions",
        "team": {"id": team, "domain": "hospital"},
        "user": {"id": user, "team_id": team},
        "api_app_id": "A1",
        "token": "t",
        "trigger_id": "1.2.3",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "D1"},
        "channel": {"id": "D1", "name": "directmessage"},
        "response_url": "http://127.0.0.1:9/actions",
        "actions": [
            {"type": "button", "action_id": FIGURES, "block_id": "b", "value": digest.id, "action_ts": "1"}
        ],
    }
    return bolt.dispatch(BoltRequest(body=body, mode="socket_mode"))


def opened(slack: SmallSlack) -> dict[str, Any]:
    [call] = slack.of("views.open")
    view = call.body["view"]
    return dict(json.loads(view) if isinstance(view, str) else view)


def test_the_leader_reads_every_figure_as_text(
    bolt: App, database: Sessions, place: Hospital, slack: SmallSlack
) -> None:
    leader = place.staff[place.medicine.id][1].slack_user_id
    assert press(bolt, database, place, leader).status == 200
    view = opened(slack)
    text = json.dumps(view)
    assert view["title"]["text"] == "Figures as text"
    assert problems(view["blocks"], surface="modal") == []
    for figure in ("Thanks 6", "Thanks 9", "Thanks under 5", "People say, 0 to 10 5.4 to 6.3"):
        assert figure in text


@pytest.mark.parametrize("who", [("ULEAD2", "T1"), ("ULEAD1", "T2"), ("UNOBODY", "T1")])
def test_nobody_else_reads_them(
    bolt: App, database: Sessions, place: Hospital, slack: SmallSlack, who: tuple[str, str]
) -> None:
    user, team = who
    assert place.staff[place.medicine.id][1].slack_user_id == "ULEAD1"
    press(bolt, database, place, user, team=team)
    text = json.dumps(opened(slack))
    assert "November" not in text
    assert ("This digest is for somebody else." in text) == (team == "T1")
