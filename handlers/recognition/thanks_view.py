"""A thank-you as its receiver and the team see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from handlers.recognition import report_view
from slackapp import blocks
from slackapp.blocks import Block, TextAndBlocks
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, translatable
from slackapp.models import DeliveryState, Sharing

MEANT_A_LOT = "thanks_meant_a_lot"
SHARE = "thanks_share"
KEEP = "thanks_keep"
HIDE = "thanks_hide"
SETTINGS = "thanks_settings"
ME_TOO = "thanks_me_too"
MORE = "thanks_more"

THANKED_YOU = {
    Behaviour.ATTENDING: translatable("{giver} thanked you for *attending*."),
    Behaviour.UNDERSTANDING: translatable("{giver} thanked you for *understanding*."),
    Behaviour.EMPATHISING: translatable("{giver} thanked you for *empathising*."),
    Behaviour.HELPING: translatable("{giver} thanked you for *helping*."),
}
"""Whole sentences: in other languages the behaviour's name changes after "for"."""

THANKED_THEM = {
    Behaviour.ATTENDING: translatable("{giver} thanked {receiver} for *attending*."),
    Behaviour.UNDERSTANDING: translatable("{giver} thanked {receiver} for *understanding*."),
    Behaviour.EMPATHISING: translatable("{giver} thanked {receiver} for *empathising*."),
    Behaviour.HELPING: translatable("{giver} thanked {receiver} for *helping*."),
}


_REMINDER = 60
"""Characters of their own words, by which a giver knows the thank-you again."""


class Choice(StrEnum):
    """The choices behind the dots below a thank-you: `<choice>:<id of the thank-you>`."""

    THANK_BACK = "back"
    KEEP = "keep"
    SETTINGS = "settings"
    UNKIND = "unkind"


@dataclass(frozen=True, slots=True)
class Thanks:
    """One receiver's thanks. `giver` and `receiver` are Slack user ids; `words` is None once taken back.

    `post` is the state of the post in the team's channel, if there is one; `contacts` are the people who
    were told that it was reported as unkind.
    """

    id: str
    giver: str
    receiver: str
    behaviour: Behaviour
    words: str | None
    sharing: Sharing
    post: DeliveryState | None = None
    link: str | None = None
    contacts: tuple[str, ...] = ()
    meant_a_lot: bool = False
    """Whether its receiver has told the giver so."""
    is_post_held: bool = False
    """Whether Slack does not take the post for the team just now."""
    is_copy: bool = False
    """Whether Slack did not say if a first message arrived."""
    was_shared: bool = False
    """Whether the receiver has shared it before, with other words when they are asked again."""

    @property
    def is_open(self) -> bool:
        """Whether the receiver has to decide: no answer yet, or the post did not reach the team."""
        failed = self.sharing == Sharing.SHARED and self.post == DeliveryState.DEAD
        return self.sharing == Sharing.ASKED or failed


@dataclass(frozen=True, slots=True)
class Post:
    """A post in one channel: the receivers who agreed, and how many others joined in.

    `receivers` is empty once all of them withdrew it. `link` only leads to this channel.
    """

    id: str
    giver: str
    receivers: tuple[str, ...]
    behaviour: Behaviour
    words: str | None
    boosters: int = 0
    link: str | None = None


def direct_message(say: Voice, thanks: Thanks) -> TextAndBlocks:
    """Return the receiver's direct message: top-level text and blocks."""
    if thanks.words is None:
        return blocks.only(say("{giver} took this thank-you back.", giver=blocks.person(thanks.giver, say)))
    if thanks.sharing == Sharing.REPORTED:
        return blocks.only(report_view.reported(say, thanks.contacts))
    sentence = say(THANKED_YOU[thanks.behaviour], giver=blocks.person(thanks.giver, say))
    notes = [*_sent_again(say, thanks), *_meant(say, thanks), _standing(say, thanks)]
    layout = [
        blocks.quote(thanks.words),
        blocks.section(sentence),
        *_about(say, thanks.link),
        blocks.context(*notes),
        blocks.actions([*_decisions(say, thanks), _more(say, thanks)]),
    ]
    text = " ".join([f"“{blocks.literal(thanks.words)}”", sentence, *_address(say, thanks.link), *notes])
    return TextAndBlocks(text, layout)


