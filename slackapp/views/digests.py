"""Around the digest: what a leader is told when something is in the way, and reading on demand."""

from collections.abc import Iterable

from slack_sdk.models.blocks import ButtonElement, PlainTextObject

from slackapp.i18n import Voice
from slackapp.models import Pace
from slackapp.views import words as piece
from slackapp.views.words import Block, View

HAND_ON = "digest_hand_on"
"""The button whose value is the team's id."""
CHOOSE = "digest_choose"
"""The button whose value is the team's id."""
_MOST_TEAMS = 20


def hand_on(say: Voice, team_id: str, team: str, leader: str) -> tuple[str, list[Block]]:
    """The question to whoever led a team before."""
    told = say(
        "{leader} leads {team} now and reads its digests from here on. Would you like to hand the earlier "
        "ones on?",
        leader=leader,
        team=team,
    )
    button = _button(say("Hand them on"), HAND_ON, team_id)
    return piece.literal(told), [piece.plain_section(told), piece.actions([button])]


def handed_on(say: Voice, team: str) -> View:
    """After [Hand them on]."""
    told = say("Done. Whoever leads {team} can now read its earlier digests with /digest.", team=team)
    return piece.notice(say, say("Digests"), [piece.plain_section(told)])


def no_reader(say: Voice, team: str, month: str) -> tuple[str, list[Block]]:
    """The leader of a team below cannot be reached."""
    told = say(
        "The leader of {team} cannot be reached, so its digest has no reader. "
        "You can read it: /digest {team} {month}. An admin can choose a new leader.",
        team=team,
        month=month,
    )
    return piece.literal(told), [piece.plain_section(told)]


def not_shared(say: Voice, team: str, month: str) -> tuple[str, list[Block]]:
    """A team's channel did not take what was shared."""
    told = say(
        "What you shared of {month} could not be posted in the channel of {team}: it may be archived, or I "
        "am not in it. Nothing is lost. Once that is put right, press [Share with the team] again.",
        month=month,
        team=team,
    )
    return piece.literal(told), [piece.plain_section(told)]


def teams(say: Voice, found: Iterable[tuple[str, str]]) -> tuple[str, list[Block]]:
    """Which digests somebody may read: a button for each team, by id and name."""
    shown = list(found)[:_MOST_TEAMS]
    told = say("Whose digest would you like to read? You can also type: /digest team month")
    buttons = [
        _button(piece.shortened(name, 75), f"{CHOOSE}:{place}", team)
        for place, (team, name) in enumerate(shown)
    ]
    return told, [piece.section(told), piece.actions(buttons)]


def pace(say: Voice, team: str, chosen: Pace) -> View:
    """After a leader chose how often the team is asked."""
    sentences = {
        Pace.EVERY: say("{team} is asked as often as everybody. Thank you for telling us.", team=team),
        Pace.MONTHLY: say("From the next check-in on, {team} is asked once a month.", team=team),
        Pace.PAUSED: say(
            "{team} is not asked any more, until you choose otherwise under the next digest.", team=team
        ),
    }
    return piece.notice(say, say("Check-in"), [piece.plain_section(sentences[chosen])])


def _button(text: str, action_id: str, value: str) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=text, emoji=False), action_id=action_id, value=value)
