"""A filled-in check-in on its way in. It is read, sealed and forgotten; it is never printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.pulse.survey_view import CHOICE, COMMENT, FILLING, SURE
from handlers.shared.payloads import Caller, Payload, caller
from slackapp.pulse.questions import ITEMS, OPTIONS, OWN

_VALUES = {str(score): score for score, _ in OPTIONS}


@dataclass(frozen=True, slots=True)
class SurveyForm:
    """What somebody handed in. Blank items are absent; the answers stay out of every printed form."""

    caller: Caller
    poll_id: str
    scores: Mapping[str, int] = field(repr=False)
    comment: str = field(repr=False)
    is_sure: bool = field(default=False, repr=False)
    """Whether they want the comment stored although it may give somebody away."""


def filled(body: Payload) -> SurveyForm:
    """The answers in a `view_submission` of the check-in."""
    view = body["view"]
    values = (view.get("state") or {}).get("values") or {}
    return SurveyForm(
        caller=caller(body),
        poll_id=view["private_metadata"],
        scores={
            item: _VALUES[chosen]
            for item, block in values.items()
            if (item in ITEMS or item.startswith(OWN)) and (chosen := _chosen(block)) in _VALUES
        },
        comment=((values.get(COMMENT) or {}).get(COMMENT) or {}).get("value") or "",
        is_sure=bool(((values.get(SURE) or {}).get(SURE) or {}).get("selected_options")),
    )


def _chosen(block: Mapping[str, Any]) -> str:
    option = (block.get(CHOICE) or {}).get("selected_option") or {}
    # Behind the score a value is filled up, so that its length says nothing.
    return str(option.get("value", "")).rstrip(FILLING)
