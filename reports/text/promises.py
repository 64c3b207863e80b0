"""A promise in words: what was said, what will be done, by whom and when, and what became of it."""

from slackapp.core.i18n import Voice
from slackapp.digest.promises import GOING_ON, PromiseDetails
from slackapp.models import PromiseState


def parts(say: Voice, promise: PromiseDetails) -> list[tuple[str, str]]:
    """Labels, and what people wrote after them; the last ones say what became of the promise."""
    labelled = [
        (say("What I understood:"), f"“{promise.you_said}”"),
        (say("We will:"), f"“{promise.we_will}”"),
    ]
    if promise.state is PromiseState.DONE:
        labelled.append((say("Done."), ""))
    elif promise.state is PromiseState.CHANGED:
        labelled.append((say("Changed:"), f"“{promise.reason or ''}”"))
    elif promise.state is PromiseState.DROPPED:
        labelled.append((say("Dropped:"), promise.reason or ""))
    if promise.obstacle:
        labelled.append((say("In the way:"), promise.obstacle))
    return labelled


def by_whom(say: Voice, promise: PromiseDetails) -> str:
    """Who does it, and until when as long as it goes on."""
    if promise.state not in GOING_ON:
        return f"{promise.name}."
    return say("{who}, by {day}.", who=promise.name, day=say.day(promise.due))


def plain(say: Voice, promise: PromiseDetails) -> str:
    """The same in one piece of text, people's words as they wrote them."""
    labelled = [f"{label} {words}".rstrip() for label, words in parts(say, promise)]
    return " ".join([*labelled, by_whom(say, promise)])
