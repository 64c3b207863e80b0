"""The shapes of sentences that tell who wrote a comment. English and Welsh.

Most of them are one shape and no list of words: "I", "I am" or "my" with anything but an opinion.
"""

import re
from enum import StrEnum


class CommentWarning(StrEnum):
    """Why somebody may want to look at their comment again. A number that names a patient is never stored."""

    NHS_NUMBER = "nhs_number"
    PATIENT = "patient"
    HEALTH = "health"
    NAME = "name"
    ALONE = "alone"
    WHEN = "when"
    LINK = "link"
    NUMBER = "number"


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|ionawr|chwefror|mawrth|ebrill|mai|mehefin|gorffennaf|awst|medi|hydref|tachwedd|rhagfyr"
)
_LONG_MONTHS = "january|february|april|june|july|august|september|october|november|december|tachwedd|rhagfyr"
"""Those that are no word of another meaning."""
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_WELSH_DAYS = "llun|mawrth|mercher|iau|gwener|sadwrn|sul"
_SEASONS = "spring|summer|autumn|winter|easter|christmas|ramadan|eid|diwali"
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_FAMILY = (
    "husband|wife|partner|mum|mam|mother|dad|father|son|daughter|child|children|kids|baby|sister|brother"
    "|parents?|family"
)
_ROLES = (
    "nurse|hca|porter|clerk|physio|physiotherapist|doctor|consultant|registrar|sister|matron"
    "|preceptee|apprentice"
    "|student|receptionist|pharmacist|midwife|paramedic|domestic|cleaner|housekeeper|therapist|dietitian"
    "|radiographer|volunteer|trainee|educator|secretary|administrator|chaplain|bank|agency|assistants?"
)
_SHARED_ROLES = (
    "team|ward|unit|group|department|service|profession|trust|hospital|whole|family|nhs|staff"
    "|organisation|organization|health board|board|community|society|nation|country|system"
    "|directorate|division"
)
_NO_ROLES = (
    rf"{_SHARED_ROLES}|result|rule|start|minimum|priority|bonus|matter|thank|break|reminder|first|last"
    "|good|new|general|joke|place|way|rota|consequence|suggestion|leader|manager"
)
_NO_PEOPLE = (
    "thing|way|ways|problem|problems|time|times|reason|question|wish|good|bad|real|part|place|issue"
    "|option|choice"
    "|break|downside|complaint|suggestion|improvement|place|answer|exception"
)
_ADVERBS = (
    "also|just|really|always|never|often|still|sometimes|usually|truly|genuinely|only|honestly|do"
    "|don't|did|didn't"
    "|rarely|seldom|regularly|frequently|even|then|now|already|ever|hardly|mostly|constantly"
)
_OPINIONS = (
    "think|feel|felt|would|wish|hope|appreciate|love|loved|like|enjoy|need|want|will|may|might|could"
    "|can|can't"
    "|cannot|couldn't|should|know|believe|agree|find|get|suggest|see|understand|prefer|value|trust"
    "|say|guess|suppose|thank"
    "|notice|learn|try|mean|care|miss|worry|struggle|must|shall|have|haven't|had|hate|dislike|look"
    "|wonder|hear|heard"
    "|leave|skip|end|stay|go|speak|ask|raise|talk|tell|give|come in|keep|put|do|received|enjoyed"
    "|liked|appreciated"
    "|wanted|needed|found|thought|learned|learnt|noticed|struggled|wished|hoped|missed|finish|start"
    "|arrive|rely"
    "|won't|wouldn't|shouldn't|am|was|not|and|think|said|sense|respect|expect|dread|m|d|ll|ve|s"
)
_HARMLESS_WORK = r"(?! (?:hard|well|with|together|in a|alongside|best)\b)"
_MOODS = (
    "a bit|a little|a lot|happy|glad|sure|not|proud|able|so|very|really|too|quite|always|often|never"
    "|here|in|on|at"
    "|to|just|still|ok|okay|fine|content|well|thankful|hopeful|grateful|sorry|unhappy|unsure|sad"
    "|angry|lucky"
    "|confident|comfortable|aware|anxious|nervous|afraid|treated|made|given|given|being|all|more"
    "|less|under|for"
    "|part of|with|fed|burnt|burned|safe|free|keen|positive|negative|against|of|expected|told how"
    "|lonely|low"
)
_SHARED = (
    "team|ward|unit|department|service|workplace|hospital|manager|managers|leader|leads?|boss"
    "|colleagues?|breaks?|shifts?"
    "|opinion|view|views|line|job|work|rota|hours|lunch|suggestions?|hopes?|wish|only|best|biggest"
    "|main|feelings?"
    "|thanks|voice|ideas?|time|days?|week|workload|pay|own|experience|questions?|concerns?|point"
    "|head|mind|role"
    "|patients?|wellbeing|morale|training|uniform|favourite|immediate|direct|two|word|words"
    "|seniors?|locker|car|desk|notes|password|phone|computer|inbox|emails?|life|money|holidays?"
    "|peers|supervisor"
    "|confidence|health|mental health|heart|honest|personal|area|floor|place|skills?|efforts?|safety"
    "|duties|tasks?"
)
_I = r"\bi"
_I_AM = r"\bi(?:'m| am| was)"

