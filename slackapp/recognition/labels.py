"""First words that sound like a behaviour and are none of the four: "kindness", "teamwork", "support".

Such a word is neither part of what somebody did, nor may it be filed under a behaviour that was not meant:
it is asked about. Whatever reads like the beginning of a sentence is left alone.
"""

import re
from collections.abc import Callable

from slackapp.recognition.draft import EMOJI

_VIRTUES = frozenset(
    {
        *("accountability", "altruism", "authenticity", "bravery", "calmness", "candour", "care", "caring"),
        *("collaboration", "commitment", "communication", "compassion", "consideration", "courage"),
        *("courtesy", "creativity", "dedication", "dependability", "devotion", "dignity", "diligence"),
        *("encouragement", "enthusiasm", "excellence", "expertise", "fairness", "flexibility", "generosity"),
        *("gratitude", "honesty", "humanity", "humility", "humour", "inclusion", "initiative"),
        *("innovation", "inspiration", "integrity", "kindness", "leadership", "loyalty", "mentoring"),
        *("motivation", "openness", "partnership", "patience", "perseverance", "positivity"),
        *("professionalism", "reliability", "resilience", "respect", "respectfulness"),
        *("selflessness", "sensitivity", "solidarity", "support", "supporting"),
        *("sympathy", "team work", "team-work", "teamwork", "thoughtfulness", "tolerance", "togetherness"),
        *("warmth", "wellbeing", "wisdom"),
        *("amynedd", "arweinyddiaeth", "arweiniad", "caredigrwydd", "cefnogaeth", "cefnogi", "cwrteisi"),
        *(
            "cydweithio",
            "cydweithredu",
            "cyfathrebu",
            "diolchgarwch",
            "dewrder",
            "garedigrwydd",
            "gefnogaeth",
        ),
        *(
            "gofal",
            "gonestrwydd",
            "gwaith tîm",
            "gwaith tim",
            "haelioni",
            "hiwmor",
            "parch",
            "proffesiynoldeb",
        ),
        *("tosturi", "trugaredd", "ymroddiad", "ymddiriedaeth", "waith tîm", "dosturi", "barch", "ofal"),
    }
)
"""What organisations write on their walls, and what people take for a behaviour, in English and Welsh."""

_AMBIGUOUS = frozenset(
    {"hope", "joy", "passion", "quality", "safety", "service", "sharing", "skill", "trust", "ansawdd"}
)
"""Values too, but they begin many sentences: "quality time", "trust me"."""

_ENDINGS = (
    *("ness", "ship", "ment", "ity", "ism", "ance", "ence", "ation", "ition", "ulness"),
    *("rwydd", "garwch", "deb", "aeth"),
)
"""Nouns of this kind end so. Without a mark behind them they may still begin a sentence."""

_GREETINGS = frozenset(
    {
        *("also", "and", "annwyl", "bore", "cheers", "dear", "diolch", "finally", "good", "great", "hello"),
        *("helo", "hey", "hiya", "just", "message", "morning", "note", "please", "shwmae", "sorry"),
        *("thank", "thanks", "today", "tonight", "update", "well", "yesterday", "heddiw", "ddoe", "neithiwr"),
    }
)

_OPENERS = frozenset({"always", "he", "it", "she", "thank", "thanks", "they", "we", "you", "your", "diolch"})
"""With a capital these begin a sentence of their own: what stands before them was a label."""

_GOES_ON = frozenset(
    {
        *("a", "about", "after", "ac", "again", "all", "along", "always", "am", "an", "and", "around", "as"),
        *(
            "at",
            "before",
            "beyond",
            "both",
            "but",
            "by",
            "during",
            "each",
            "even",
            "every",
            "everyone",
            "for",
        ),
        *("from", "given", "goes", "has", "in", "is", "itself", "like", "me", "my", "of", "offered", "on"),
        *("or", "our", "out", "over", "received", "shown", "that", "the", "their", "them", "this", "through"),
        *(
            "throughout",
            "to",
            "today",
            "towards",
            "under",
            "up",
            "us",
            "was",
            "went",
            "were",
            "when",
            "where",
        ),
        *(
            "while",
            "with",
            "worker",
            "workers",
            "staff",
            "plan",
            "plans",
            "your",
            "yesterday",
            "home",
            "team",
        ),
        *("group", "meeting", "workshop", "huddle", "desk", "call", "calls", "user", "users"),
        *("a'r", "ar", "gan", "gyda", "i'r", "o'r", "yn"),
    }
)
"""After one of these the word belongs to a sentence: "support from you", "care of our patients"."""

_OFFERED = re.compile(
    r"(?:i|you|he|she|they|we|it)\s+(?:all\s+|always\s+|both\s+)?"
    r"(?:bring|brings|brought|extended|gave|give|gives|had|has|have|offer|offered|provided|put|received|share"
    r"|shared|show|showed|shows)\b",
    re.IGNORECASE,
)
"""\"Kindness you showed us\" goes on; \"kindness you stayed late\" does not."""

_FIRST = re.compile(
    r"(?:for\s+|by\s+|am\s+)?(?P<sign>[(#*]?)"
    rf"(?P<word>(?:team|gwaith|waith)[\s-](?:work|t[îi]m)|[^\W\d_]{{3,30}})(?![\w'’])"  # noqa: RUF001 - typed so
    rf"(?P<mark>[)*]?\s*(?:(?!{EMOJI}|://)[:;.!–—]|-(?=\s)|,)+|[)*])?\s*",  # noqa: RUF001 - likewise
    re.IGNORECASE,
)
_NEXT = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")  # noqa: RUF001 - telephones type it


def label(text: str, is_apart: Callable[[str], bool]) -> tuple[str, str] | None:
    """The word at the start that stands where a behaviour would, and what follows it; None for a sentence.

    `is_apart` tells whether what follows is no part of a sentence: who may see it.
    """
    said = _FIRST.match(text)
    if said is None:
        return None
    word, rest = said["word"], text[said.end() :]
    lower = " ".join(word.lower().split())
    mark = (said["mark"] or "").strip()
    if lower in _GREETINGS:
        return None
    ends_here = not rest or is_apart(rest)
    if lower in _VIRTUES:
        is_label = bool(mark) or ends_here or not _goes_on(rest)
    elif lower in _AMBIGUOUS or lower.endswith(_ENDINGS):
        is_label = bool(mark) or ends_here or rest[0].isupper()
    else:
        # A name may stand before a colon too; it has a capital.
        is_apart_itself = bool(said["sign"]) or (mark[:1] in set(":;–—-") and word.islower())  # noqa: RUF001
        is_label = rest != "" and ((bool(mark) and is_apart_itself) or (word.islower() and _opens(rest)))
    return (word, rest) if is_label else None


def _goes_on(rest: str) -> bool:
    """Whether the sentence that the word began goes on."""
    following = _NEXT.match(rest)
    if following is None or _opens(rest):
        return False
    return following[0].lower().replace("’", "'") in _GOES_ON or _OFFERED.match(rest) is not None  # noqa: RUF001


def _opens(rest: str) -> bool:
    """Whether a sentence of its own begins here."""
    following = _NEXT.match(rest)
    return following is not None and following[0][0].isupper() and following[0].lower() in _OPENERS
