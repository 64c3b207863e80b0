"""What Slack does not let the app do, as a team's leader or an admin reads it."""

from slackapp import blocks
from slackapp.blocks import TextAndBlocks
from slackapp.core.i18n import Voice


def channel_held(say: Voice, channel: str, reason: str) -> TextAndBlocks:
    """To a team's leader: posts for the channel wait. `reason` is Slack's name of it."""
    return blocks.only(
        say(
            "*I can't post in {channel} just now.* Slack calls the reason “{reason}”. What is meant for it "
            "waits, and goes out by itself once I can post there. Is the channel archived, am I still in it, "
            "and may apps post there?",
            channel=f"<#{channel}>",
            reason=reason,
        )
    )


def channel_open_again(say: Voice, channel: str) -> TextAndBlocks:
    """To a team's leader, when that is over before the message came."""
    return blocks.only(
        say("I can post in {channel} again. What waited has gone out.", channel=f"<#{channel}>")
    )


def workspace_held(say: Voice, since: str) -> TextAndBlocks:
    """To an admin, once messages go out again. `since` is a moment in words."""
    return blocks.only(
        say(
            "Slack did not let me send any message since {since}. Now it does again, and what waited goes "
            "out. Nothing was lost.",
            since=since,
        )
    )


def no_files(say: Voice) -> TextAndBlocks:
    """To an admin: digests come without pictures and pages."""
    return blocks.only(
        say(
            "*Slack does not let me upload files here,* so digests come without their pictures, page and "
            "table; the figures stand in the text. I try again once a day. To have them at once, ask "
            "whoever installed Appreciate to install it again, and to allow files."
        )
    )