_SHAPES = {
    CommentWarning.ALONE: (
        r"\b(?:as|being|am|i'm|was) the (?:only|newest|oldest|youngest|one)\b"
        rf"|\bthe only (?!(?:{_NO_PEOPLE})\b)\w+"
        rf"|\bas (?:a|an) (?!(?:{_NO_ROLES})\b)\w+"
        rf"|(?:^|[.,;!?] ?)as (?:the )?(?:\w+ )?(?:{_ROLES})\b|\bas the (?:{_ROLES})\b"
        r"|(?<!long )(?<!soon )(?<!well )\bas (?:someone|somebody)\b"
        r"|\bspeaking as\b"
        r"|\blike me\b"
        rf"|\bbeing (?:new\b|newly|deputy\b|(?:{_ROLES})\b|(?:a|an|the) (?!(?:{_SHARED_ROLES})\b))"
        rf"|{_I_AM} (?:the|a|an) (?!(?:bit|little|lot|fan|happy|tired|team|part)\b)\w+"
        rf"|{_I_AM} (?!(?:{_MOODS}|a|an|the)\b)(?!\w+(?:ed|ing|ful)\b)\w+"
        rf"|{_I} (?:(?:{_ADVERBS}) )*(?:work|worked)\b{_HARMLESS_WORK}"
        rf"|{_I} (?:(?:{_ADVERBS}) )*(?!(?:{_OPINIONS}|{_ADVERBS}|work|worked)\b)[a-z]+"
        rf"|{_I} (?:only|just|mostly) (?:do|work|have)\b(?! not)"
        rf"|{_I} do (?!not\b|n't\b|think|feel|like|love|wish|hope|worry|enjoy|appreciate|need|want|get)\w+"
        rf"|{_I} (?:got|get|was|am) (?:told off|asked to|moved|shouted at)\b"
        r"|\bi(?: have| had|'ve) (?:been here|worked|applied|asked|raised|reported|handed)\b"
        rf"|\bmy (?!(?:{_SHARED})\b)\w+"
        r"|\bpart[- ]time\b(?! staff)|\bjob[- ]?share|\bzero[- ]hours?\b|\bnewly qualified\b"
        r"|\bunion rep\b|\bwhistle-?bl\w+"
        r"|\b(?:nights|days|weekends) only\b|\btold off\b|\bhanded in\b"
        r"|\bfel (?:yr unig|nyrs|myfyriwr|porthor|meddyg)\b|\byr unig (?!beth|ffordd|broblem)\w+"
        r"|\b(?:rwy'n|rwy|dwi'n|dw i'n|rydw i'n) (?:gweithio|fyfyriwr|nyrs|newydd)\b|\bfy (?:ngŵr"
        r"|ngwraig|mab|merch|mhlant|nghontract)\b"
    ),
    CommentWarning.HEALTH: (
        r"\b(?:maternity|paternity|adoption|sick|carer'?s|bereavement|parental) leave (?:was|is|and|i)\b"
        r"|\b(?:my|from|on|after) (?:maternity|paternity|adoption|sick|carer'?s|bereavement"
        r"|parental) leave\b|\boff (?:sick|with|work)\b"
        r"|\b(?:through (?:the )?|my )menopause\b|\b(?:i'm|am|being|while|when) pregnant\b"
        r"|\bmy miscarriage\b"
        r"|\b(?:i|my)(?: use a)? wheelchair\b|\bi'?m? ?(?:am |have )?(?:dyslexi|autis|adhd|diabet)\w*"
        rf"|\bmy (?:{_FAMILY}|illness|condition|disability|operation|pregnancy|treatment|diagnosis|back"
        rf"|knee|hip)\b"
        r"|\b(?:came|coming|come) back (?:from|to work)\b|\bon my return\b|\b(?:cyfnod"
        r"|absenoldeb) mamolaeth\b"
    ),
    CommentWarning.PATIENT: (
        rf"\b(?:bed|bay|room|cubicle|gwely) (?:\d+|{_NUMBERS})\b"
        r"|\b(?:the|a|that|our|my) (?:patient|lady|gentleman|man|woman|resident) (?:in|with|who|from"
        r"|that)\b"
        r"|\bpatient (?:fell|died|collapsed)\b|\b(?:his|her) (?:family|husband|wife|daughter|son"
        r"|relatives?)\b"
    ),
    CommentWarning.WHEN: (
        rf"\b\d{{1,2}}[/.\-]\d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTHS})\b"
        rf"|\b(?:in|since|until|last|this|early|late|mid) (?:{_LONG_MONTHS})\b"
        rf"|\b(?:on|last|this|every|each|next|holiday)(?: \w+)? (?:{_DAYS})s?\b|\b(?:ddydd|nos|dydd"
        rf"|bob)\s+(?:{_WELSH_DAYS})\b"
        rf"|\b(?:yesterday|last night|ddoe|neithiwr|bank holiday|this morning)\b"
        rf"|\blast (?:{_SEASONS})\b|\bin (?:{_SEASONS})\b"
        r"|\blast (?:week|month|year)\b(?!')"
        rf"|\b(?:{_NUMBERS}|\d+|a few|some) (?:days?|weeks?|months?|years?) ago\b"
        rf"|\bat (?:half past|quarter|{_NUMBERS})\b(?! (?:time|person|thing|or|go|point|place|end))"
        rf"|\b\d{{1,2}}[:.]\d{{2}}\b"
    ),
    CommentWarning.LINK: (r"https?://|\bwww\.|\b[\w-]+\.(?:com|org|net|uk|wales|cymru|nhs)\b"),
    CommentWarning.NUMBER: r"\d{2,}",
}
SHAPES: tuple[tuple[CommentWarning, re.Pattern[str]], ...] = tuple(
    (warning, re.compile(shape, re.IGNORECASE)) for warning, shape in _SHAPES.items()
)
"""Each warning with what calls for it. Apostrophes are to be straight."""

