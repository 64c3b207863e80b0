"""A sample of every message, modal and Home that the app can produce, at its longest, in each language.

The catalogue is made of the view functions themselves: whatever is public in a `*view` module (and in the
digest's message) and returns blocks or a view is in it. A test holds that each gives a sample.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import ModuleType
from typing import Any, Literal, get_type_hints

import handlers
import reports
from handlers.digest import promise_form_view
from handlers.workspace import settings_view
from slackapp.blocks import Block, TextAndBlocks, View
from slackapp.check.values import Filling, words
from slackapp.core.i18n import Voice, languages, voice
from slackapp.digest.promises import MOST, PromiseDetails
from slackapp.models import PromiseState, Sharing
from slackapp.outbox.rendered import Message
from slackapp.privacy.retention import LIMITS
from slackapp.pulse.disclosure import Turnout
from slackapp.recognition.draft import Draft

ViewFunction = Callable[..., object]
Surface = Literal["message", "view"]
_RETURNED = (View, list[Block], TextAndBlocks, TextAndBlocks | None, Message)
_MODULES_BESIDE = frozenset({"reports.publishing.message"})
# Views whose blocks are a part of the Home.
_ON_HOME = (
    "handlers.home.",
    "handlers.recognition.history_view.",
    "handlers.privacy.data_requests_view.buttons",
)
_ELEMENTS = frozenset({"button", "overflow"})
_INPUTS = frozenset({"external_select", "static_select"})
_MOST_IN_MESSAGE = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """One payload as Slack would get it. `name` is that of the view function, from its package on.

    `is_bare`: without all that may be left out; else with all of it.
    """

    name: str
    language: str
    surface: Surface
    payload: dict[str, Any]
    is_bare: bool = False


def view_functions() -> dict[str, ViewFunction]:
    """Return every view function by its module and name."""
    functions = {}
    for module in view_modules():
        for name, member in vars(module).items():
            if _is_view_function(module, name, member):
                functions[f"{module.__name__}.{name}"] = member
    return functions


def samples() -> Iterator[Sample]:
    """Yield all samples by language; the bare one only if it differs."""
    functions = view_functions()
    for language in languages():
        say = voice(language)
        for name, function in functions.items():
            full = sample(name, function, say, is_bare=False)
            bare = sample(name, function, say, is_bare=True)
            if full:
                yield full
            if bare and (not full or bare.payload != full.payload):
                yield bare


def view_modules() -> Iterator[ModuleType]:
    """Yield the modules whose public functions build messages and views."""
    for package in (handlers, reports):
        for module_info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module_info.name.endswith("view") or module_info.name in _MODULES_BESIDE:
                yield importlib.import_module(module_info.name)


def _is_view_function(module: ModuleType, name: str, member: object) -> bool:
    if name.startswith("_") or not callable(member) or getattr(member, "__module__", "") != module.__name__:
        return False
    return not isinstance(member, type) and get_type_hints(member).get("return") in _RETURNED


def sample(name: str, function: ViewFunction, say: Voice, *, is_bare: bool) -> Sample | None:
    """Return a sample of a view function; None if it returns nothing."""
    built = function(**Filling(say, is_bare, _known(name)).arguments(function))
    if built is None or built == []:
        return None
    surface, payload = _payload(name, built, say)
    return Sample(name, say.language, surface, payload, is_bare)


def _payload(name: str, built: Any, say: Voice) -> tuple[Surface, dict[str, Any]]:  # noqa: ANN401  # one of _RETURNED
    if isinstance(built, Message | TextAndBlocks):
        return "message", {"text": built.text, "blocks": built.blocks}
    if isinstance(built, dict) and built.get("type") in {"modal", "home"}:
        return "view", built
    blocks = _as_blocks(built if isinstance(built, list) else [built], say)
    if name.startswith(_ON_HOME) or len(blocks) > _MOST_IN_MESSAGE:
        return "view", {"type": "home", "blocks": blocks}
    if any(block["type"] == "input" for block in blocks):
        plain = {"type": "plain_text", "text": say("Appreciate")}
        return "view", {"type": "modal", "title": plain, "submit": plain, "blocks": blocks}
    return "message", {"text": say("Appreciate"), "blocks": blocks}


def _as_blocks(parts: Sequence[dict[str, Any]], say: Voice) -> list[Block]:
    """Blocks as they are; buttons, menus and options in the block that holds them."""
    if all(part.get("type") in _ELEMENTS for part in parts):
        return [{"type": "actions", "elements": list(parts)}]
    if all("value" in part and "type" not in part for part in parts):
        menu: Block = {"type": "static_select", "action_id": "options", "options": list(parts)}
        return _as_blocks([menu], say)
    label = {"type": "plain_text", "text": say("Appreciate")}
    return [
        {"type": "input", "label": label, "element": part} if part.get("type") in _INPUTS else part
        for part in parts
    ]


def _known(name: str) -> Mapping[str, Any]:
    """Return known argument values that the annotations do not determine."""
    return _everywhere() | KNOWN.get(name, {})


@cache
def _everywhere() -> dict[str, Any]:
    return {
        "limits": LIMITS,
        "pictures": {"four": "F0123456789"},
        "turnout": (Turnout.UNDER_HALF, Turnout.HALF_TO_THREE_QUARTERS),
    }


_PROMISES = [
    PromiseDetails(
        you_said=words(500),
        we_will=words(500),
        who="U0123456789A",
        name=words(150),
        due=date(2026, 12, 31),
        state=PromiseState.CHANGED,
        reason=words(500),
        obstacle=words(500),
    )
] * MOST
KNOWN: dict[str, dict[str, Any]] = {
    "handlers.digest.promise_form_view.form": {
        "groups": [
            promise_form_view.Group(place, words(500), words(500), "U0123456789A") for place in range(MOST)
        ],
        "days": [date(2026, 12, day) for day in (15, 30, 31)],
    },
    "handlers.digest.promise_form_view.updatable": {
        "promises": [("p" * 24, promise) for promise in _PROMISES]
    },
    "reports.publishing.promise_view.post": {"promises": _PROMISES},
    # A question is asked under the thank-you while a button can carry it.
    "handlers.recognition.form_view.question": {"draft": Draft(words=words(300))},
    "handlers.recognition.thanks_view.receivers_buttons": {"sharing": Sharing.ASKED},
    "handlers.recognition.form_view.open_button": {"text": words(75)},
    "handlers.workspace.settings_view.messages": {
        "kinds": [settings_view.KindCount(kind, 9_999) for kind in settings_view.KINDS]
    },
    "handlers.talk.draft_view.draft": {"words": {"saw": words(500), "need": words(500)}},
    "handlers.workspace.settings_view.notice": {"title": words(24)},
    "reports.publishing.promise_view.rich": {"sections": [[{"type": "text", "text": words(500)}]]},
}