def for_giver(say: Voice, thanks: Thanks, *, is_one_of_several: bool) -> TextAndBlocks:
    """Tell the giver that it meant a lot; one of several receivers is not named."""
    if thanks.words is None:
        return blocks.only(say("You have already taken this one back."))
    if is_one_of_several:
        sentence = say("Somebody you thanked says that your thank-you meant a lot.")
    else:
        receiver = blocks.person(thanks.receiver, say)
        sentence = say("{receiver} says that your thank-you meant a lot.", receiver=receiver)
    words = blocks.shortened(thanks.words, _REMINDER)
    return TextAndBlocks(
        f"{sentence} “{blocks.literal(words)}”", [blocks.section(sentence), blocks.quote(words)]
    )


def team_post(languages: Sequence[Voice], post: Post) -> TextAndBlocks:
    """Return the post for the team, in each language of the channel: text and blocks.

    Without words or receivers it only says so, until the post itself is deleted.
    """
    if post.words is None:
        return blocks.only("\n".join(say("This thank-you was taken back.") for say in languages))
    if not post.receivers:
        return blocks.only("\n".join(say("This thank-you is not shown here any more.") for say in languages))
    sentences = "\n".join(_told(say, post) for say in languages)
    agreed = "\n".join(_agreed(say, post) for say in languages)
    # No number: it would be a score beside somebody's thanks.
    joined = ["\n".join(say("Others said “me too”.") for say in languages)] if post.boosters else []
    me_too = " / ".join(dict.fromkeys(say("Me too") for say in languages))
    layout = [
        blocks.quote(post.words),
        blocks.section(sentences),
        *[about for say in languages for about in _about(say, post.link)],
        blocks.context(agreed, *joined),
        blocks.actions([blocks.button(me_too, ME_TOO, post.id)]),
    ]
    address = [line for say in languages for line in _address(say, post.link)]
    return TextAndBlocks(
        "\n".join([f"“{blocks.literal(post.words)}”", sentences, *address, agreed, *joined]), layout
    )


def for_contact(say: Voice, thanks: Thanks) -> TextAndBlocks:
    """Return the message to the contact for unkind thank-yous: top-level text and blocks."""
    people = {"receiver": blocks.person(thanks.receiver, say), "giver": blocks.person(thanks.giver, say)}
    if thanks.words is None:
        return blocks.only(
            say("{receiver} found a thank-you from {giver} unkind. It has been taken back since.", **people)
        )
    sentence = say("*{receiver} found this thank-you from {giver} unkind.* It is hidden now.", **people)
    request = say("Please talk with {receiver} first. {giver} has not been told.", **people)
    layout = [blocks.section(sentence), blocks.quote(thanks.words), blocks.context(request)]
    return TextAndBlocks(f"{sentence} “{blocks.literal(thanks.words)}” {request}", layout)


def receivers_buttons(say: Voice, recognition_id: str, sharing: Sharing) -> list[Block]:
    """Return the buttons for a receiver's thanks on the Home tab."""
    if sharing == Sharing.SHARED:
        return [_hide(say, recognition_id)]
    if sharing in {Sharing.ASKED, Sharing.HIDDEN}:
        return [blocks.button(say("Share with my team"), SHARE, recognition_id)]
    return []


def _told(say: Voice, post: Post) -> str:
    people = {"giver": blocks.person(post.giver, say), "receiver": _receivers(say, post)}
    return say(THANKED_THEM[post.behaviour], **people)


