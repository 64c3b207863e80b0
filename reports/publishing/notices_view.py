"""Notices to leaders about digests: handing on, missing readers, refused posts."""

from slack_sdk.models.blocks import ButtonElement, PlainTextObject

from slackapp import blocks
from slackapp.blocks import TextAndBlocks
from slackapp.core.i18n import Voice

HAND_ON = "digest_hand_on"
"""The button whose value is the team's id."""


def hand_on(say: Voice, team_id: str, team: str, leader: str) -> TextAndBlocks:
    """The question to a team's former leader."""
    sentence = say(
        "{leader} leads {team} now and reads its digests from here on. Would you like to hand the earlier "
        "ones on?",
        leader=leader,
        team=team,
    )
    button = _button(say("Hand them on"), HAND_ON, team_id)
    return TextAndBlocks(blocks.literal(sentence), [blocks.plain_section(sentence), blocks.actions([button])])


def no_reader(say: Voice, team: str, month: str) -> TextAndBlocks:
    """The notice that a lower team's leader cannot be reached."""
    sentence = say(
        "The leader of {team} cannot be reached, so its digest has no reader. "
        "You can read it: /digest {team} {month}. An admin can choose a new leader.",
        team=team,
        month=month,
    )
    return TextAndBlocks(blocks.literal(sentence), [blocks.plain_section(sentence)])


def not_shared(say: Voice, team: str, month: str) -> TextAndBlocks:
    """The notice that a team's channel did not accept what was shared."""
    sentence = say(
        "What you shared of {month} could not be posted in the channel of {team}: it may be archived, or I "
        "am not in it. Nothing is lost. Once that is put right, press [Share with the team] again.",
        month=month,
        team=team,
    )
    return TextAndBlocks(blocks.literal(sentence), [blocks.plain_section(sentence)])


def _button(text: str, action_id: str, value: str) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=text, emoji=False), action_id=action_id, value=value)
