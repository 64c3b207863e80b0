"""What one person settles about being asked: whether, when, in which language, and leave."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy.orm import Session

from slackapp.core.errors import UserError
from slackapp.core.i18n import languages, translatable
from slackapp.models import Member

_WHOLE_WEEK = 0b1111111


@dataclass(frozen=True, slots=True)
class Preferences:
    """`days_off` are bits, 1 is Monday; `away` is the first and last day of leave."""

    messages: bool
    quiet: tuple[time, time]
    days_off: int
    away: tuple[date, date] | None
    language: str


def save(session: Session, member: Member, wishes: Preferences) -> None:
    """Store them; they hold for every message not yet under way. UserError when they make no sense."""
    if wishes.language not in languages():
        raise UserError(translatable("That is not one of the choices."))
    if wishes.days_off & _WHOLE_WEEK == _WHOLE_WEEK:
        raise UserError(
            translatable(
                "With all seven days off no message could ever come. To stop them, untick the first box."
            )
        ).beside("days_off")
    if wishes.away and wishes.away[1] < wishes.away[0]:
        raise UserError(translatable("The last day of leave can't come before its first.")).beside(
            "away_until"
        )
    member.pulse_messages, member.language = wishes.messages, wishes.language
    member.quiet_from, member.quiet_until = wishes.quiet
    member.days_off = wishes.days_off & _WHOLE_WEEK
    member.away_from, member.away_until = wishes.away or (None, None)
    session.flush()
