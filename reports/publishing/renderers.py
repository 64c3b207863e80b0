"""What a digest's deliveries turn into: its pictures, the message, and the page in the thread."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from reports.charts import side_by_side
from reports.charts.renderer import ChartRenderer
from reports.figures.team_month import TeamMonth
from reports.publishing import schedule as digest
from reports.publishing import team_renderers as team_letters
from reports.publishing.csv_export import sheet
from reports.publishing.loading import (
    PENDING,
    follow_in_thread,
    load,
    picture_names,
    still_waiting,
    today,
    uploaded_charts,
)
from reports.publishing.message import comments, message
from reports.publishing.page import charts, page
from reports.text import sentences as words
from slackapp.blocks import shortened
from slackapp.core.i18n import Voice, voice
from slackapp.digest import sharing
from slackapp.models import Delivery, DeliveryState, Digest
from slackapp.outbox.rendered import Message, Rendered, Renderer, Skip, Upload, WaitUntil

_LOOK_AGAIN = timedelta(seconds=2)
_ALT_OF_A_FILE = 1_000
"""Slack takes this much with an upload; the message's image block carries all of it."""


def renderers(drawing: ChartRenderer) -> dict[str, Renderer]:
    """By delivery kind; `drawing` is used when a picture or page is produced, after the transaction."""
    made = _Letters(drawing)
    return {
        digest.PICTURE: made.picture,
        digest.MESSAGE: made.message,
        digest.PAGE: made.page,
        digest.SHEET: made.sheet,
        digest.THREADED: made.threaded,
        digest.COMMENTS: made.comments,
        digest.COMMENTS_AGAIN: made.comments_again,
        **team_letters.RENDERERS,
    }


@dataclass(frozen=True, slots=True)
class _Thread:
    """Where files and comments of a digest go, and what they tell."""

    say: Voice
    month: TeamMonth
    name: str
    channel: str | None
    ts: str


@dataclass(frozen=True, slots=True)
class _Letters:
    drawing: ChartRenderer

    def picture(self, session: Session, row: Delivery, now: datetime) -> Rendered:  # noqa: ARG002 - a renderer
        """One chart, uploaded where nobody sees it until the message shows it."""
        digest_id, name, language = (*row.reference.split(":"), "")[:3]
        found = session.get(Digest, digest_id)
        if found is None:
            return Skip("gone")
        readers, month = load(session, found)
        say = voice(language) if language else readers
        chart = side_by_side.chart(say, month)
        if chart is None or chart.name != name:
            return Skip("no_picture")
        produce = partial(self.drawing.png, chart.picture)
        alt = shortened(chart.alt, _ALT_OF_A_FILE)
        return Upload(filename=f"{name}-{found.month}.png", title=chart.title, alt=alt, produce=produce)

    def message(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """The message, once its pictures are there or will not come."""
        found = session.get(Digest, row.reference)
        if found is None:
            return Skip("gone")
        say, month = load(session, found)
        names = picture_names(say, month, found.id)
        pictures = uploaded_charts(session, names)
        if pictures is None and still_waiting(row, now):
            return WaitUntil(now + _LOOK_AGAIN)
        follow_in_thread(session, row, names, now)
        day = today(session, row, now)
        return message(say, month, digest_id=found.id, pictures=pictures or {}, today=day)

    def threaded(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """A picture that Slack did not show in the message, as a file in that message's thread."""
        digest_id, _, _ = row.reference.partition(":")
        shows = Delivery.kind.in_([digest.MESSAGE, sharing.SHARED]) & (Delivery.target == row.target)
        thread = self._thread(session, select(Delivery).where(Delivery.reference == digest_id, shows), now)
        if not isinstance(thread, _Thread):
            return thread
        made = self.picture(session, row, now)
        if not isinstance(made, Upload):
            return made
        return replace(made, channel=thread.channel, thread_ts=thread.ts)

    def page(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """The page, as a file in the thread of the message that went before it."""
        found = self._thread(session, _message_of(row), now)
        if not isinstance(found, _Thread):
            return found
        say, month = found.say, found.month
        return Upload(
            filename=f"digest-{found.name}.pdf",
            title=say("{heading}: a page to keep or print", heading=words.heading(say, month)),
            alt=words.heading(say, month),
            produce=partial(self._page, say, month, today(session, row, now)),
            channel=found.channel,
            thread_ts=found.ts,
        )

    def sheet(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """The figures for a spreadsheet, in the same thread."""
        found = self._thread(session, _message_of(row), now)
        if not isinstance(found, _Thread):
            return found
        return Upload(
            filename=f"digest-{found.name}.csv",
            title=found.say("{heading}: the figures", heading=words.heading(found.say, found.month)),
            alt=words.heading(found.say, found.month),
            produce=partial(sheet, found.say, found.month),
            channel=found.channel,
            thread_ts=found.ts,
        )

    def comments(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """What people wrote, in the same thread."""
        found = self._thread(session, _message_of(row), now)
        if not isinstance(found, _Thread):
            return found
        if not found.month.comments:
            return Skip("no_comments")
        text, blocks = comments(found.say, found.month, row.reference)
        return Message(text=text, blocks=blocks, channel=found.channel, thread_ts=found.ts)

    def comments_again(self, session: Session, row: Delivery, now: datetime) -> Rendered:
        """The same message where it stands, without what was hidden since."""
        before = select(Delivery).where(Delivery.reference == row.reference, Delivery.kind == digest.COMMENTS)
        first, found = session.scalar(before), session.get(Digest, row.reference)
        if first is None or found is None:
            return Skip("gone")
        if first.state == DeliveryState.SENDING:
            return WaitUntil(now + _LOOK_AGAIN)
        if first.state != DeliveryState.SENT or not first.slack_ts:
            # While it waits, it will say what holds by then.
            return Skip("not_sent")
        text, blocks = comments(*load(session, found), found.id)
        return Message(text=text, blocks=blocks, channel=first.slack_channel_id, replaces=first.slack_ts)

    def _thread(
        self, session: Session, before: Select[Delivery], now: datetime
    ) -> "_Thread | WaitUntil | Skip":
        """The thread of the message that goes before, once that has arrived."""
        sent = session.scalar(before)
        found = session.get(Digest, sent.reference) if sent else None
        if sent is None or found is None:
            return Skip("gone")
        if sent.state in PENDING:
            return WaitUntil(max(sent.due, now + _LOOK_AGAIN))
        if sent.state != DeliveryState.SENT or not sent.slack_ts:
            return Skip("no_message")
        say, month = load(session, found)
        return _Thread(say, month, found.month, sent.slack_channel_id, sent.slack_ts)

    def _page(self, say: Voice, month: TeamMonth, day: date) -> bytes | None:
        return self.drawing.pdf(page(say, month, digest.drawings(self.drawing, charts(say, month)), day))


def _message_of(row: Delivery) -> Select[Delivery]:
    return select(Delivery).where(Delivery.reference == row.reference, Delivery.kind == digest.MESSAGE)
