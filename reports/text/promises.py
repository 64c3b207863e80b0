from slackapp.core.i18n import Voice, translatable
from slackapp.digest.promises import PromiseDetails
from slackapp.models import By, PromiseState

_TOLD = {
    By.MONTH: translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, this month)"),
    By.QUARTER: translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, this quarter)"),
    By.YEAR: translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, this year)"),
}


# A later digest is read in another month, so "this month" would be wrong there.
_TOLD_LATER = translatable("*You said:* {you_said}\n*We will:* {we_will} ({who}, by {day})")


_BECAME = {
    PromiseState.DONE: translatable("*Done.*"),
    PromiseState.CHANGED: translatable("*Changed:* {why}"),
    PromiseState.DROPPED: translatable("*Dropped:* {why}"),
}


def plain(say: Voice, promise: PromiseDetails, *, later: bool = False) -> str:
    """A promise and its state in one piece of text, people's words as they wrote them."""
    values = {"you_said": promise.you_said, "we_will": promise.we_will, "who": promise.name}
    template = say(_TOLD_LATER if later else _TOLD[promise.by]).replace("*", "")
    return " ".join(
        [template.format(**values, day=say.day(promise.due)), *outcome(say, promise.state, promise.reason)]
    )


def outcome(say: Voice, state: PromiseState, reason: str | None) -> list[str]:
    """What became of a promise, as no or one sentence."""
    if state not in _BECAME:
        return []
    return [say(_BECAME[state]).replace("*", "").format(why=reason or "")]
