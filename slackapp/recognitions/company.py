"""Who is there when somebody gives thanks, read in one statement, and who of them can't be thanked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, literal, select
from sqlalchemy.orm import Session

from slackapp.i18n import marked
from slackapp.inbound import Identified
from slackapp.members import Unmet
from slackapp.models import Blocking, Member, Recognition, Team
from slackapp.recognitions.drafts import MOST_A_DAY, MOST_PEOPLE, Draft, Field, Refusal

_LONGEST_DAY = timedelta(hours=25)
"""A local day in autumn."""


@dataclass(frozen=True, slots=True)
class Present:
    """A person as far as giving thanks needs to know them."""

    id: str
    slack_user_id: str
    name: str
    team_id: str | None
    channel: str | None
    """Where their team shares thanks."""
    language: str | None
    time_zone: str | None
    is_bot: bool
    is_stranger: bool
    left: bool
    sharing: str
    accepts_thanks: bool
    nudges: bool
    hinted_at: datetime | None
    blocks: bool
    """Whether they want no thanks from this giver."""
    given_lately: int
    """How many this giver gave in the last hours; the same beside everyone."""


_GIVER = Member.__table__.alias("giver")
_IS_GIVER = and_(
    _GIVER.c.workspace_id == bindparam("workspace"), _GIVER.c.slack_user_id == bindparam("giver_slack_id")
)
_BLOCKS = (
    select(literal(1))
    .select_from(Blocking.__table__.join(_GIVER, _GIVER.c.id == Blocking.giver_id))
    .where(Blocking.member_id == Member.__table__.c.id, _IS_GIVER)
    .exists()
)
_LATELY = (
    select(func.count())
    .select_from(Recognition.__table__.join(_GIVER, _GIVER.c.id == Recognition.giver_id))
    .where(_IS_GIVER, Recognition.given_at > bindparam("since"), Recognition.undone_at.is_(None))
    .scalar_subquery()
)
_OTHERWISE: dict[str, Any] = {"channel": Team.slack_channel_id, "blocks": _BLOCKS, "given_lately": _LATELY}
_COLUMNS: dict[str, Any] = {**dict(Member.__table__.c.items()), **_OTHERWISE}
# Built once, and read as rows: it runs before every thank-you.
_EVERYBODY = (
    select(*[_COLUMNS[field.name].label(field.name) for field in fields(Present)])
    .select_from(Member.__table__.outerjoin(Team.__table__, Team.id == Member.team_id))
    .where(Member.workspace_id == bindparam("workspace"))
)
_COMPANY = _EVERYBODY.where(Member.slack_user_id.in_(bindparam("wanted", expanding=True)))
# Most thank-yous are between two, and a list of changing length is written into the statement anew each time.
_TWO = _EVERYBODY.where(Member.slack_user_id.in_([bindparam("one"), bindparam("other")]))


def gather(
    session: Session, workspace: Identified, giver: str, people: Iterable[str], *, now: datetime
) -> dict[str, Present]:
    """The giver and these people, by Slack id.

    Raises:
        Unmet: One or more of them are not known here.
    """
    wanted = list(dict.fromkeys([giver, *people]))
    told = {"workspace": workspace.id, "giver_slack_id": giver, "since": now - _LONGEST_DAY}
    if len(wanted) == len(("one", "other")):
        rows = session.connection().execute(_TWO, told | {"one": wanted[0], "other": wanted[1]})
    else:
        rows = session.connection().execute(_COMPANY, told | {"wanted": wanted})
    found = {row.slack_user_id: Present(*tuple(row)) for row in rows}
    if missing := [one for one in wanted if one not in found]:
        raise Unmet(missing)
    return found


def has_given_enough(session: Session, giver: Present, zone: str, *, now: datetime) -> bool:
    """Whether this person has given ten on this day, as their own clock has it."""
    if giver.given_lately < MOST_A_DAY:
        return False
    local = now.astimezone(ZoneInfo(giver.time_zone or zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(func.count()).where(
        Recognition.giver_id == giver.id,
        Recognition.given_at >= midnight,
        Recognition.given_at <= now,
        Recognition.undone_at.is_(None),
    )
    return (session.scalar(query) or 0) >= MOST_A_DAY


def receivers(draft: Draft, known: Mapping[str, Present]) -> list[Present]:
    """Who is to be thanked: those named, and of a group those who can be."""
    there = [known[one] for one in dict.fromkeys(draft.people) if one in known]
    return [one for one in there if one.slack_user_id not in draft.gathered or not list(_about(one))]


def about_people(draft: Draft, known: Mapping[str, Present]) -> Iterator[Refusal]:
    """What is in the way of thanking these people. `known` leaves the giver out."""
    wanted = receivers(draft, known)
    if draft.unknown:
        yield Refusal(
            Field.PEOPLE,
            marked(
                "I can't find “{name}” here. Pick the name from Slack's list as you type it, or use the form."
            ),
            name=f"@{draft.unknown[0]}",
        )
    elif draft.people and not known:
        yield Refusal(Field.PEOPLE, marked("You can't thank yourself here. Who helped you do it?"))
    elif not draft.people:
        yield Refusal(Field.PEOPLE, marked("Who would you like to thank? Please choose at least one person."))
    elif not wanted:
        yield Refusal(Field.PEOPLE, marked("Nobody in that group can be thanked here just now."))
    elif len(wanted) > MOST_PEOPLE:
        yield too_many(len(wanted))
    for one in wanted:
        yield from _about(one)


def too_many(count: int) -> Refusal:
    """More people than can be thanked at once."""
    return Refusal(Field.PEOPLE, marked("That is {n} people; 20 at once is the most."), n=count)


def _about(one: Present) -> Iterator[Refusal]:
    if sentence := _in_the_way(one):
        yield Refusal(Field.PEOPLE, sentence, name=one.name)


def _in_the_way(one: Present) -> str | None:
    if one.is_bot:
        return marked("{name} is an app. Who stood behind the work?")
    if one.left:
        return marked("{name} has left, so this can't reach them.")
    if one.is_stranger:
        return marked("{name} is in another organisation, so this can't be sent from here.")
    # Somebody who is blocked is told the same, and not that they are.
    if one.blocks or not one.accepts_thanks:
        return marked("{name} would rather not be thanked here. You could tell them in person.")
    return None