def _agreed(say: Voice, post: Post) -> str:
    return say("{receiver} chose to share this.", receiver=_receivers(say, post))


def _receivers(say: Voice, post: Post) -> str:
    return say.listing(blocks.person(user_id, say) for user_id in post.receivers)


def _standing(say: Voice, thanks: Thanks) -> str:
    if thanks.sharing == Sharing.SHARED:
        if thanks.is_post_held:
            return say(
                "Only you can see this. I can't post in your team's channel just now: it goes out once I can."
            )
        return _shared(say, thanks.post)
    if thanks.sharing == Sharing.ASKED and thanks.was_shared:
        return say(
            "{giver} changed this after you shared it, so it is out of your team's channel. Only you can see "
            "this until you share it again.",
            giver=blocks.person(thanks.giver, say),
        )
    sentences = {
        Sharing.ASKED: say(
            "Only you can see this. {giver} would be glad for your team to see it too. You decide.",
            giver=blocks.person(thanks.giver, say),
        ),
        Sharing.KEPT: say("Only you can see this. You kept it between the two of you."),
        Sharing.HIDDEN: say("Only you can see this. You took it out of your team's channel."),
    }
    return sentences.get(thanks.sharing, say("Only you can see this."))


def _shared(say: Voice, post: DeliveryState | None) -> str:
    sentences = {
        DeliveryState.DEAD: say(
            "Only you can see this. I can't post in your team's channel. "
            "Invite me there and share it again, or keep it between the two of you."
        ),
        DeliveryState.UNKNOWN: say(
            "We can't tell if Slack delivered this to your team. Please look in the channel."
        ),
        DeliveryState.SENT: say("You shared this with your team."),
    }
    otherwise = say("Your team sees this too, as you have set it.")
    return sentences.get(post, otherwise) if post else otherwise


def _meant(say: Voice, thanks: Thanks) -> list[str]:
    if not thanks.meant_a_lot:
        return []
    return [say("You told {giver} that it meant a lot.", giver=blocks.person(thanks.giver, say))]


def _sent_again(say: Voice, thanks: Thanks) -> list[str]:
    if not thanks.is_copy:
        return []
    return [say("Sent again: Slack did not say whether the first one arrived.")]


def _decisions(say: Voice, thanks: Thanks) -> list[Block]:
    buttons = []
    if not thanks.meant_a_lot:
        buttons.append(blocks.button(say("That meant a lot"), MEANT_A_LOT, thanks.id, style="primary"))
    if thanks.is_open or thanks.sharing == Sharing.HIDDEN:
        buttons.append(blocks.button(say("Share with my team"), SHARE, thanks.id))
    elif thanks.sharing == Sharing.SHARED:
        buttons.append(_hide(say, thanks.id))
    return buttons


def _hide(say: Voice, recognition_id: str) -> Block:
    return blocks.button(say("Hide from the team"), HIDE, recognition_id)


def _more(say: Voice, thanks: Thanks) -> Block:
    """What is seldom needed, behind the dots."""
    labels = {
        Choice.THANK_BACK: say("Thank them back"),
        **({Choice.KEEP: say("Keep it between us")} if thanks.is_open else {}),
        Choice.SETTINGS: say("Who sees my thank-yous"),
        Choice.UNKIND: say("This was unkind"),
    }
    options = [blocks.option(f"{choice}:{thanks.id}", label) for choice, label in labels.items()]
    return {"type": "overflow", "action_id": MORE, "options": options}


def _about(say: Voice, link: str | None) -> list[Block]:
    if link is None:
        return []
    words = say("The message this is about")
    # In markup even an address has its ampersands escaped.
    return [blocks.context(f"<{blocks.literal(link)}|{words}>")]


def _address(say: Voice, link: str | None) -> list[str]:
    """The same in the text beside the blocks."""
    return [f"{say('The message this is about')}: {blocks.literal(link)}"] if link else []
