"""Parse what was typed after /appreciate, leniently.

At the start, in any order: the people, one of the four behaviours, who may see it. The rest is
the person's own words, quoted or not. Who may see it and the behaviour may also stand at the very end,
everything may follow words in quotation marks, and a behaviour inside the sentence is understood. The text is
as Slack escapes it (`should_escape: true`): `<@U1|sam>`, `<!subteam^S1|@ward>`, `&lt;`.
"""
# ruff: noqa: RUF001 - these are the quotation marks and dashes that people and telephones type

import re

from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import translatable, typed
from slackapp.core.normal_form import CLOSING, DASHES, OPENING
from slackapp.core.text import BLANKS
from slackapp.models import Visibility
from slackapp.recognition import labels, vocabulary
from slackapp.recognition.draft import (
    EMOJI,
    Draft,
    Field,
    ParseError,
    UnknownBehaviourError,
    UnknownWordError,
)
from slackapp.recognition.vocabulary import HEADINGS, VOCABULARY, any_of, closest, named_inside

_CONTINUATIONS = frozenset(typed("sentence", "continuations"))
"""\"helping me find a bed\" is a sentence; taking its first word away would spoil it."""

_TEAM, _PRIVATE = "|".join(typed("visibility", "team")), "|".join(typed("visibility", "private"))
# "with the team rota" is about a rota.
_NOT_A_TEAM = rf"(?!\s+(?:{any_of(typed('visibility', 'not_a_team'))})\b)"
_INTRODUCTION = rf"(?:(?:{any_of(typed('sentence', 'introductions'))})\s+)?"
_DASHES = DASHES[::-1]
_OPENING = re.escape(OPENING.replace("<", ""))
_CLOSING = re.escape(CLOSING.replace(">", ""))
# The colon of an emoji belongs to the words.
_GAP = rf"(?:(?!{EMOJI})[\s,;:+{_DASHES}])*"

