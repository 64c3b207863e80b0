"""A thank-you as its receiver, its giver and the team see it."""

from dataclasses import dataclass

from slack_sdk.models.blocks import ButtonElement, ConfirmObject, PlainTextObject

from slackapp.behaviours import WORDING, Behaviour
from slackapp.i18n import Voice
from slackapp.models import DeliveryState, Sharing, Visibility
from slackapp.views import words as piece
from slackapp.views.words import Block

SHARE = "thanks_share"
KEEP = "thanks_keep"
EDIT = "appreciate_edit"
UNDO = "appreciate_undo"


@dataclass(frozen=True, slots=True)
class Thanks:
    """One receiver's thanks. `giver` and `receiver` are Slack user ids; `words` is None once taken back.

    `post` is how far the post in the team's channel has come, once there is one.
    """

    id: str
    giver: str
    receiver: str
    behaviour: Behaviour
    words: str | None
    sharing: Sharing
    post: DeliveryState | None = None

    @property
    def is_open(self) -> bool:
        """Whether the receiver has something to decide: nothing said yet, or their team was not reached."""
        failed = self.sharing == Sharing.SHARED and self.post == DeliveryState.DEAD
        return self.sharing == Sharing.ASKED or failed


def direct_message(say: Voice, thanks: Thanks) -> tuple[str, list[Block]]:
    """The receiver's own message: top-level text and blocks."""
    if thanks.words is None:
        taken_back = say("{giver} took this thank-you back.", giver=piece.person(thanks.giver))
        return taken_back, [piece.section(taken_back)]
    wording = WORDING[thanks.behaviour]
    told = say(
        "*A colleague thanked you.* {giver} named this as *{behaviour}*: {meaning}.",
        giver=piece.person(thanks.giver),
        behaviour=say(wording.label).lower(),
        meaning=say(wording.meaning),
    )
    standing = _standing(say, thanks)
    blocks = [piece.section(told), piece.quote(thanks.words), piece.context(standing)]
    if thanks.is_open:
        blocks.append(piece.actions(_decisions(say, thanks)))
    return f"{told} “{piece.literal(thanks.words)}” {standing}", blocks


def team_post(say: Voice, thanks: Thanks) -> tuple[str, list[Block]]:
    """What the team sees once the receiver has agreed: top-level text and blocks."""
    if thanks.words is None:
        taken_back = say("This thank-you was taken back.")
        return taken_back, [piece.section(taken_back)]
    giver, receiver = piece.person(thanks.giver), piece.person(thanks.receiver)
    label = say(WORDING[thanks.behaviour].label)
    told = say("*{behaviour}.* {giver} thanked {receiver}.", behaviour=label, giver=giver, receiver=receiver)
    agreed = say("{receiver} agreed to be thanked here.", receiver=receiver)
    blocks = [piece.section(told), piece.quote(thanks.words), piece.context(agreed)]
    return f"{told} “{piece.literal(thanks.words)}” {agreed}", blocks


def sent(say: Voice, *, recognition_id: str, visibility: Visibility, asked: bool) -> tuple[str, list[Block]]:
    """The giver's answer. `asked` says whether any receiver is asked, or has agreed, to share it."""
    if visibility == Visibility.PRIVATE:
        told = say("Sent. They will see it in private. You can edit or undo it for 24 hours.")
    elif asked:
        told = say(
            "Sent. They will see it in private and choose whether their team sees it. "
            "You can edit or undo it for 24 hours."
        )
    else:
        told = say(
            "Sent. They will see it in private: it can't be shared with their team just now. "
            "You can edit or undo it for 24 hours."
        )
    return told, [piece.section(told), piece.actions(changing_buttons(say, recognition_id))]


def changed(say: Voice, recognition_id: str) -> list[Block]:
    """The giver's answer after an edit."""
    told = say(
        "Changed. They will see the new words. You can edit or undo it for 24 hours from when you sent it."
    )
    return [piece.section(told), piece.actions(changing_buttons(say, recognition_id))]


def undone(say: Voice) -> list[Block]:
    """The giver's answer after taking it back."""
    return [
        piece.section(say("Taken back. The words are deleted here, and taken out of the messages about it."))
    ]


def changing_buttons(say: Voice, recognition_id: str) -> list[ButtonElement]:
    """[Edit] [Undo], offered for 24 hours."""
    certain = ConfirmObject(
        title=say("Take it back?"),
        text=PlainTextObject(text=say("They will no longer see what you wrote."), emoji=False),
        confirm=say("Undo"),
        deny=say("Keep it"),
    )
    return [
        _button(say("Edit"), EDIT, recognition_id),
        ButtonElement(
            text=PlainTextObject(text=say("Undo"), emoji=False),
            action_id=UNDO,
            value=recognition_id,
            confirm=certain,
        ),
    ]


def _standing(say: Voice, thanks: Thanks) -> str:
    match thanks.sharing:
        case Sharing.ASKED:
            return say(
                "Only you can see this. {giver} would be glad for your team to see it too. You decide.",
                giver=piece.person(thanks.giver),
            )
        case Sharing.SHARED if thanks.post == DeliveryState.DEAD:
            return say(
                "Only you can see this. I can't post in your team's channel. "
                "Invite me there and share it again, or keep it between the two of you."
            )
        case Sharing.SHARED if thanks.post == DeliveryState.UNKNOWN:
            return say("We can't tell if Slack delivered this to your team. Please look in the channel.")
        case Sharing.SHARED:
            return say("You shared this with your team.")
        case Sharing.KEPT:
            return say("Only you can see this. You kept it between the two of you.")
        case Sharing.PRIVATE:
            return say("Only you can see this.")


def _decisions(say: Voice, thanks: Thanks) -> list[ButtonElement]:
    return [
        _button(say("Share with the team"), SHARE, thanks.id),
        _button(say("Keep between us"), KEEP, thanks.id),
    ]


def _button(text: str, action_id: str, value: str) -> ButtonElement:
    return ButtonElement(text=PlainTextObject(text=text, emoji=False), action_id=action_id, value=value)
