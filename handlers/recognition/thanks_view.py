"""A thank-you as its receiver and the team see it."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.recognition import report_view
from handlers.recognition.form_view import open_button
from slackapp import blocks
from slackapp.blocks import Block
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.i18n import Voice
from slackapp.models import DeliveryState, Sharing
from slackapp.recognition.draft import Draft

SHARE = "thanks_share"
KEEP = "thanks_keep"
HIDE = "thanks_hide"
SETTINGS = "thanks_settings"
ME_TOO = "thanks_me_too"


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


def direct_message(say: Voice, thanks: Thanks) -> tuple[str, list[Block]]:
    """Return the receiver's direct message: top-level text and blocks."""
    if thanks.words is None:
        return blocks.only(say("{giver} took this thank-you back.", giver=blocks.person(thanks.giver, say)))
    if thanks.sharing == Sharing.REPORTED:
        return blocks.only(report_view.reported(say, thanks.contacts))
    wording = WORDING[thanks.behaviour]
    sentence = say(
        "*A colleague thanked you.* {giver} named this as *{behaviour}*: {meaning}.",
        giver=blocks.person(thanks.giver, say),
        behaviour=say(wording.label).lower(),
        meaning=say(wording.meaning),
    )
    standing = _standing(say, thanks)
    layout = [
        blocks.section(sentence),
        blocks.quote(thanks.words),
        *_about(say, thanks.link),
        blocks.context(standing),
    ]
    layout.append(blocks.actions([*_decisions(say, thanks), *_always(say, thanks)]))
    text = " ".join([sentence, f"“{blocks.literal(thanks.words)}”", *_address(say, thanks.link), standing])
    return text, layout


def team_post(languages: Sequence[Voice], post: Post) -> tuple[str, list[Block]]:
    """Return the post for the team, in each language of the channel: text and blocks.

    Without words or receivers it only says so, until the post itself is deleted.
    """
    if post.words is None:
        return blocks.only("\n".join(say("This thank-you was taken back.") for say in languages))
    if not post.receivers:
        return blocks.only("\n".join(say("This thank-you is not shown here any more.") for say in languages))
    sentences = "\n".join(_told(say, post) for say in languages)
    agreed = "\n".join(_agreed(say, post) for say in languages)
    joined = ["\n".join(_joined(say, post.boosters) for say in languages)] if post.boosters else []
    me_too = " / ".join(dict.fromkeys(say("Me too") for say in languages))
    layout = [
        blocks.section(sentences),
        blocks.quote(post.words),
        *[about for say in languages for about in _about(say, post.link)],
        blocks.context(agreed, *joined),
        blocks.actions([blocks.button(me_too, ME_TOO, post.id)]),
    ]
    address = [line for say in languages for line in _address(say, post.link)]
    return "\n".join([sentences, f"“{blocks.literal(post.words)}”", *address, agreed, *joined]), layout


def for_contact(say: Voice, thanks: Thanks) -> tuple[str, list[Block]]:
    """Return the message to the contact for unkind thank-yous: top-level text and blocks."""
    people = {"receiver": blocks.person(thanks.receiver, say), "giver": blocks.person(thanks.giver, say)}
    if thanks.words is None:
        return blocks.only(
            say("{receiver} found a thank-you from {giver} unkind. It has been taken back since.", **people)
        )
    sentence = say("*{receiver} found this thank-you from {giver} unkind.* It is hidden now.", **people)
    request = say("Please talk with {receiver} first. {giver} has not been told.", **people)
    layout = [blocks.section(sentence), blocks.quote(thanks.words), blocks.context(request)]
    return f"{sentence} “{blocks.literal(thanks.words)}” {request}", layout


def receivers_buttons(say: Voice, recognition_id: str, sharing: Sharing) -> list[Block]:
    """Return the buttons for a receiver's thanks on the Home tab."""
    if sharing == Sharing.SHARED:
        return [_hide(say, recognition_id)]
    if sharing in {Sharing.ASKED, Sharing.HIDDEN}:
        return [blocks.button(say("Share with my team"), SHARE, recognition_id)]
    return []


def _told(say: Voice, post: Post) -> str:
    return say(
        "*{behaviour}.* {giver} thanked {receiver}.",
        behaviour=say(WORDING[post.behaviour].label),
        giver=blocks.person(post.giver, say),
        receiver=_receivers(say, post),
    )


def _agreed(say: Voice, post: Post) -> str:
    return say("{receiver} agreed to be thanked here.", receiver=_receivers(say, post))


def _receivers(say: Voice, post: Post) -> str:
    return say.listing(blocks.person(user_id, say) for user_id in post.receivers)


def _standing(say: Voice, thanks: Thanks) -> str:
    if thanks.sharing == Sharing.SHARED:
        return _shared(say, thanks.post)
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


def _decisions(say: Voice, thanks: Thanks) -> list[Block]:
    share = blocks.button(say("Share with my team"), SHARE, thanks.id)
    if thanks.is_open:
        return [share, blocks.button(say("Keep between us"), KEEP, thanks.id)]
    if thanks.sharing == Sharing.SHARED:
        return [_hide(say, thanks.id)]
    return [share] if thanks.sharing == Sharing.HIDDEN else []


def _hide(say: Voice, recognition_id: str) -> Block:
    return blocks.button(say("Hide from the team"), HIDE, recognition_id)


def _always(say: Voice, thanks: Thanks) -> list[Block]:
    return [
        # It opens the form with the giver filled in, as a thank-you in return also needs its words.
        open_button(say("Say thanks"), Draft(people=(thanks.giver,))),
        blocks.button(say("Settings"), SETTINGS, thanks.id),
        blocks.button(say("Report"), report_view.REPORT, thanks.id),
    ]


def _about(say: Voice, link: str | None) -> list[Block]:
    if link is None:
        return []
    words = say("The message this is about")
    # In markup even an address has its ampersands escaped.
    return [blocks.context(f"<{blocks.literal(link)}|{words}>")]


def _address(say: Voice, link: str | None) -> list[str]:
    """The same in the text beside the blocks."""
    return [f"{say('The message this is about')}: {blocks.literal(link)}"] if link else []


def _joined(say: Voice, boosters: int) -> str:
    return say.count("{n} other said me too.", "{n} others said me too.", boosters)