_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>")
_CROWD = re.compile(r"<(?:#[A-Z0-9]{1,30}|!(?:here|channel|everyone))(?:\|[^<>]{0,200})?>")
_RAW_NAME = re.compile(r"@(?=\w)([\w.'’-]{1,80})")
_ANYBODY = re.compile(rf"{_MENTION.pattern}|{_GROUP.pattern}|@\w")
_FILLER = re.compile(
    rf"(?:,|\+|/|&amp;|(?:{any_of(typed('sentence', 'before_names'))})\b)[\s,]*"
    r"(?=<@|<!subteam|@\w)",
    re.IGNORECASE,
)
_VISIBILITY = re.compile(rf"(?:(?P<team>{_TEAM})|{_PRIVATE})(?![\w'’]){_NOT_A_TEAM}{_GAP}", re.IGNORECASE)
_BEHAVIOUR = re.compile(
    rf"{_INTRODUCTION}[(#*]?(?P<form>{any_of(VOCABULARY)})(?![\w'’])"
    rf"(?P<mark>[)*]?\s*(?:(?!{EMOJI})[:;,.!+{_DASHES}])+|[)*])?\s*",
    re.IGNORECASE,
)
_END = re.compile(rf"\(?\b(?:(?P<team>{_TEAM})|{_PRIVATE})\)?[.!]*\Z", re.IGNORECASE)
_NAMED_LAST = re.compile(
    rf"""(?<=[\s.,;:!?"”’»{_DASHES}])[(#\[]?(?P<form>{any_of(HEADINGS)})[)\]]?[.!]*\Z""",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(
    rf"(?:for\s+)?(?P<word>[^\W\d_]{{4,30}})(?![\w'’])(?P<mark>\s*(?:(?!{EMOJI})[:;,{_DASHES}])+)?\s*",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"<(@|#|!subteam\^|!)?([^<>|]{1,3000})(?:\|([^<>]{0,3000}))?>")
_AFTER_A_NAME = re.compile(rf"[\]”’»)]*(?:(?!{EMOJI})[{BLANKS},;:.!+{_DASHES}])*")
_BEFORE_A_NAME = re.compile(rf"[{_OPENING}]+(?=<@|<!subteam|@\w)")
_WRAPPED = re.compile(
    rf"(?:[{_OPENING}])(?P<word>{any_of(VOCABULARY)}|{_TEAM}|{_PRIVATE})[{_CLOSING}]\s*", re.IGNORECASE
)
"""A behaviour, or who may see it, in quotation marks or in the square brackets of the usage hint."""
_QUOTES = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»", "„": "“", "‚": "‘", "”": "”", "’": "’", "[": "]"}


def parse(text: str) -> Draft:
    """Return what was typed as a draft, which may have gaps.

    Raises:
        UnknownBehaviourError: The first word is close to a behaviour.
        UnknownWordError: The first word stands in place of a behaviour.
        ParseError: A whole channel was named, or the only word is close to a subcommand.
    """
    if near := vocabulary.closest_subcommand(text):
        sentence = translatable("I don't know “{word}”. Did you mean “/appreciate {nearest}”?")
        raise ParseError(Field.WORDS, sentence, Draft(words=text.strip()), word=text.strip(), nearest=near)
    parser = _Parser(_without_marks_around_all(text.strip(f"{BLANKS}{_DASHES}")))
    parser.read_start()
    parser.read_what_follows_quoted_words()
    if parser.behaviour is None:
        parser.look_for_an_unknown_word()
    if parser.behaviour is None and parser.unknown_word is None:
        parser.look_for_a_slip()
    draft = parser.draft()
    if parser.crowd:
        sentence = translatable("A whole channel can't be thanked at once. Name the people, up to 20.")
        raise ParseError(Field.PEOPLE, sentence, draft)
    if parser.unknown_word is not None:
        raise UnknownWordError(parser.unknown_word, draft)
    if parser.slip is not None:
        raise UnknownBehaviourError(parser.slip, parser.slip_means, draft)
    return draft


def plain(text: str) -> str:
    """The text as it was typed, without Slack's escapes."""
    bare = _ENTITY.sub(_as_typed, text)
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _as_typed(entity: re.Match[str]) -> str:
    sign, target, label = entity.groups()
    if sign is None:
        return label or target
    # Slack leaves out the name of a private channel, and its id would tell a reader nothing.
    name = label or ("…" if sign == "#" else target)
    return name if name[:1] in "@#" else f"{'#' if sign == '#' else '@'}{name}"


class _Parser:
    """What has been parsed so far, and the rest of the text."""

    def __init__(self, text: str) -> None:
        self.rest = text
        self.people: list[str] = []
        self.groups: list[str] = []
        self.unknown: list[str] = []
        self.behaviour: Behaviour | None = None
        self.visibility: Visibility | None = None
        self.crowd = False
        self.unknown_word: str | None = None
        self.slip: str | None = None
        self.slip_means = Behaviour.HELPING

    def read_start(self) -> None:
        """Read one thing after the other off the start, until the words begin."""
        while self._unwrapped() or self._name() or self._who_may_see() or self._behaviour():
            pass

    def _unwrapped(self) -> bool:
        """Take the marks around a behaviour, or around who may see it, away; a dash sets it apart then."""
        match = _WRAPPED.match(self.rest)
        if match is None:
            return False
        self.rest = f"{match['word']}: {self.rest[match.end() :]}"
        return True

    def _name(self) -> bool:
        if filler := _FILLER.match(self.rest):
            self.rest = self.rest[filler.end() :]
        self.rest = _BEFORE_A_NAME.sub("", self.rest) if _BEFORE_A_NAME.match(self.rest) else self.rest
        if crowd := _CROWD.match(self.rest):
            self.crowd = True
            self.rest = self.rest[crowd.end() :].lstrip(BLANKS)
            return True
        for shape, names in ((_MENTION, self.people), (_GROUP, self.groups), (_RAW_NAME, self.unknown)):
            if named := shape.match(self.rest):
                names.append(named[1].rstrip(".-'’") or named[1])
                self.rest = _AFTER_A_NAME.sub("", self.rest[named.end() :], count=1)
                return True
        return False

    def _who_may_see(self) -> bool:
        match = _VISIBILITY.match(self.rest)
        if self.visibility is not None or match is None:
            return False
        self.visibility = Visibility.TEAM if match["team"] else Visibility.PRIVATE
        self.rest = self.rest[match.end() :]
        return True

    def _behaviour(self) -> bool:
        match = _BEHAVIOUR.match(self.rest)
        if self.behaviour is not None or match is None:
            return False
        form = " ".join(match["form"].lower().split())
        self.behaviour = VOCABULARY[form]
        return self._take_heading(match, is_label=form in HEADINGS)

    def _take_heading(self, match: re.Match[str], *, is_label: bool) -> bool:
        """Take a behaviour's name away from the words, unless it is part of their sentence."""
        after = self.rest[match.end() :]
        # "@sam helping @jo with the round" thanks Sam: of Jo it only tells, who is sent nothing.
        if (self.people or self.groups) and not match["mark"] and _ANYBODY.match(after):
            return False
        word = re.match(r"[^\W\d_]+", after)
        stands_alone = bool(match["mark"]) or word is None or not word[0][0].islower()
        stands_alone = stands_alone or (is_label and _VISIBILITY.match(after) is not None)
        if stands_alone or (is_label and word is not None and word[0] not in _CONTINUATIONS):
            self.rest = after
            return True
        return False

    def read_what_follows_quoted_words(self) -> None:
        """Read on behind words in quotation marks, unless there is text that cannot be parsed."""
        end = self.rest.rfind(_QUOTES.get(self.rest[:1], "\0"), 1)
        if end < 0:
            return
        following = _Parser(self.rest[end + 1 :].lstrip())
        following.behaviour, following.visibility = self.behaviour, self.visibility
        following.read_start()
        if not following.rest:
            self.behaviour, self.visibility = following.behaviour, following.visibility
            self.people += following.people
            self.groups += following.groups
            self.unknown += following.unknown
            self.crowd = self.crowd or following.crowd
            self.rest = self.rest[: end + 1]

    def look_for_an_unknown_word(self) -> None:
        """Skip a first word in place of a behaviour; parsing continues after it."""
        label = labels.label(self.rest, lambda rest: _VISIBILITY.match(rest) is not None)
        if label is None or closest(label[0]) is not None:
            return
        self.unknown_word, self.rest = label
        self.read_start()
        self.read_what_follows_quoted_words()
        match = _BEHAVIOUR.match(self.rest)
        if match and VOCABULARY[" ".join(match["form"].lower().split())] is self.behaviour:
            # It is a part of their sentence: "support helped me all night".
            self.behaviour = None

    def look_for_a_slip(self) -> None:
        """Recognise a first word that is close to one of the four."""
        match = _FIRST_WORD.match(self.rest)
        if match is None:
            return
        near = closest(match["word"])
        if near:
            self.slip, self.slip_means = match["word"], VOCABULARY[near]
            self.behaviour = self.slip_means
            if self._take_heading(match, is_label=near in HEADINGS):
                self.read_start()

    def draft(self) -> Draft:
        """Return everything parsed; the rest of the text is the words."""
        words = plain(self.rest).strip()
        for _ in ("who may see it", "the behaviour", "or the other way round"):
            words = self._without_behaviour(self._without_ending(words))
        inside = () if self.people or self.groups or self.unknown else tuple(_MENTION.findall(self.rest))
        return Draft(
            people=tuple(dict.fromkeys(self.people)),
            groups=tuple(dict.fromkeys(self.groups)),
            unknown=tuple(dict.fromkeys(self.unknown)),
            suggested=tuple(dict.fromkeys(inside)),
            # Who called it something else is asked, not guessed at by their sentence.
            behaviour=self.behaviour or (None if self.unknown_word else named_inside(words)),
            words=_unquoted(words),
            visibility=self.visibility or Visibility.PRIVATE,
        )

    def _without_behaviour(self, words: str) -> str:
        """The words without a behaviour that closes them, set apart: "Stayed until it was done. Helping"."""
        match = _NAMED_LAST.search(words)
        before = words[: match.start()].rstrip() if match else ""
        marked_off = match is not None and (match[0][0] in "(#" or not before[-1:].isalnum())
        if self.behaviour is not None or match is None or not marked_off:
            return words
        self.behaviour = HEADINGS[" ".join(match["form"].lower().split())]
        return before.rstrip(f" ,;:{_DASHES}")

    def _without_ending(self, words: str) -> str:
        """The words without a closing "with the team"; it stays where it may belong to their sentence."""
        match = _END.search(words)
        if self.visibility is not None or match is None:
            return words
        self.visibility = Visibility.TEAM if match["team"] else Visibility.PRIVATE
        before = words[: match.start()].rstrip()
        set_apart = (
            match[0].startswith("(") or not before or not (before[-1].isalnum() or before[-1] in "%&@#")
        )
        return before.rstrip(f" ,;:{_DASHES}") if set_apart else words


def _without_marks_around_all(text: str) -> str:
    """Return a command that was quoted whole, names and all, without its quotation marks."""
    return _unquoted(text) if _BEFORE_A_NAME.match(text) else text


def _unquoted(words: str) -> str:
    """The words without one pair of quotation marks around all of them."""
    if len(words) >= len('""') and _QUOTES.get(words[0]) == words[-1] and words[-1] not in words[1:-1]:
        return words[1:-1].strip()
    return words
