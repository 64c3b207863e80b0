"""Reads what was typed after /appreciate, forgivingly.

At the start, in any order: the people, one of the four behaviours, who may see it. The rest is
the person's own words, quoted or not; who may see it may also stand at the very end. The text is
as Slack escapes it (`should_escape: true`): `<@U1|sam>`, `<!subteam^S1|@ward>`, `&lt;`.
"""
# ruff: noqa: RUF001 - these are the quotation marks and dashes that people and telephones type

import difflib
import re
from enum import StrEnum

from slackapp.behaviours import Behaviour
from slackapp.i18n import marked
from slackapp.models import Visibility
from slackapp.recognitions.drafts import Draft, Field, Unclear, UnknownBehaviour

# The label itself stands as a heading before the words; the other forms are usually part of them.
_HEADINGS = {
    "attending": Behaviour.ATTENDING,
    "rhoi sylw": Behaviour.ATTENDING,
    "understanding": Behaviour.UNDERSTANDING,
    "deall": Behaviour.UNDERSTANDING,
    "empathising": Behaviour.EMPATHISING,
    "empathizing": Behaviour.EMPATHISING,
    "dangos empathi": Behaviour.EMPATHISING,
    "helping": Behaviour.HELPING,
    "helpu": Behaviour.HELPING,
}
_OTHER_FORMS = {
    "attended": Behaviour.ATTENDING,
    "listening": Behaviour.ATTENDING,
    "listened": Behaviour.ATTENDING,
    "understood": Behaviour.UNDERSTANDING,
    "empathy": Behaviour.EMPATHISING,
    "empathised": Behaviour.EMPATHISING,
    "empathized": Behaviour.EMPATHISING,
    "help": Behaviour.HELPING,
    "helped": Behaviour.HELPING,
    "helpful": Behaviour.HELPING,
}
_FORMS = _HEADINGS | _OTHER_FORMS
_NEAR = 0.8
"""How alike two words are for one to be proposed, by difflib's ratio."""

# "helping me find a bed" is a sentence; taking its first word away would spoil it.
_CONTINUES = frozenset(
    {
        *(
            "a",
            "an",
            "and",
            "another",
            "at",
            "both",
            "by",
            "each",
            "everyone",
            "families",
            "her",
            "him",
            "his",
        ),
        *(
            "i",
            "in",
            "it",
            "its",
            "me",
            "my",
            "of",
            "on",
            "our",
            "out",
            "patients",
            "people",
            "someone",
            "staff",
        ),
        *("that", "the", "their", "them", "this", "through", "to", "up", "us", "when", "with", "you", "your"),
    }
)

_TEAM = r"with\s+(?:the|my|our|their)\s+team|in\s+public|publicly|gyda[’']r\s+tîm|yn\s+gyhoeddus"
_PRIVATE = r"in\s+private|privately|yn\s+breifat"
# "with the team rota" is about a rota.
_NOT_A_TEAM = r"(?!\s+(?:brief|briefing|day|handover|huddle|lead|leader|meeting|meetings|room|rota|s)\b)"
_GAP = r"[\s,;:–—-]*"

_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>")
_CROWD = re.compile(r"<(?:#[A-Z0-9]{1,30}|!(?:here|channel|everyone))(?:\|[^<>]{0,200})?>")
_RAW_NAME = re.compile(r"@(?=\w)([\w.'’-]{1,80})")
_FILLER = re.compile(
    r"(?:,|\+|&amp;|and\b|ac?\b|for\b|to\b|i\b|thanks(?:\s+to)?\b|thank(?:\s+you)?\b|diolch(?:\s+i)?\b)[\s,]*"
    r"(?=<@|<!subteam|@\w)",
    re.IGNORECASE,
)
_VISIBILITY = re.compile(rf"(?:(?P<team>{_TEAM})|{_PRIVATE})(?![\w'’]){_NOT_A_TEAM}{_GAP}", re.IGNORECASE)
_BEHAVIOUR = re.compile(
    r"(?:for\s+|by\s+|am\s+)?(?P<form>" + "|".join(sorted(_FORMS, key=len, reverse=True)) + r")(?![\w'’])"
    r"(?P<mark>\s*[:;,–—-]+)?\s*",
    re.IGNORECASE,
)
_END = re.compile(rf"\(?\b(?:(?P<team>{_TEAM})|{_PRIVATE})\)?[.!]*\Z", re.IGNORECASE)
_FIRST_WORD = re.compile(
    r"(?:for\s+)?(?P<word>[^\W\d_]{4,30})(?![\w'’])(?P<mark>\s*[:;,–—-]+)?\s*", re.IGNORECASE
)
_ENTITY = re.compile(r"<(@|#|!subteam\^|!)?([^<>|]{1,3000})(?:\|([^<>]{0,3000}))?>")
_QUOTES = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»", "„": "“"}


class Errand(StrEnum):
    """What a single word after the command asks for, in place of a thank-you."""

    HELP = "help"
    MINE = "mine"
    UNDO = "undo"
    EDIT = "edit"
    SETTINGS = "settings"
    PRIVACY = "privacy"


_ERRANDS = {
    **{one.value: one for one in Errand},
    **dict.fromkeys(("?", "--help", "cymorth"), Errand.HELP),
    **dict.fromkeys(("received", "fy rhai i"), Errand.MINE),
    **dict.fromkeys(("take back", "dadwneud"), Errand.UNDO),
    "golygu": Errand.EDIT,
    **dict.fromkeys(("setting", "gosodiadau"), Errand.SETTINGS),
    "preifatrwydd": Errand.PRIVACY,
}