WORDS_THAT_ARE_NAMES = frozenset(
    [
        "will",
        "may",
        "mark",
        "joy",
        "grace",
        "rose",
        "faith",
        "hope",
        "rob",
        "bill",
        "sue",
        "dawn",
        "iris",
        "holly",
        "ivy",
        "pat",
        "ray",
        "art",
        "guy",
        "max",
        "price",
        "rice",
        "rees",
        "long",
        "short",
        "young",
        "king",
        "bishop",
        "baker",
        "cook",
        "hill",
        "wood",
        "field",
        "banks",
        "day",
        "june",
        "april",
        "august",
        "summer",
        "winter",
        "brown",
        "white",
        "green",
        "black",
        "gray",
        "grey",
        "best",
        "good",
        "ward",
        "nurse",
        "page",
        "park",
        "lane",
        "love",
        "rich",
        "jack",
        "penny",
        "heather",
        "hazel",
        "amber",
        "ruby",
        "pearl",
        "jade",
        "crystal",
        "sunny",
        "happy",
        "lucky",
        "frank",
        "ernest",
        "earnest",
        "grant",
        "chase",
        "drew",
        "dean",
        "earl",
        "major",
        "carol",
        "eve",
        "angel",
        "gale",
        "tom",
        "tim",
        "hand",
        "head",
        "bell",
        "bond",
        "care",
        "case",
        "cross",
        "fair",
        "fall",
        "fast",
        "free",
        "gold",
        "hall",
        "hard",
        "home",
        "hope",
        "hunt",
        "kind",
        "knight",
        "land",
        "little",
        "low",
        "marsh",
        "moon",
        "more",
        "moss",
        "noble",
        "nurse",
        "peace",
        "pound",
        "power",
        "reed",
        "sharp",
        "small",
        "spring",
        "stone",
        "street",
        "strong",
        "swift",
        "town",
        "wall",
        "waters",
        "wells",
        "west",
        "wise",
        "work",
        "worth",
        "lead",
        "leader",
        "team",
        "staff",
    ]
)
"""They count as names with a capital only."""

WORDS_THAT_BEGIN_NAMES = frozenset(
    [
        "the",
        "and",
        "our",
        "her",
        "his",
        "for",
        "are",
        "but",
        "not",
        "you",
        "all",
        "any",
        "can",
        "new",
        "now",
        "how",
        "who",
        "why",
        "was",
        "has",
        "had",
        "its",
        "one",
        "two",
        "she",
        "they",
        "ben",
        "per",
        "car",
        "mar",
        "sam",
        "gen",
        "pri",
        "ale",
        "jan",
        "may",
        "will",
        "more",
        "man",
        "men",
        "win",
    ]
) - {"ben", "sam"}
"""A capital at the beginning of a sentence makes no short form of a name of them."""
