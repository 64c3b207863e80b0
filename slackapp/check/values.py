"""The fullest and the barest values that a view can be given: long words and every list filled, or none.

They are built from the annotations of the views, so that a new field is filled without another line here.
The tables say what neither a name nor a type tells.
"""

import dataclasses
import itertools
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import inspect
from sqlalchemy.exc import NoInspectionAvailable

from slackapp.core.behaviours import Behaviour
from slackapp.core.db import ID_LENGTH
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, languages, voice
from slackapp.digest import promises
from slackapp.models import PromiseState
from slackapp.pulse import comments, question_rotation
from slackapp.pulse.disclosure import Cell
from slackapp.recognition import draft
from slackapp.teams import edit
from slackapp.workspace.audit_log import Action

SLACK_ID = "U0123456789A"
NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LINK = "https://practice-workspace.slack.com/archives/C0123456789/p1764504000000000"
USUAL_ITEMS = 8
_WORDS = "Stayed & listened <until> the family had asked everything; *everyone* could go on. "


def words(length: int) -> str:
    """Return words of this length, with characters that Slack escapes."""
    return (_WORDS * (length // len(_WORDS) + 1))[:length]


def block(say: Voice) -> dict[str, Any]:
    """Return a placeholder for blocks of another view."""
    return {"type": "section", "text": {"type": "plain_text", "text": say("Appreciate")}}


PEOPLE = (
    *("giver", "receiver", "leader", "slack_user_id", "user", "people", "contacts", "leaders", "told", "who"),
    *(
        "receivers",
        "deputy",
        "maker",
        "blocked",
        "left",
        "refused",
        "unsure",
        "joined_by",
        "contact",
        "admins",
        "again",
        "arrived",
        "confirmed",
    ),
)
# Name of an argument or field -> its text. Any other is as long as the longest name.
TEXTS: Mapping[str, str] = {
    **dict.fromkeys(PEOPLE, SLACK_ID),
    **dict.fromkeys(("channel", "slack_channel_id", "concerns_to"), "C0123456789"),
    **dict.fromkeys(("zone", "time_zone"), "America/Argentina/ComodRivadavia"),
    **dict.fromkeys(("link", "url"), LINK),
    **dict.fromkeys(("month", "first_month", "digests_from"), "2026-11"),
    **dict.fromkeys(("words", "text"), words(draft.LONGEST)),
    **dict.fromkeys(("wording", "question"), words(question_rotation.LONGEST)),
    **dict.fromkeys(("you_said", "we_will", "reason", "obstacle"), words(promises.LONGEST)),
    **dict.fromkeys(
        ("in_our_way", "would_help", "answer", "promise_reason", "promise_delay"), words(promises.LONGEST)
    ),
    **dict.fromkeys(("comment", "comments"), words(comments.LONGEST)),
    "language": "cy",
    "state": PromiseState.DROPPED.value,
    "deed": max(Action, key=len),
    "title": words(24),
    "nation": "WLS",
}
NUMBERS: Mapping[str, int] = {"skip": 0, "page": 0, "total": 9_999, "k": 5, "year": 2026}
# All that were thanked at once may be among those a message did not reach.
ITEMS: Mapping[str, int] = {
    **dict.fromkeys(("people", "joined_by", "receivers"), draft.MOST_PEOPLE),
    **dict.fromkeys(("left", "refused", "unsure"), draft.MOST_PEOPLE // 3),
    **dict.fromkeys(("again", "arrived", "confirmed"), 300),
    **dict.fromkeys(("now", "before", "given", "received"), len(Behaviour)),
    # A check-in's questions, and its months: the four items have a figure for each.
    **dict.fromkeys(("items", "months"), 6),
}
# What is never left out: lists as long as there are behaviours or months, and what a thank-you is made of.
FULL = frozenset(
    {"now", "before", "given", "received", "items", "months", "receivers", "people", "words", "unsure"}
)
_BLOCKS = (dict[str, Any], list[dict[str, Any]])
Maker = Callable[[], Any]
# Types whose parts depend on each other.
TYPES: Mapping[Any, Maker] = {
    Cell: lambda: Cell(20, 40, 60),
    UserError: lambda: UserError("There is no such team."),
    datetime: lambda: NOON,
    date: lambda: NOON.date().replace(day=1),
    time: lambda: time(8, 30),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Filling:
    """Makes values for one sample: language, fullness, and values known by name.

    With `is_bare` whatever may be left out is: options, what is true, the items of lists but the first of
    an argument; and the first of several states is taken, not the one with the longest name. `known` wins
    over types and tables; its keys are names of arguments and fields.
    """

    say: Voice
    is_bare: bool = False
    known: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    numbers: Iterator[int] = dataclasses.field(default_factory=itertools.count)

    def arguments(self, view: Callable[..., object]) -> dict[str, Any]:
        """A value for every argument of a view, optional ones included."""
        hints = get_type_hints(view)
        given = {name: hint for name, hint in hints.items() if name != "return"}
        return {name: self._argument(hint, name) for name, hint in given.items()}

    def _argument(self, hint: Any, name: str) -> Any:  # noqa: ANN401  # any type's value
        value = self.value(hint, name)
        if value == [] and self.is_bare:
            return [self.value(get_args(hint)[0], name)]
        return value

    def value(self, hint: Any, name: str) -> Any:  # noqa: ANN401  # any type's value
        """The fullest value of this type for an argument or field of this name."""
        if name in self.known:
            return self.known[name]
        if hint is Voice:
            return self.say
        origin, inner = get_origin(hint), get_args(hint)
        if origin in {Union, types.UnionType}:
            is_left_out = self.is_bare and type(None) in inner and name not in FULL
            return None if is_left_out else self.value(inner[0], name)
        if origin is not None:
            return self._collection(origin, inner, name)
        return TYPES[hint]() if hint in TYPES else self._single(hint, name)

    def _collection(self, origin: Any, inner: tuple[Any, ...], name: str) -> Any:  # noqa: ANN401  # likewise
        count = ITEMS.get(name, USUAL_ITEMS)
        if self.is_bare and name not in FULL:
            count = 1 if inner[-1] in _BLOCKS else 0
        if issubclass(origin, tuple) and not (len(inner) == 2 and inner[1] is Ellipsis):  # noqa: PLR2004
            return tuple(self.value(kind, name) for kind in inner)
        if inner[0] is Voice:
            # A channel is spoken to in every language that is read there.
            return [voice(language) for language in languages()]
        if inner[-1] is Any:
            return block(self.say)
        if issubclass(origin, Mapping):
            return {key: self.value(inner[1], name) for key in self._keys(inner[0], name, count)}
        items = [self.value(inner[0], name) for _ in range(count)]
        return origin(items) if issubclass(origin, tuple | set | frozenset) else items

    def _keys(self, kind: Any, name: str, count: int) -> list[Any]:  # noqa: ANN401  # likewise
        if isinstance(kind, type) and issubclass(kind, Enum):
            return list(kind)
        return [f"{self.value(kind, name)}{place}" for place in range(count)]

    def _single(self, kind: Any, name: str) -> Any:  # noqa: ANN401  # likewise
        if kind is bool:
            return not self.is_bare
        if kind is str:
            return self._text(name)
        if kind in {int, float}:
            return NUMBERS.get(name, 12)
        if issubclass(kind, Enum):
            members = list(kind)
            return members[0] if self.is_bare else max(members, key=lambda member: len(str(member.value)))
        if dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"):
            hints = get_type_hints(kind)
            return kind(**{field: self.value(hints[field], field) for field in _fields(kind)})
        return self._row(kind)

    def _row(self, kind: Any) -> Any:  # noqa: ANN401  # likewise
        """A row of a table that is in no database."""
        try:
            columns = inspect(kind).columns
        except NoInspectionAvailable:
            raise TypeError(f"No value is known for {kind}.") from None
        return kind(**{column.key: self._column(column) for column in columns})

    def _text(self, name: str) -> str:
        if name in TEXTS:
            return TEXTS[name]
        if name in {"id", "key"} or name.endswith(("_id", "_ids")):
            # Each is another: elements are named after ids.
            return f"{next(self.numbers):0{ID_LENGTH}x}"
        return words(edit.LONGEST_NAME)

    def _column(self, column: Any) -> Any:  # noqa: ANN401  # likewise
        kind = getattr(column.type, "impl", column.type).python_type
        default = column.default
        if kind is object:
            # JSON: what a new row holds.
            return default.arg(None) if default else None
        if default is not None and default.is_scalar and kind is not bool:
            # One of a few words or numbers, which the type does not tell.
            return default.arg
        value = self.value(kind, column.key)
        length = getattr(column.type, "length", None)
        return value[:length] if kind is str and length else value


def _fields(kind: Any) -> tuple[str, ...]:  # noqa: ANN401  # a dataclass or a named tuple
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind) if field.init)
    return tuple(kind._fields)
