"""What stands in an element: from Slack's state entry to what a form field shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slackapp.sandbox.blocks.controls import INITIAL_KEYS, STATE_KEYS, options_of

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class At:
    """Where blocks stand, a message (by its time), the modal or the Home tab, and what is in them."""

    within: str
    values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    def entry(self, block: Json, element: Json) -> Json | None:
        """What the person has entered in this element, if they touched it."""
        return self.values.get(str(block.get("block_id")), {}).get(str(element.get("action_id")))

    def key(self, block: Json, element: Json) -> str:
        """An id for the page, the same as long as the element is the same."""
        return _page_id(f"{self.within}-{block.get('block_id')}-{element.get('action_id')}")

    def name(self, block: Json) -> str:
        """An id for the words of a block."""
        return _page_id(f"{self.within}-{block.get('block_id')}-words")

    def words(self, block: Json, element: Json, value: str) -> str:
        """What a chosen option of a list from outside is called."""
        entry = self.entry(block, element) or {}
        known = [entry.get("selected_option"), element.get("initial_option")]
        known += [*(entry.get("selected_options") or ()), *element.get("initial_options", ())]
        return next(
            (str(option["text"]["text"]) for option in known if option and option["value"] == value), value
        )


def _page_id(text: str) -> str:
    """Block and action ids may hold anything; an id of the page may not."""
    return "".join(sign if sign.isalnum() else f"_{ord(sign):x}" for sign in text)


def chosen(element: Json, entry: Json | None) -> list[str]:
    """What is chosen or written in the element; before anyone touched it, its first value."""
    kind = str(element["type"])
    value = entry.get(STATE_KEYS[kind]) if entry else element.get(INITIAL_KEYS.get(kind, ""))
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    return [_plain(item) for item in items]


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value["value"]) if "value" in value else spoken(value).removesuffix("\n")
    return str(value)


def spoken(rich_text: object) -> str:
    """The bare words of a rich text, line by line."""
    if isinstance(rich_text, list):
        return "".join(spoken(element) for element in rich_text)
    if not isinstance(rich_text, Mapping):
        return ""
    words = str(rich_text.get("text", "")) + spoken(rich_text.get("elements", []))
    return words + ("\n" if rich_text.get("type") == "rich_text_section" else "")


def choices(element: Json) -> list[tuple[str, str]]:
    """The options of a menu as value and words, grouped or not."""
    return [(str(option["value"]), str(option["text"]["text"])) for option in options_of(dict(element))]


@dataclass(frozen=True, slots=True)
class Plotted:
    """A chart as a table of bars: `names` heads the columns of several series, a share is of 100."""

    names: list[str]
    rows: list[tuple[str, list[tuple[float, float]]]]


def plotted(chart: Json) -> Plotted:
    """Every point of a chart, by its label, with how long its bar is beside the longest."""
    series = chart.get("series") or [{"name": "", "data": chart["segments"]}]
    labels = (chart.get("axis_config") or {}).get("categories") or [
        segment["label"] for segment in chart["segments"]
    ]
    values = [{point["label"]: float(point["value"]) for point in entry["data"]} for entry in series]
    most = max((abs(value) for points in values for value in points.values()), default=0.0) or 1.0
    rows = [
        (label, [(_bare(points[label]), round(100 * abs(points[label]) / most, 1)) for points in values])
        for label in labels
    ]
    return Plotted([entry["name"] for entry in series if entry["name"]], rows)


def _bare(value: float) -> float:
    """A whole number without its decimal point."""
    return int(value) if value.is_integer() else value
