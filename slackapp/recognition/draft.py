"""A thank-you that may be incomplete, and the reasons why it cannot be given yet."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from slackapp.core import free_text
from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.confidentiality import Finding
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable
from slackapp.models import Visibility

SHORTEST = 20
EMOJI = r":(?:[+-]1|[a-z][a-z0-9_'+-]*)(?:::skin-tone-[2-6])?:"
"""An emoji as Slack writes it into what is typed: by its name, between colons."""
LONGEST = 3_000
MOST_PEOPLE = 20
MOST_A_DAY = 10


class Field(StrEnum):
    """The places of the form."""

    PEOPLE = "people"
    BEHAVIOUR = "behaviour"
    WORDS = "words"
    VISIBILITY = "visibility"


@dataclass(frozen=True, slots=True)
class Draft:
    """A thank-you as entered so far; anything may still be missing.

    `people` and `groups` are Slack ids, in the order typed and without repeats. `unknown` are
    names that Slack did not turn into people. `suggested` are people who only appear inside the
    words: good enough to fill a form with, not to send to.
    """

    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    behaviour: Behaviour | None = None
    words: str = ""
    visibility: Visibility = Visibility.PRIVATE
    group_members: tuple[str, ...] = ()
    """Those of `people` who came from a group only: whoever of them can't be thanked is left out."""
    accepted_questions: tuple[str, ...] = ()
    """Marks of the questions that the giver has read and wants to send it in spite of."""
    link: str | None = None
    """The message it is about, if it was started from one."""
    link_author: str | None = None
    """Slack's id of whoever wrote that message."""
    link_readers: frozenset[str] | None = None
    """Slack ids of those in the private channel of that message; None where everybody may follow the link."""

    @property
    def is_complete(self) -> bool:
        """Whether people, behaviour and words are there."""
        named = self.people or self.groups or self.unknown
        return bool(named and self.behaviour and self.words)

    @property
    def can_be_carried(self) -> bool:
        """Whether it can be given from a button's value alone."""
        return bool(self.people and self.behaviour and self.words) and not (self.groups or self.unknown)

    @property
    def has_gaps_to_ask_for(self) -> bool:
        """Whether the form can ask for what is missing."""
        return self.fits_the_form and not self.is_complete

    @property
    def fits_the_form(self) -> bool:
        """Whether the form can hold all of it."""
        return len(self.words) <= LONGEST and len(self.people) <= MOST_PEOPLE and not self.unknown

    def about(self, **changes: object) -> Self:
        """The same draft with some of it changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # dataclasses checks the names


class Refusal(UserError):  # noqa: N818 - it is told to a person, and nothing went wrong
    """One reason why the thank-you cannot be given, and the form field it belongs to."""

    def __init__(self, field: Field, sentence: str, **values: object) -> None:
        super().__init__(sentence, **values)
        self.field = field


class TooShort(Refusal):
    """The words are too short; asks the behaviour's own question."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(
            Field.WORDS,
            translatable("Thank you. One more detail makes it mean more: {prompt}"),
            behaviour=behaviour,
        )
        self.behaviour = behaviour

    def words(self, say: Voice) -> str:
        """The sentence with the question in the reader's language."""
        return say(self.sentence, prompt=say(WORDING[self.behaviour].prompt))


class Question(Refusal):
    """A question before sending, which the giver may answer with [Send anyway]."""

    marks: tuple[str, ...] = ()
    """The mark that accepts the question once it has been read."""


class ConfidentialityQuestion(Question):
    """The words may identify a patient or somebody's health."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(Field.WORDS, translatable("This may give somebody away."))
        self.findings = tuple(findings)
        self.marks = tuple(finding.mark for finding in self.findings)

    def words(self, say: Voice) -> str:
        """Return one sentence for each kind of finding, with the words themselves."""
        return free_text.question(say, self.findings)


class DailyLimitQuestion(Question):
    """The giver has given ten today."""

    marks = ("ten-today",)

    def __init__(self) -> None:
        super().__init__(Field.WORDS, translatable("That is ten today. Could this one wait until tomorrow?"))


class ParseError(Refusal):
    """Something typed could not be understood. `draft` holds everything else."""

    def __init__(self, field: Field, sentence: str, draft: Draft, **values: object) -> None:
        super().__init__(field, sentence, **values)
        self.draft = draft


class UnknownBehaviourError(ParseError):
    """A word that is close to one of the four. `draft` assumes that the guess is right."""

    def __init__(self, word: str, nearest: Behaviour, draft: Draft) -> None:
        sentence = translatable("I don't know “{word}”. Did you mean *{nearest}*?")
        super().__init__(Field.BEHAVIOUR, sentence, draft, word=word, nearest=nearest)
        self.word = word
        self.nearest = nearest

    def words(self, say: Voice) -> str:
        """The sentence with the behaviour's name in the reader's language."""
        return say(self.sentence, word=self.word, nearest=say(WORDING[self.nearest].label).lower())


class UnknownWordError(ParseError):
    """A first word in place of a behaviour that is none of the four. `draft` is without it."""

    def __init__(self, word: str, draft: Draft) -> None:
        sentence = translatable("I don't know “{word}”. Which of the four was it?")
        super().__init__(Field.BEHAVIOUR, sentence, draft, word=word)
        self.word = word


class InvalidDraft(UserError):  # noqa: N818 - likewise
    """Every reason why one thank-you cannot be given, the first as the sentence."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        first = self.refusals[0]
        super().__init__(first.sentence, **first.values)

    @property
    def questions(self) -> tuple[str, ...]:
        """The marks that [Send anyway] accepts, if there are only questions."""
        questions = [refusal for refusal in self.refusals if isinstance(refusal, Question)]
        return (
            tuple(mark for refusal in questions for mark in refusal.marks)
            if len(questions) == len(self.refusals)
            else ()
        )

    def words(self, say: Voice) -> str:
        """The first sentence, or all that is asked."""
        if self.questions:
            return "\n".join(refusal.words(say) for refusal in self.refusals)
        return self.refusals[0].words(say)
