"""Values of elements: from Slack's state entries to form fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slackapp.sandbox.blocks.controls import INITIAL_KEYS, STATE_KEYS, options_of

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class At:
    """Where blocks are, a message (by its ts), the modal or the Home tab, with their values."""

    within: str
    values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)

    def entry(self, block: Json, element: Json) -> Json | None:
        """Return the element's state entry, if the person changed it."""
        return self.values.get(str(block.get("block_id")), {}).get(str(element.get("action_id")))

    def key(self, block: Json, element: Json) -> str:
        """Return a stable HTML id for the element."""
        return _page_id(f"{self.within}-{block.get('block_id')}-{element.get('action_id')}")

    def name(self, block: Json) -> str:
        """Return an HTML id for a block's text."""
        return _page_id(f"{self.within}-{block.get('block_id')}-words")

    def words(self, block: Json, element: Json, value: str) -> str:
        """Return the label of a chosen option of an external select."""
        entry = self.entry(block, element) or {}
        known = [entry.get("selected_option"), element.get("initial_option")]
        known += [*(entry.get("selected_options") or ()), *element.get("initial_options", ())]
        return next(
            (str(option["text"]["text"]) for option in known if option and option["value"] == value), value
        )


def _page_id(text: str) -> str:
    """Escape a text for an HTML id."""
    return "".join(sign if sign.isalnum() else f"_{ord(sign):x}" for sign in text)


def chosen(element: Json, entry: Json | None) -> list[str]:
    """Return the element's current values, or its initial values."""
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
    """Return the plain text of a rich text, line by line."""
    if isinstance(rich_text, list):
        return "".join(spoken(element) for element in rich_text)
    if not isinstance(rich_text, Mapping):
        return ""
    words = str(rich_text.get("text", "")) + spoken(rich_text.get("elements", []))
    return words + ("\n" if rich_text.get("type") == "rich_text_section" else "")


def choices(element: Json) -> list[tuple[str, str]]:
    """Return a menu's options as value and label, grouped or not."""
    return [(str(option["value"]), str(option["text"]["text"])) for option in options_of(dict(element))]


@dataclass(frozen=True, slots=True)
class Plotted:
    """A chart as a table of bars: `names` are the series, each cell is a value and a percentage."""

    names: list[str]
    rows: list[tuple[str, list[tuple[float, float]]]]


def plotted(chart: Json) -> Plotted:
    """Return a chart's points by label, with bar lengths in percent of the longest."""
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
    """Convert a whole float to an int."""
    return int(value) if value.is_integer() else value
