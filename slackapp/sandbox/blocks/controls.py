"""Interactive elements: state keys, initial values and the names people use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from slackapp.sandbox.blocks.surface import every_block
from slackapp.sandbox.core.state import Blocks, Values

# Element type -> the key of the chosen value in state.values and actions[].
STATE_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}
INITIAL_KEYS = {
    "plain_text_input": "initial_value",
    "email_text_input": "initial_value",
    "url_text_input": "initial_value",
    "number_input": "initial_value",
    "rich_text_input": "initial_value",
    "static_select": "initial_option",
    "external_select": "initial_option",
    "radio_buttons": "initial_option",
    "users_select": "initial_user",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
    "checkboxes": "initial_options",
    "multi_static_select": "initial_options",
    "multi_external_select": "initial_options",
    "multi_users_select": "initial_users",
    "multi_conversations_select": "initial_conversations",
    "multi_channels_select": "initial_channels",
}
# Element type -> the kind of control a person sees.
KINDS = {
    "button": "button",
    "workflow_button": "button",
    "icon_button": "button",
    "overflow": "menu",
    "radio_buttons": "radio",
    "checkboxes": "checkboxes",
    "users_select": "people",
    "multi_users_select": "people",
    "datepicker": "date",
    "datetimepicker": "date",
    "timepicker": "text",
    "plain_text_input": "text",
    "email_text_input": "text",
    "url_text_input": "text",
    "number_input": "text",
    "rich_text_input": "text",
    "static_select": "select",
    "external_select": "select",
    "multi_static_select": "select",
    "multi_external_select": "select",
    "conversations_select": "select",
    "multi_conversations_select": "select",
    "channels_select": "select",
    "multi_channels_select": "select",
    "file_input": "file",
}
MULTIPLE = frozenset(kind for kind, key in STATE_KEYS.items() if key.endswith("s"))


@dataclass(frozen=True, slots=True)
class Control:
    """An interactive element in its block. `names` find it; the first is its visible label."""

    block: dict[str, Any]
    element: dict[str, Any]
    kind: str
    names: tuple[str, ...]
    says: Mapping[str, str] = field(default_factory=dict)
    """Extra fields of its action, such as the value of one of two feedback buttons."""

    @property
    def error_key(self) -> str:
        """The key of its errors: the block id of an input, else block id and action id."""
        return self.block_id if self.is_input else f"{self.block_id}/{self.action_id}"

    @property
    def block_id(self) -> str:
        """The block's id."""
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        """The element's action id, or ""."""
        return str(self.element.get("action_id", ""))

    @property
    def label(self) -> str:
        """The visible label."""
        return self.names[0]

    @property
    def type(self) -> str:
        """The element's type."""
        return str(self.element["type"])

    @property
    def is_input(self) -> bool:
        """Whether it is in an input block."""
        return bool(self.block["type"] == "input")

    @property
    def dispatches(self) -> bool:
        """Whether a choice is sent to the app at once."""
        return not self.is_input or bool(self.block.get("dispatch_action"))

    def is_called(self, label: str) -> bool:
        """Whether `label` is one of its names, ignoring case and outer spaces."""
        return label.strip().casefold() in {name.casefold() for name in self.names}


def controls(blocks: Blocks) -> Iterator[Control]:
    """Yield the interactive elements of these blocks from top to bottom."""
    for _, block in every_block(blocks):
        for element in elements_of(block):
            kind = KINDS.get(element.get("type", ""))
            if kind:
                yield Control(block, element, kind, _names(block, element))
            elif element.get("type") == "feedback_buttons":
                yield from _feedback_buttons(block, element)


def _feedback_buttons(block: dict[str, Any], element: dict[str, Any]) -> Iterator[Control]:
    for name in ("positive_button", "negative_button"):
        button = element[name]
        names = (str(button["text"]["text"]), *filter(None, [button.get("accessibility_label")]))
        yield Control(block, element, "button", names, {"value": str(button["value"])})


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a block's elements that a person can use."""
    kind = block["type"]
    if kind == "input":
        return [block["element"]]
    if kind in {"section", "auth_provider"}:
        return [block["accessory"]] if "accessory" in block else []
    if kind in {"actions", "context_actions"}:
        return list(block["elements"])
    if kind == "card":
        return list(block.get("actions", []))
    return []


def _names(block: dict[str, Any], element: dict[str, Any]) -> tuple[str, ...]:
    candidates = [
        element.get("text") if KINDS[element["type"]] == "button" else None,
        block.get("label") if block["type"] == "input" else None,
        element.get("placeholder"),
        block.get("text") if block["type"] == "section" else None,
    ]
    texts = [str(text["text"]).strip() for text in candidates if isinstance(text, dict)]
    accessible = element.get("accessibility_label")
    return tuple(texts + ([accessible] if accessible else [])) or (fallback_name(element),)


def fallback_name(element: dict[str, Any]) -> str:
    """Return a name for an element without a label."""
    return {"overflow": "More actions", "datepicker": "Date", "timepicker": "Time"}.get(
        element["type"], str(element.get("action_id") or element["type"])
    )


def options_of(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an element's options, including those of option groups."""
    groups = element.get("option_groups") or []
    return list(element.get("options") or []) + [option for group in groups for option in group["options"]]


def entry(element: dict[str, Any], value: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON value
    """Return a state.values entry: the element's type and its value."""
    kind = element["type"]
    out = {"type": kind, STATE_KEYS[kind]: value}
    if kind == "timepicker" and "timezone" in element:
        out["timezone"] = element["timezone"]
    return out


def initial(element: dict[str, Any]) -> Any:  # noqa: ANN401  # any JSON value
    """Return an element's initial value."""
    kind = element["type"]
    empty: Any = [] if kind in MULTIPLE else None
    return element.get(INITIAL_KEYS.get(kind, ""), empty)


def initial_values(blocks: Blocks, earlier: Values | None = None) -> Values:
    """Return state.values of new blocks; values in `earlier` with the same ids and type are kept."""
    values: Values = {}
    for control in controls(blocks):
        if control.type not in STATE_KEYS:
            continue
        before = (earlier or {}).get(control.block_id, {}).get(control.action_id)
        if before is None or before["type"] != control.type:
            before = entry(control.element, initial(control.element))
        values.setdefault(control.block_id, {})[control.action_id] = before
    return values
