"""Read payloads about the digest: the text after /digest, and its forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.digest import admin_view, promise_form_view
from handlers.shared.form_values import about
from handlers.shared.payloads import Caller, Payload, caller, storable, typed_text
from slackapp.core.i18n import Voice, typed, voice
from slackapp.core.normal_form import bare, command_word
from slackapp.digest.promises import MOST, Part
from slackapp.models import PromiseState
from slackapp.recognition.parser import plain

_NUMBERED = re.compile(r"(?P<year>(19|20)\d\d)[-/](?P<month>0?[1-9]|1[0-2])$", re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d$", re.ASCII)
_MEANT = re.compile(r"\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}", re.ASCII)
"""Text that looks like a month, valid or not."""
_MONTHS = range(1, 13)
_FORMS = {
    promise_form_view.NOT_YET_FORM: PromiseState.OPEN,
    promise_form_view.CHANGED_FORM: PromiseState.CHANGED,
}
"""Forms about one outcome only."""


@dataclass(frozen=True, slots=True)
class DigestCommand:
    """`/digest team month`: both may be left out. `month` is 1 to 12; the year may be missing too."""

    caller: Caller
    team: str
    month: int | None = None
    year: int | None = None

    @property
    def no_month(self) -> str | None:
        """What was typed last and looks like a month, but is none: "2026-13"."""
        last = self.team.rpartition(" ")[2]
        return last if self.month is None and _MEANT.fullmatch(last) else None

    def before(self, current_month: str) -> str | None:
        """The month meant, as in "2026-11": without a year the last one before the current month."""
        if self.month is None:
            return None
        year = self.year or int(current_month[:4])
        if self.year is None and f"{year}-{self.month:02}" >= current_month:
            year -= 1
        return f"{year}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class PromiseForm:
    """The form for promises as it stands: one group for each place shown. `who` is a Slack user id."""

    caller: Caller
    view_id: str
    view_hash: str
    digest_id: str
    groups: tuple[promise_form_view.Group, ...]
    accepted: tuple[str, ...] = ()
    """Marks of the findings that the writer has read and kept."""

    @property
    def texts(self) -> dict[str, str]:
        """What was written, by the field."""
        you_said = {
            promise_form_view.field(Part.YOU_SAID, group.place): group.you_said for group in self.groups
        }
        we_will = {promise_form_view.field(Part.WE_WILL, group.place): group.we_will for group in self.groups}
        return you_said | we_will


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """The outcome of a promise."""

    caller: Caller
    promise_id: str
    state: PromiseState
    reason: str
    form: str = promise_form_view.SETTLE
    """The callback id of the form that was sent."""
    due: date | None = None
    accepted: tuple[str, ...] = ()
    """Marks of the findings that the writer has read and kept."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a leader shares with the team."""

    caller: Caller
    digest_id: str
    with_promises: bool


def is_admin(body: Payload) -> bool:
    """Whether `/digest admin` was typed."""
    return command_word(storable(body.get("text") or "")) == "admin"


def is_help(body: Payload) -> bool:
    """Whether `/digest help` was typed."""
    return command_word(storable(body.get("text") or "")) in typed("subcommands", "help")


def digest_command(body: Payload, say: Voice) -> DigestCommand:
    """What was typed after `/digest`; months are understood in the caller's language and in English."""
    # Slack escapes what is typed: A&E comes as A&amp;E.
    words = plain(storable(body.get("text") or "")).split()
    last = bare(words[-1]) if words else ""
    if numbered := _NUMBERED.match(last):
        month, year = int(numbered["month"]), int(numbered["year"])
        return DigestCommand(caller(body), " ".join(words[:-1]), month, year)
    typed_year = int(last) if len(words) > 1 and _YEAR.match(last) else None
    rest = words[:-1] if typed_year else words
    named_month = _month(bare(rest[-1]), say) if rest else None
    if named_month is None:
        return DigestCommand(caller(body), " ".join(words))
    return DigestCommand(caller(body), " ".join(rest[:-1]), named_month, typed_year)


def filled(body: Payload) -> PromiseForm:
    """The promises in a `view_submission` or a press in the form."""
    view = body["view"]
    values = (view.get("state") or {}).get("values") or {}
    digest_id, accepted = about(body)
    places = [place for place in range(MOST) if promise_form_view.field(Part.WE_WILL, place) in values]
    return PromiseForm(
        caller=caller(body),
        view_id=view["id"],
        view_hash=view.get("hash") or "",
        digest_id=digest_id,
        groups=tuple(_group(values, place) for place in places),
        accepted=accepted,
    )


def outcome(body: Payload) -> PromiseOutcome:
    """The outcome of a promise, as its leader filled it in."""
    view = body["view"]
    values = (view.get("state") or {}).get("values") or {}
    state = _FORMS.get(view.get("callback_id") or "") or _chosen(
        values, promise_form_view.STATE, promise_form_view.STATE
    )
    promise_id, accepted = about(body)
    return PromiseOutcome(
        caller=caller(body),
        promise_id=promise_id,
        state=next((member for member in PromiseState if member == state), PromiseState.OPEN),
        reason=_written(values, promise_form_view.REASON, promise_form_view.REASON),
        form=view.get("callback_id") or promise_form_view.SETTLE,
        due=_day(_chosen(values, promise_form_view.BY, promise_form_view.BY)),
        accepted=accepted,
    )


def sharing(body: Payload) -> Sharing:
    """What a leader shares with the team, as chosen in the form."""
    view = body["view"]
    values = (view.get("state") or {}).get("values") or {}
    chosen = _chosen(values, promise_form_view.WITH, promise_form_view.WITH)
    return Sharing(caller(body), view.get("private_metadata") or "", chosen == promise_form_view.ALL)


def admins_read(body: Payload) -> bool:
    """Whether admins may read every digest, as chosen in the admin's form."""
    values = (body["view"].get("state") or {}).get("values") or {}
    return _chosen(values, admin_view.READERS, admin_view.READERS) == admin_view.EVERY


def _month(word: str, say: Voice) -> int | None:
    for language in (say, voice()):
        for number in _MONTHS:
            first = date(2026, number, 1)
            if word.casefold() in (language.month(first).casefold(), language.short_month(first).casefold()):
                return number
    return None


def _group(values: Mapping[str, Any], place: int) -> promise_form_view.Group:
    def of(part: Part) -> str:
        return promise_form_view.field(part, place)

    return promise_form_view.Group(
        place=place,
        you_said=_written(values, of(Part.YOU_SAID), Part.YOU_SAID),
        we_will=_written(values, of(Part.WE_WILL), Part.WE_WILL),
        who=str(_element(values, of(Part.WHO), Part.WHO).get("selected_user") or ""),
        due=_day(_chosen(values, of(Part.BY), Part.BY)),
        suggested=_chosen(values, of(Part.SUGGESTED), Part.SUGGESTED),
    )


def _day(value: str) -> date | None:
    """The day that a choice stands for; None for what no form of ours offers."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _element(values: Mapping[str, Any], block: str, action: str) -> Mapping[str, Any]:
    element: Mapping[str, Any] = (values.get(block) or {}).get(action) or {}
    return element


def _written(values: Mapping[str, Any], block: str, action: str) -> str:
    return typed_text(_element(values, block, action).get("value")).strip()


def _chosen(values: Mapping[str, Any], block: str, action: str) -> str:
    option = _element(values, block, action).get("selected_option") or {}
    return str(option.get("value") or "")
