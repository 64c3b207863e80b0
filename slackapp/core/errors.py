"""Errors shown to people: each is one sentence with the next step."""

from typing import Self

from slackapp.core.i18n import Voice


class UserError(Exception):
    """An expected failure, shown to the person as written.

    `sentence` is a catalogue message in plain English, `values` fill its named
    places. Nothing that a person wrote may be logged, so `str()` gives only the
    class name.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(type(self).__name__)
        self.sentence = sentence
        self.values = values
        self.field = ""
        """The name of the form field that it concerns, if any."""

    def beside(self, field: str) -> Self:
        """Set the form field beside which it is shown."""
        self.field = field
        return self

    def words(self, say: Voice) -> str:
        """Return the sentence in the reader's language."""
        return say(self.sentence, **self.values)


class SettingsError(Exception):
    """A setting is missing or invalid; the message says which one and how to fix it."""
