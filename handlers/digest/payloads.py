"""Around the digest, as values: what was typed after /digest, and the forms under it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.digest import admin_view
from handlers.digest import promise_form_view as view
from handlers.shared.form_values import about
from handlers.shared.payloads import Caller, Payload, caller, storable, typed_text
from slackapp.core.i18n import Voice, voice
from slackapp.digest.promises import MOST, Part
from slackapp.models import By, PromiseState
from slackapp.recognition.parser import plain

_NUMBERED = re.compile(r"(?P<year>(19|20)\d\d)[-/](?P<month>0?[1-9]|1[0-2])$", re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d$", re.ASCII)
_MEANT = re.compile(r"\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}", re.ASCII)
"""What somebody types who means a month, whether there is such a month or not."""
_MONTHS = range(1, 13)


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

    def before(self, this: str) -> str | None:
        """The month meant, as in "2026-11": without a year the last one of that name before `this` month."""
        if self.month is None:
            return None
        year = self.year or int(this[:4])
        if self.year is None and f"{year}-{self.month:02}" >= this:
            year -= 1
        return f"{year}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class PromiseForm:
    """The form for promises as it stands: one group for each place shown. `who` is a Slack user id."""

    caller: Caller
    view_id: str
    view_hash: str
    digest_id: str
    groups: tuple[view.Group, ...]
    accepted: tuple[str, ...] = ()
    """Marks of what may give somebody away, and was read and left."""

    @property
    def texts(self) -> dict[str, str]:
        """What was written, by the field."""
        said = {view.field(Part.YOU_SAID, one.place): one.you_said for one in self.groups}
        return said | {view.field(Part.WE_WILL, one.place): one.we_will for one in self.groups}


@dataclass(frozen=True, slots=True)
class PromiseOutcome:
    """What became of a promise."""

    caller: Caller
    promise_id: str
    state: PromiseState
    reason: str
    accepted: tuple[str, ...] = ()
    """Marks of what may give somebody away, and was read and left."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """What goes to the team's channel."""

    caller: Caller
    digest_id: str
    with_promises: bool


def is_admin(body: Payload) -> bool:
    """Whether `/digest admin` was typed."""
    return storable(body.get("text") or "").split() == ["admin"]


def asked(body: Payload, say: Voice) -> DigestCommand:
    """What was typed after `/digest`; months are understood in the caller's language and in English."""
    # Slack escapes what is typed: A&E comes as A&amp;E.
    words = plain(storable(body.get("text") or "")).split()
    if words and (numbered := _NUMBERED.match(words[-1])):
        month, year = int(numbered["month"]), int(numbered["year"])
        return DigestCommand(caller(body), " ".join(words[:-1]), month, year)
    spelled = int(words[-1]) if len(words) > 1 and _YEAR.match(words[-1]) else None
    rest = words[:-1] if spelled else words
    named = _month(rest[-1], say) if rest else None
    if named is None:
        return DigestCommand(caller(body), " ".join(words))
    return DigestCommand(caller(body), " ".join(rest[:-1]), named, spelled)


def filled(body: Payload) -> PromiseForm:
    """The promises in a `view_submission` or a press in the form."""
    sent = body["view"]
    values = (sent.get("state") or {}).get("values") or {}
    digest_id, accepted = about(body)
    places = [place for place in range(MOST) if view.field(Part.WE_WILL, place) in values]
    return PromiseForm(
        caller=caller(body),
        view_id=sent["id"],
        view_hash=sent.get("hash") or "",
        digest_id=digest_id,
        groups=tuple(_group(values, place) for place in places),
        accepted=accepted,
    )


def settled(body: Payload) -> PromiseOutcome:
    """What a leader says became of a promise."""
    sent = body["view"]
    values = (sent.get("state") or {}).get("values") or {}
    state = _chosen(values, view.STATE, view.STATE)
    promise_id, accepted = about(body)
    return PromiseOutcome(
        caller=caller(body),
        promise_id=promise_id,
        state=next((one for one in PromiseState if one == state), PromiseState.OPEN),
        reason=_written(values, view.REASON, view.REASON),
        accepted=accepted,
    )


def sharing(body: Payload) -> Sharing:
    """What a leader opens to the team."""
    sent = body["view"]
    values = (sent.get("state") or {}).get("values") or {}
    chosen = _chosen(values, view.WITH, view.WITH)
    return Sharing(caller(body), sent.get("private_metadata") or "", chosen == view.ALL)


def admins_read(body: Payload) -> bool:
    """Whether admins may read every digest, as chosen in the admin's form."""
    values = (body["view"].get("state") or {}).get("values") or {}
    return _chosen(values, admin_view.READERS, admin_view.READERS) == admin_view.EVERY


def _month(word: str, say: Voice) -> int | None:
    for said in (say, voice()):
        for number in _MONTHS:
            first = date(2026, number, 1)
            if word.casefold() in (said.month(first).casefold(), said.short_month(first).casefold()):
                return number
    return None


def _group(values: Mapping[str, Any], place: int) -> view.Group:
    def of(part: Part) -> str:
        return view.field(part, place)

    by = _chosen(values, of(Part.BY), Part.BY)
    return view.Group(
        place=place,
        you_said=_written(values, of(Part.YOU_SAID), Part.YOU_SAID),
        we_will=_written(values, of(Part.WE_WILL), Part.WE_WILL),
        who=str(_element(values, of(Part.WHO), Part.WHO).get("selected_user") or ""),
        by=next((one for one in By if one == by), By.MONTH),
    )


def _element(values: Mapping[str, Any], block: str, action: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (values.get(block) or {}).get(action) or {}
    return found


def _written(values: Mapping[str, Any], block: str, action: str) -> str:
    return typed_text(_element(values, block, action).get("value")).strip()


def _chosen(values: Mapping[str, Any], block: str, action: str) -> str:
    option = _element(values, block, action).get("selected_option") or {}
    return str(option.get("value") or "")
