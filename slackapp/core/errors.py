"""Failures that people will read: each is one sentence with the next step."""

from typing import Self

from slackapp.core.i18n import Voice


class UserError(Exception):
    """An expected failure, told to the person who met it exactly as written.

    `sentence` is a catalogue message in plain English, `values` fill its named
    places. Nothing that a person wrote may be logged, so `str()` gives only the
    class name.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(type(self).__name__)
        self.sentence = sentence
        self.values = values
        self.field = ""
        """The name of the form's field that it is about, where there is one."""

    def beside(self, field: str) -> Self:
        """The same, to be shown beside a field of the form that was sent in."""
        self.field = field
        return self

    def words(self, say: Voice) -> str:
        """The sentence in the reader's language."""
        return say(self.sentence, **self.values)


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which one and what to do."""