def errand(text: str) -> Errand | None:
    """The errand, when the text is nothing else: a thank-you always names somebody or says what they did."""
    return _ERRANDS.get(" ".join(text.lower().split()).rstrip(".!"))


def parse(text: str) -> Draft:
    """Everything that was said, with gaps where nothing was.

    Raises:
        UnknownBehaviour: The first word is nearly a behaviour.
        Unclear: A whole channel was named.
    """
    reading = _Reading(text.strip())
    reading.read_start()
    if reading.behaviour is None:
        reading.look_for_a_slip()
    draft = reading.draft()
    if reading.crowd:
        sentence = marked("A whole channel can't be thanked at once. Name the people, up to 20.")
        raise Unclear(Field.PEOPLE, sentence, draft)
    if reading.slip is not None:
        raise UnknownBehaviour(reading.slip, reading.slip_means, draft)
    return draft


def plain(text: str) -> str:
    """The text as it was typed, without Slack's escapes."""
    bare = _ENTITY.sub(_as_typed, text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_typed(entity: re.Match[str]) -> str:
    sign, target, label = entity.groups()
    if sign is None:
        return label or target
    name = label or target
    return name if name[:1] in "@#" else f"{'#' if sign == '#' else '@'}{name}"


class _Reading:
    """What has been read so far, and the rest of the text."""

    def __init__(self, text: str) -> None:
        self.rest = text
        self.people: list[str] = []
        self.groups: list[str] = []
        self.unknown: list[str] = []
        self.behaviour: Behaviour | None = None
        self.visibility: Visibility | None = None
        self.crowd = False
        self.slip: str | None = None
        self.slip_means = Behaviour.HELPING

    def read_start(self) -> None:
        """Read one thing after the other off the start, until the words begin."""
        while self._name() or self._who_may_see() or self._behaviour():
            pass

    def _name(self) -> bool:
        if filler := _FILLER.match(self.rest):
            self.rest = self.rest[filler.end() :]
        if crowd := _CROWD.match(self.rest):
            self.crowd = True
            self.rest = self.rest[crowd.end() :].lstrip()
            return True
        for shape, found in ((_MENTION, self.people), (_GROUP, self.groups), (_RAW_NAME, self.unknown)):
            if named := shape.match(self.rest):
                found.append(named[1].rstrip(".-'’") or named[1])
                self.rest = self.rest[named.end() :].lstrip(" \t\r\n,;:")
                return True
        return False

    def _who_may_see(self) -> bool:
        said = _VISIBILITY.match(self.rest)
        if self.visibility is not None or said is None:
            return False
        self.visibility = Visibility.TEAM if said["team"] else Visibility.PRIVATE
        self.rest = self.rest[said.end() :]
        return True

    def _behaviour(self) -> bool:
        said = _BEHAVIOUR.match(self.rest)
        if self.behaviour is not None or said is None:
            return False
        form = " ".join(said["form"].lower().split())
        self.behaviour = _FORMS[form]
        return self._take_heading(said, is_label=form in _HEADINGS)

    def _take_heading(self, said: re.Match[str], *, is_label: bool) -> bool:
        """Take a behaviour's name away from the words, unless it is part of their sentence."""
        after = self.rest[said.end() :]
        word = re.match(r"[^\W\d_]+", after)
        stands_alone = bool(said["mark"]) or word is None or not word[0][0].islower()
        stands_alone = stands_alone or (is_label and _VISIBILITY.match(after) is not None)
        if stands_alone or (is_label and word is not None and word[0] not in _CONTINUES):
            self.rest = after
            return True
        return False

    def look_for_a_slip(self) -> None:
        """Notice a first word that is nearly one of the four."""
        said = _FIRST_WORD.match(self.rest)
        if said is None:
            return
        near = difflib.get_close_matches(said["word"].lower(), _FORMS, n=1, cutoff=_NEAR)
        if near:
            self.slip, self.slip_means = said["word"], _FORMS[near[0]]
            self.behaviour = self.slip_means
            if self._take_heading(said, is_label=near[0] in _HEADINGS):
                self.read_start()

    def draft(self) -> Draft:
        """Everything read, with what is left as the words."""
        words = self._without_ending(plain(self.rest).strip())
        inside = () if self.people or self.groups or self.unknown else tuple(_MENTION.findall(self.rest))
        return Draft(
            people=tuple(dict.fromkeys(self.people)),
            groups=tuple(dict.fromkeys(self.groups)),
            unknown=tuple(dict.fromkeys(self.unknown)),
            suggested=tuple(dict.fromkeys(inside)),
            behaviour=self.behaviour,
            words=_unquoted(words),
            visibility=self.visibility or Visibility.PRIVATE,
        )

    def _without_ending(self, words: str) -> str:
        """The words without a closing "with the team"; it stays where it may belong to their sentence."""
        said = _END.search(words)
        if self.visibility is not None or said is None:
            return words
        self.visibility = Visibility.TEAM if said["team"] else Visibility.PRIVATE
        before = words[: said.start()].rstrip()
        set_apart = (
            said[0].startswith("(") or not before or not (before[-1].isalnum() or before[-1] in "%&@#")
        )
        return before.rstrip(" ,;:–—-") if set_apart else words


def _unquoted(words: str) -> str:
    """The words without one pair of quotation marks around all of them."""
    if len(words) >= len('""') and _QUOTES.get(words[0]) == words[-1] and words[-1] not in words[1:-1]:
        return words[1:-1].strip()
    return words
