"""What `/digest` and its buttons answer."""

from collections.abc import Iterable
from datetime import date

from reports.publishing.notices_view import _button
from reports.publishing.team_lines_view import CHOOSE
from slackapp import blocks
from slackapp.blocks import TextAndBlocks, View
from slackapp.core.i18n import Voice
from slackapp.models import Pace

_MOST_TEAMS = 20


def help_text(say: Voice) -> TextAndBlocks:
    """How `/digest` is used: text and blocks."""
    sentences = [
        say("`/digest` shows the newest digest that you may read. Leaders get one each month."),
        say("`/digest Ward 7 October` shows another team's or month's. `/digest Ward 7 2026-10` does too."),
        say("`/digest admin` is where admins say who may read digests."),
    ]
    return TextAndBlocks("\n".join(sentences), [blocks.section("\n".join(sentences))])


def handed_on(say: Voice, team: str, day: date | None) -> View:
    """After [Hand them on]; `day` is from when on they can be read, where that is not yet."""
    if day is None:
        sentence = say("Done. Whoever leads {team} can now read its earlier digests with /digest.", team=team)
    else:
        sentence = say(
            "Done. From {day} on whoever leads {team} can read its earlier digests with /digest. "
            "Its people are told now.",
            team=team,
            day=say.day(day),
        )
    return blocks.notice(say, say("Digests"), [blocks.plain_section(sentence)])


def team_choice(say: Voice, teams: Iterable[tuple[str, str]]) -> TextAndBlocks:
    """A button for each team whose digest may be read; `teams` are ids and names."""
    listed = list(teams)[:_MOST_TEAMS]
    question = say("Whose digest would you like to read? You can also type: /digest team month")
    buttons = [
        _button(blocks.shortened(name, 75), f"{CHOOSE}:{place}", team_id)
        for place, (team_id, name) in enumerate(listed)
    ]
    return TextAndBlocks(question, [blocks.section(question), blocks.actions(buttons)])


def frequency_saved(say: Voice, team: str, pace: Pace) -> View:
    """After a leader chose how often the team is asked."""
    sentences = {
        Pace.EVERY: say("{team} is asked as often as everybody. Thank you for telling us.", team=team),
        Pace.MONTHLY: say("From the next check-in on, {team} is asked once a month.", team=team),
        Pace.PAUSED: say(
            "{team} is not asked any more, until you choose otherwise under the next digest.", team=team
        ),
    }
    return blocks.notice(say, say("Check-in"), [blocks.plain_section(sentences[pace])])


def sent(say: Voice, *, is_new: bool) -> View:
    """After [Send me the pictures]; `is_new` is whether they were not sent before."""
    on_its_way = say("It is on its way to you as a direct message.")
    sent_before = say("It was sent to you before: look among my messages to you.")
    return blocks.notice(say, say("Digest"), [blocks.section(on_its_way if is_new else sent_before)])
