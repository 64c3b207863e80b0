"""Valid blocks and their parts; tests break them in one place."""

from typing import Any

Json = dict[str, Any]


def plain(text: str = "Words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Words") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: object) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def button(**more: object) -> Json:
    return {"type": "button", "text": plain(), "action_id": "press", **more}


def option(value: str = "one", **more: object) -> Json:
    return {"text": plain(f"Option {value}"), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(number)) for number in range(count)]


def asks(element: Json, **more: object) -> list[Json]:
    return [{"type": "input", "label": plain("Label"), "element": element, **more}]


def acts(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def beside(element: Json) -> list[Json]:
    return [section(accessory=element)]


def rich(*elements: Json) -> list[Json]:
    return [{"type": "rich_text", "elements": list(elements)}]


def line(*pieces: Json) -> list[Json]:
    return rich({"type": "rich_text_section", "elements": list(pieces)})


def image(**more: object) -> Json:
    return {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A chart", **more}


def select(**more: object) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(2), **more}


def without(value: Json, *names: str) -> Json:
    return {name: item for name, item in value.items() if name not in names}


CONFIRM = {"title": plain(), "text": plain(), "confirm": plain("Yes"), "deny": plain("No")}
RADIO = {"type": "radio_buttons", "options": options(2)}
BOXES = {"type": "checkboxes", "options": options(2)}
TEXT_INPUT = {"type": "plain_text_input", "action_id": "words"}
NUMBER = {"type": "number_input", "is_decimal_allowed": False}
VIDEO = {
    "type": "video",
    "title": plain(),
    "video_url": "https://example.org/v",
    "thumbnail_url": "https://example.org/t.png",
    "alt_text": "A film",
}
TABLE: Json = {"type": "table", "rows": [[{"type": "raw_text", "text": "cell"}]]}
DATA_TABLE: Json = {"type": "data_table", "caption": "Figures", "rows": TABLE["rows"] * 2}
FEEDBACK = {
    "type": "feedback_buttons",
    "positive_button": {"text": plain("Good"), "value": "good"},
    "negative_button": {"text": plain("Bad"), "value": "bad"},
}
LONG = "more than 0 characters"

Refused = dict[str, tuple[str, object, str, str]]
"""By fault: surface, blocks, words of the refusal, JSON pointer."""
