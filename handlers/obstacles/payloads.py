"""Read the forms about obstacles."""

from dataclasses import dataclass
from datetime import date

from handlers.obstacles import form_view
from handlers.obstacles.form_view import Typed, TypedAnswer
from handlers.shared.form_values import Values, about
from handlers.shared.payloads import Caller, Payload, caller
from slackapp.obstacles.answering import DUE, WORDS, Answer
from slackapp.obstacles.sending import IN_OUR_WAY, NEEDED_BY, WOULD_HELP, Within


@dataclass(frozen=True, slots=True)
class ObstacleForm:
    """The form of an obstacle: of a new one the team and the id that it gets, else its id and revision."""

    caller: Caller
    about: str
    typed: Typed
    accepted: tuple[str, ...] = ()
    """Marks of the findings that the writer has read and kept."""

    @property
    def team_id(self) -> str:
        """The team of a new obstacle."""
        return self.about.partition(":")[0]

    @property
    def new_id(self) -> str:
        """The id that a new obstacle gets."""
        return self.about.partition(":")[2]

    @property
    def obstacle_id(self) -> str:
        """The obstacle that is changed."""
        return self.about.partition(":")[0]

    @property
    def revision(self) -> int:
        """Its revision when the form was opened."""
        return _number(self.about.partition(":")[2])

    @property
    def texts(self) -> dict[str, str]:
        """What was written, by the field."""
        return {IN_OUR_WAY: self.typed.in_our_way, WOULD_HELP: self.typed.would_help}


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The form of an answer."""

    caller: Caller
    obstacle_id: str
    revision: int
    typed: TypedAnswer
    accepted: tuple[str, ...] = ()

    @property
    def texts(self) -> dict[str, str]:
        """What was written, by the field."""
        return {WORDS: self.typed.words}


def obstacle(body: Payload) -> ObstacleForm:
    """The obstacle in a `view_submission`."""
    values = Values(body)
    subject, accepted = about(body)
    within = next((part for part in Within if part == values.chosen(NEEDED_BY)), Within.MONTH)
    typed = Typed(values.text(IN_OUR_WAY).strip(), values.text(WOULD_HELP).strip(), within)
    return ObstacleForm(caller(body), subject, typed, accepted)


def answer(body: Payload) -> AnswerForm:
    """The answer in a `view_submission`."""
    values = Values(body)
    subject, accepted = about(body)
    obstacle_id, _, revision = subject.partition(":")
    chosen = next((part for part in Answer if part == values.chosen(form_view.KIND)), None)
    typed = TypedAnswer(chosen, values.text(WORDS).strip(), _day(values.day(DUE)))
    return AnswerForm(caller(body), obstacle_id, _number(revision), typed, accepted)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
