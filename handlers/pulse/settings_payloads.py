"""The forms around the check-in on their way in: an admin's, and one person's own."""

from dataclasses import dataclass, replace
from datetime import date, time
from functools import partial

from handlers.pulse import admin_view, settings_view
from handlers.shared import revisions
from handlers.shared.form_values import Values, about
from handlers.shared.payloads import Caller, Payload, caller
from slackapp.core.errors import UserError
from slackapp.core.i18n import Voice, translatable
from slackapp.models import Workspace
from slackapp.pulse.settings import NewSettings, Thresholds

_UNREADABLE = translatable("That is not one of the choices.")


@dataclass(frozen=True, slots=True)
class AdminForm:
    """What an admin filled in. `pause` is a first and last day."""

    caller: Caller
    settled: NewSettings
    thresholds: Thresholds
    pause: tuple[date, date] | None
    ends_pauses: bool


@dataclass(frozen=True, slots=True)
class OwnForm:
    """What a person filled in for themselves. `away` is a first and last day; days are bits, 1 is Monday."""

    caller: Caller
    messages: bool
    quiet: tuple[time, time]
    days_off: int
    away: tuple[date, date] | None
    language: str


def admin_form(body: Payload) -> AdminForm:
    """An admin's form. UserError when Slack's form cannot have sent it, or a pause has only one end."""
    values = _Values(body)
    number = values.chosen_number
    settled = NewSettings(
        cadence=values.chosen(admin_view.CADENCE),
        weekday=number(admin_view.WEEKDAY),
        at=values.time(admin_view.AT),
        days_open=number(admin_view.DAYS_OPEN),
        comments_on=values.ticked(admin_view.COMMENTS),
        question_set=values.chosen(admin_view.QUESTION_SET),
        rotating=number(admin_view.ROTATING),
        contact=values.text(admin_view.CONTACT),
    )
    return AdminForm(
        caller=caller(body),
        settled=settled,
        thresholds=Thresholds(number(admin_view.K), number(admin_view.C), number(admin_view.FEWEST)),
        pause=values.days(admin_view.PAUSE_FROM, admin_view.PAUSE_UNTIL),
        ends_pauses=values.ticked(admin_view.END_PAUSES),
    )


def only_changed(form: AdminForm, before: revisions.Fields, workspace: Workspace, say: Voice) -> AdminForm:
    """The form with the present value in each field that was not changed in it.

    Raises:
        UserError: Somebody else has changed a field that was changed here too.
    """
    typed, limits = form.settled, form.thresholds
    fields = {
        admin_view.CADENCE: typed.cadence,
        admin_view.WEEKDAY: str(typed.weekday),
        admin_view.AT: f"{typed.at:%H:%M}",
        admin_view.DAYS_OPEN: str(typed.days_open),
        admin_view.COMMENTS: "yes" if typed.comments_on else "",
        admin_view.QUESTION_SET: typed.question_set,
        admin_view.ROTATING: str(typed.rotating),
        admin_view.CONTACT: " ".join((typed.contact or "").split()),
        admin_view.K: str(limits.k),
        admin_view.C: str(limits.c),
        admin_view.FEWEST: str(limits.comments),
    }
    display = partial(admin_view.display, say)
    values = revisions.merged(before, fields, admin_view.shown(workspace), display)
    settled = NewSettings(
        cadence=values[admin_view.CADENCE],
        weekday=int(values[admin_view.WEEKDAY]),
        at=time.fromisoformat(values[admin_view.AT]),
        days_open=int(values[admin_view.DAYS_OPEN]),
        comments_on=bool(values[admin_view.COMMENTS]),
        question_set=values[admin_view.QUESTION_SET],
        rotating=int(values[admin_view.ROTATING]),
        contact=values[admin_view.CONTACT],
    )
    thresholds = Thresholds(*(int(values[name]) for name in (admin_view.K, admin_view.C, admin_view.FEWEST)))
    return replace(form, settled=settled, thresholds=thresholds)


def own_form(body: Payload) -> OwnForm:
    """A person's own form. UserError when Slack's form cannot have sent it, or leave has only one end."""
    values = _Values(body)
    return OwnForm(
        caller=caller(body),
        messages=values.ticked(settings_view.MESSAGES),
        quiet=(values.time(settings_view.QUIET_FROM), values.time(settings_view.QUIET_UNTIL)),
        days_off=sum(1 << int(day) for day in {*values.ticks(settings_view.DAYS_OFF)} & set("0123456")),
        away=values.days(settings_view.AWAY_FROM, settings_view.AWAY_UNTIL),
        language=values.chosen(settings_view.LANGUAGE),
    )


def wording(body: Payload) -> tuple[str, tuple[str, ...]]:
    """The question that an admin adds, and the marks of what was read in it and left."""
    return _Values(body).text(admin_view.WORDING), about(body)[1]


class _Values(Values):
    """A form's choices of numbers, times and days; UserError where Slack's form cannot have sent one."""

    def ticks(self, name: str) -> list[str]:
        return [str(option.get("value")) for option in self._element(name).get("selected_options") or ()]

    def chosen_number(self, name: str) -> int:
        value = self.chosen(name)
        if not value.isdecimal():
            raise UserError(_UNREADABLE)
        return int(value)

    def time(self, name: str) -> time:
        try:
            return time.fromisoformat(str(self._element(name).get("selected_time")))
        except ValueError:
            raise UserError(_UNREADABLE) from None

    def days(self, first: str, last: str) -> tuple[date, date] | None:
        given = [str(self._element(name).get("selected_date") or "") for name in (first, last)]
        if not any(given):
            return None
        if not all(given):
            missing = last if given[0] else first
            raise UserError(translatable("Please choose both the first and the last day.")).beside(missing)
        try:
            return date.fromisoformat(given[0]), date.fromisoformat(given[1])
        except ValueError:
            raise UserError(_UNREADABLE) from None
