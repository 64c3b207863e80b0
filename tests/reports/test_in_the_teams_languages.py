"""What a team reads in its channel is said in the languages of those who read there, whoever wrote it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reports.charts.renderer import ChartRenderer
from reports.publishing import schedule
from reports.publishing.renderers import routes
from slackapp.core.db import Sessions
from slackapp.delivery import DeliveryWorker
from slackapp.digest import promises, sharing
from slackapp.digest.promises import Wording
from slackapp.models import Delivery, DeliveryState, Digest, Member
from slackapp.sandbox.blocks import problems
from tests.delivery.conftest import PATIENCE, SmallSlack
from tests.reports.hospital import Hospital, close_poll, hospital, moment, thanks_within

NINE = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
PLENTY = {"attending": 6, "understanding": 7, "empathising": 9, "helping": 3}
CHANNEL = "C1"
HEADS = {"en": "Ward 7 in November", "cy": "Ward 7: Tachwedd"}
TITLES = {"en": "You said, we will", "cy": "Dywedoch chi, fe wnawn ni"}
PICTURES = {"en": ["Ranges"], "cy": ["Ystodau"]}


@pytest.fixture
def slack() -> Iterator[SmallSlack]:
    small = SmallSlack()
    yield small
    small.close()


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with a leader and a channel, and all that it takes to send it something."""

    database: Sessions
    place: Hospital
    drawing: ChartRenderer
    slack: SmallSlack

    def speaks(self, leader: str, team: Sequence[str]) -> None:
        with self.database.begin() as session:
            session.get_one(Member, self.place.ward.leader_id).language = leader
            for number, member in enumerate(self.place.staff[self.place.ward.id]):
                session.get_one(Member, member.id).language = team[number % len(team)]

    def shares(self) -> list[dict[str, Any]]:
        """The leader promises something and shares it with November's digest: what the channel gets."""
        schedule.enqueue_due(self.database, NINE)
        self.sends()
        with self.database.begin() as session:
            digest = session.scalars(select(Digest).where(Digest.team_id == self.place.ward.id)).one()
            leader = session.get_one(Member, digest.recipient_id)
            wording = Wording(0, "no beds", "find two", leader.id)
            promises.save(session, digest, [wording], author=leader, now=NINE)
            sharing.share(session, digest, with_promises=True, by=leader, now=NINE)
        self.sends()
        return [call.body for call in self.slack.messages if call.body["channel"] == CHANNEL]

    def sends(self) -> None:
        worker = DeliveryWorker(self.database, self.slack.client(), routes(self.drawing), lambda: NINE)
        due: datetime | None = NINE
        while due is not None and due < NINE + timedelta(days=1):
            due = worker.drain(due)
        assert worker.stop(PATIENCE)


@pytest.fixture
def ward(database: Sessions, drawing: ChartRenderer, slack: SmallSlack) -> Ward:
    with database.begin() as session:
        place = hospital(session)
        thanks_within(session, place.staff[place.ward.id], PLENTY, moment(11, 3))
        close_poll(session, place.workspace, moment(11, 9), {place.ward: (12, 38, 42), place.nights: None})
        place.ward.slack_channel_id = CHANNEL
        place.nights.leader_id = place.medicine.leader_id = None
    return Ward(database, place, drawing, slack)


def headers(post: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in post["blocks"] if block["type"] == "header"]


def alts(post: dict[str, Any]) -> list[str]:
    return [block["alt_text"].split()[0] for block in post["blocks"] if block["type"] == "image"]


@pytest.mark.parametrize(
    ("leader", "team"), [("cy", ["en"]), ("en", ["cy"]), ("en", ["en", "cy"]), ("cy", ["cy", "en"])]
)
def test_the_shared_digest_and_its_promises_are_in_the_languages_read_in_the_channel(
    ward: Ward, leader: str, team: list[str]
) -> None:
    ward.speaks(leader, team)
    shared, promised = ward.shares()
    # Welsh first, and the pictures once, in the first.
    spoken = sorted(team)
    assert headers(shared) == [HEADS[language] for language in spoken]
    assert headers(promised) == [TITLES[language] for language in spoken]
    assert alts(shared) == PICTURES[spoken[0]]
    assert [problems(post["blocks"], surface="message") for post in (shared, promised)] == [[], []]
    assert [language for language in spoken if HEADS[language] not in shared["text"]] == []
    assert promised["text"].count("find two") == len(spoken)
    with ward.database.read() as session:
        drawn = session.scalars(select(Delivery).where(Delivery.kind == schedule.PICTURE)).all()
    assert {row.state for row in drawn} == {DeliveryState.SENT}
    assert len(drawn) == (1 if leader == spoken[0] else 2), "the leader's own serve where they can"
