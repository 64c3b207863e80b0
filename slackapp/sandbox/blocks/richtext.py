"""The rich_text block: sections, lists, quotes, preformatted text and inline elements."""

from collections.abc import Mapping

from slackapp.sandbox.blocks.composition import block_id
from slackapp.sandbox.blocks.schema import (
    Check,
    Shape,
    array,
    boolean,
    by_type,
    integer,
    one_of,
    only,
    string,
    url,
)

_short_style = Shape({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline", "unlink"), boolean))
_mention_style = Shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_styled: Mapping[str, Check] = {"style": _short_style}
_mention: Mapping[str, Check] = {"style": _mention_style}

_pieces: Mapping[str, Check] = {
    "text": Shape({"text": string(1)}, _styled),
    "link": Shape(
        {"url": url(schemes=("https", "http", "mailto", "tel", "slack"))},
        {"text": string(1), "unsafe": boolean, **_styled},
    ),
    "emoji": Shape({"name": string(1)}, {"unicode": string(1), "skin_tone": integer(1, 6), **_styled}),
    "user": Shape({"user_id": string(1, 255, r"[UWB][A-Z0-9]+")}, _mention),
    "usergroup": Shape({"usergroup_id": string(1, 255, r"S[A-Z0-9]+")}, _mention),
    "channel": Shape({"channel_id": string(1, 255, r"[CGD][A-Z0-9]+")}, _mention),
    "team": Shape({"team_id": string(1, 255, r"[TE][A-Z0-9]+")}, _mention),
    "broadcast": Shape({"range": one_of("here", "channel", "everyone")}, _mention),
    "date": Shape(
        {"timestamp": integer(0), "format": string(1)},
        {"url": url(), "fallback": string(1), **_styled},
    ),
    "color": Shape({"value": string(1, 7, r"#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{3}")}, _styled),
}

inline = array(by_type(_pieces), 0)
_verbatim = array(by_type({"text": _pieces["text"], "link": _pieces["link"]}), 0)
_border: Mapping[str, Check] = {"border": integer(0, 1)}

section = Shape({"elements": inline})

_lists: Mapping[str, Check] = {
    "rich_text_section": section,
    "rich_text_list": Shape(
        {"style": one_of("bullet", "ordered"), "elements": array(only("rich_text_section", section), 1)},
        {"indent": integer(0, 8), "offset": integer(0), **_border},
    ),
    "rich_text_quote": Shape({"elements": inline}, _border),
    "rich_text_preformatted": Shape({"elements": _verbatim}, {"language": string(1), **_border}),
}

rich_text_shape = Shape({"elements": array(by_type(_lists), 1)}, {"block_id": block_id})
rich_text = only("rich_text", rich_text_shape)
