"""What a digest's deliveries turn into: its pictures, the message, and the page in the thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports import digest, queries, words
from reports.drawing import Drawing
from reports.figures import TeamMonth
from reports.message import message
from reports.page import page
from reports.showing import shown
from slackapp import members
from slackapp.i18n import Voice
from slackapp.letters import Later, Letter, Nothing, Renderer, Upload
from slackapp.models import Delivery, DeliveryState, Digest, Member, Team, Workspace
from slackapp.views.words import shortened

_LOOK_AGAIN = timedelta(seconds=2)
_PICTURES_AT_MOST = timedelta(minutes=15)
"""A digest does not wait longer for its pictures, from when it could first have gone."""
_ALT_OF_A_FILE = 1_000
"""Slack takes this much with an upload; the message's image block carries all of it."""
_PENDING = (DeliveryState.READY, DeliveryState.SENDING)


def renderers(drawing: Drawing) -> dict[str, Renderer]:
    """By delivery kind; `drawing` is used when a picture or page is produced, after the transaction."""
    made = _Letters(drawing)
    return {digest.PICTURE: made.picture, digest.MESSAGE: made.message, digest.PAGE: made.page}


def told(session: Session, found: Digest) -> tuple[Voice, TeamMonth]:
    """A digest's figures, and the voice of the person it is for."""
    team = session.get_one(Team, found.team_id)
    workspace = session.get_one(Workspace, team.workspace_id)
    reader = session.get_one(Member, found.recipient_id)
    month = queries.months(session, workspace, found.month, [team])[team.id]
    return members.voice_of(workspace, reader), month


@dataclass(frozen=True, slots=True)
class _Letters:
    drawing: Drawing

    def picture(self, session: Session, row: Delivery, now: datetime) -> Letter:  # noqa: ARG002 - a renderer
        """One chart, uploaded where nobody sees it until the message shows it."""
        digest_id, _, name = row.reference.partition(":")
        found = session.get(Digest, digest_id)
        if found is None:
            return Nothing("gone")
        say, month = told(session, found)
        chart = next((chart for chart in shown(say, month) if chart.name == name), None)
        if chart is None:
            return Nothing("no_picture")
        produce = partial(self.drawing.draw, chart.picture)
        alt = shortened(chart.alt, _ALT_OF_A_FILE)
        return Upload(filename=f"{name}-{found.month}.png", title=chart.title, alt=alt, produce=produce)

    def message(self, session: Session, row: Delivery, now: datetime) -> Letter:
        """The message, once its pictures are there or will not come."""
        found = session.get(Digest, row.reference)
        if found is None:
            return Nothing("gone")
        say, month = told(session, found)
        names = {digest.picture_reference(found.id, chart.name): chart.name for chart in shown(say, month)}
        waited = now - (row.first_try or now)
        pictures = _pictures(session, names)
        if pictures is None and waited < _PICTURES_AT_MOST:
            return Later(now + _LOOK_AGAIN)
        return message(say, month, digest_id=found.id, pictures=pictures or {})

    def page(self, session: Session, row: Delivery, now: datetime) -> Letter:
        """The page, as a file in the thread of the message that went before it."""
        sent = session.scalar(
            select(Delivery).where(Delivery.reference == row.reference, Delivery.kind == digest.MESSAGE)
        )
        found = session.get(Digest, row.reference)
        if sent is None or found is None:
            return Nothing("gone")
        if sent.state in _PENDING:
            return Later(max(sent.due, now + _LOOK_AGAIN))
        if sent.state != DeliveryState.SENT or not sent.slack_ts:
            return Nothing("no_message")
        say, month = told(session, found)
        return Upload(
            filename=f"digest-{found.month}.html",
            title=say("{heading}: a page to keep or print", heading=words.heading(say, month)),
            alt=words.heading(say, month),
            produce=partial(self._page, say, month),
            channel=sent.slack_channel_id,
            thread_ts=sent.slack_ts,
        )

    def _page(self, say: Voice, month: TeamMonth) -> bytes:
        return page(say, month, digest.figures(self.drawing, shown(say, month))).encode()


def _pictures(session: Session, names: Mapping[str, str]) -> dict[str, str] | None:
    """Slack's file ids by chart name, or None while one is still on its way."""
    rows = session.scalars(
        select(Delivery).where(Delivery.reference.in_(names), Delivery.kind == digest.PICTURE)
    ).all()
    if any(row.state in _PENDING for row in rows):
        return None
    return {names[row.reference]: row.slack_file_id for row in rows if row.slack_file_id}
