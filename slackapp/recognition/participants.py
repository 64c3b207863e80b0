"""The giver and recipients of a recognition, read in one statement, and who of them can't be thanked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, exists, func, literal_column, select
from sqlalchemy.engine import Connection

from slackapp.core.i18n import translatable
from slackapp.models import Blocking, Member, Recognition, Team, Workspace
from slackapp.recognition.draft import MOST_A_DAY, MOST_PEOPLE, Draft, Field, Refusal
from slackapp.workspace.members import UnknownMembers
from slackapp.workspace.registry import NeverInstalled

_LONGEST_DAY = timedelta(hours=25)
"""A local day in autumn."""


class Participant(NamedTuple):
    """The columns of a person that giving thanks needs. A tuple, since one is made for every thank-you."""

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
    """How many this giver gave in the last hours, counted up to ten; the same beside everyone."""


class WorkspaceRow(NamedTuple):
    """The columns of the workspace that giving thanks needs."""

    id: str
    language: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Participants:
    """Everything that is read before a recognition is stored."""

    place: WorkspaceRow
    is_repeat: bool
    """Whether this very thank-you is stored already."""
    giver: Participant
    others: Mapping[str, Participant]
    """By Slack id; the giver is not among them."""


_HERE, _PERSON, _GIVER = Workspace.__table__, Member.__table__, Member.__table__.alias("giver")
_IS_REPEAT = exists().where(Recognition.id == bindparam("recognition"))
_GIVERS_ID = (
    select(_GIVER.c.id)
    .join(Workspace, Workspace.id == _GIVER.c.workspace_id)
    .where(Workspace.slack_team_id == bindparam("slack_team"), _GIVER.c.slack_user_id == bindparam("giver"))
    .correlate(None)
    .scalar_subquery()
)
_BLOCKS = exists().where(Blocking.member_id == _PERSON.c.id, Blocking.giver_id == _GIVERS_ID)
_LATELY = (
    select(Recognition.id)
    .where(
        Recognition.giver_id == _GIVERS_ID,
        Recognition.given_at > bindparam("since"),
        Recognition.undone_at.is_(None),
    )
    # More need not be counted. Without an end PostgreSQL also expects so many that it plans the whole
    # statement anew each time, which takes twice as long as answering it.
    .limit(literal_column(str(MOST_A_DAY)))
    .subquery()
)
_OTHERWISE: dict[str, Any] = {
    "channel": Team.slack_channel_id,
    "blocks": _BLOCKS,
    "given_lately": select(func.count()).select_from(_LATELY).scalar_subquery(),
}
_COLUMNS: dict[str, Any] = {**dict(_PERSON.c.items()), **_OTHERWISE}
# Built once, and read as rows: it runs before every thank-you.
_EVERYBODY = (
    select(
        *[_HERE.c[name] for name in WorkspaceRow._fields],
        _IS_REPEAT.label("is_repeat"),
        *[_COLUMNS[name].label(f"their_{name}") for name in Participant._fields],
    )
    .select_from(
        _HERE.join(_PERSON, _PERSON.c.workspace_id == _HERE.c.id).outerjoin(
            Team.__table__, Team.id == _PERSON.c.team_id
        )
    )
    .where(_HERE.c.slack_team_id == bindparam("slack_team"))
)
_SEVERAL = _EVERYBODY.where(_PERSON.c.slack_user_id.in_(bindparam("wanted", expanding=True)))
# Most thank-yous are between two, and a list of changing length is written into the statement anew each time.
_TWO = _EVERYBODY.where(_PERSON.c.slack_user_id.in_([bindparam("giver"), bindparam("other")]))
_PERSON_BEGINS = len(WorkspaceRow._fields) + 1


def load(
    connection: Connection, slack_team_id: str, people: Sequence[str], *, recognition_id: str, now: datetime
) -> Participants:
    """Load the workspace, the giver (the first of `people`) and the others.

    Raises:
        NeverInstalled: The app is not in this workspace.
        UnknownMembers: One or more of them are not known here.
    """
    giver, *others = dict.fromkeys(people)
    parameters: dict[str, object] = {
        "slack_team": slack_team_id,
        "giver": giver,
        "recognition": recognition_id,
        "since": now - _LONGEST_DAY,
    }
    if len(others) == 1:
        rows = connection.execute(_TWO, parameters | {"other": others[0]}).all()
    else:
        rows = connection.execute(_SEVERAL, parameters | {"wanted": [giver, *others]}).all()
    people_by_id = {
        participant.slack_user_id: participant
        for participant in (Participant(*row[_PERSON_BEGINS:]) for row in rows)
    }
    if missing := [participant for participant in (giver, *others) if participant not in people_by_id]:
        if connection.scalar(select(_HERE.c.id).where(_HERE.c.slack_team_id == slack_team_id)) is None:
            raise NeverInstalled
        raise UnknownMembers(missing)
    place_id, language, time_zone, is_repeat, *_ = rows[0]
    return Participants(
        WorkspaceRow(place_id, language, time_zone), is_repeat, people_by_id.pop(giver), people_by_id
    )


def has_given_enough(
    connection: Connection, participants: Participants, *, excluding: str, now: datetime
) -> bool:
    """Whether the giver has given ten others on this day of their own time zone, `excluding` this id."""
    giver = participants.giver
    if giver.given_lately < MOST_A_DAY:
        return False
    local = now.astimezone(ZoneInfo(giver.time_zone or participants.place.time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    query = select(func.count()).where(
        Recognition.giver_id == giver.id,
        Recognition.id != excluding,
        Recognition.given_at >= midnight,
        Recognition.given_at <= now,
        Recognition.undone_at.is_(None),
    )
    return (connection.scalar(query) or 0) >= MOST_A_DAY


def receivers(draft: Draft, known: Mapping[str, Participant]) -> list[Participant]:
    """Return who is to be thanked: those named, and the members of a group who can be."""
    named = [known[participant] for participant in dict.fromkeys(draft.people) if participant in known]
    return [
        participant
        for participant in named
        if participant.slack_user_id not in draft.group_members or not list(_about(participant))
    ]


def refusals(draft: Draft, known: Mapping[str, Participant]) -> Iterator[Refusal]:
    """Yield the reasons why these people cannot be thanked. `known` leaves the giver out."""
    receiving = receivers(draft, known)
    if draft.unknown:
        yield Refusal(
            Field.PEOPLE,
            translatable(
                "I can't find “{name}” here. Pick the name from Slack's list as you type it, or use the form."
            ),
            name=f"@{draft.unknown[0]}",
        )
    elif draft.people and not known:
        yield Refusal(Field.PEOPLE, translatable("You can't thank yourself here. Who helped you do it?"))
    elif not draft.people:
        yield Refusal(
            Field.PEOPLE, translatable("Who would you like to thank? Please choose at least one person.")
        )
    elif not receiving:
        yield Refusal(Field.PEOPLE, translatable("Nobody in that group can be thanked here just now."))
    elif len(receiving) > MOST_PEOPLE:
        yield too_many(len(receiving))
    for participant in receiving:
        yield from _about(participant)


def too_many(count: int) -> Refusal:
    """Return the refusal for more people than can be thanked at once."""
    return Refusal(Field.PEOPLE, translatable("That is {n} people; 20 at once is the most."), n=count)


def _about(participant: Participant) -> Iterator[Refusal]:
    if sentence := _in_the_way(participant):
        yield Refusal(Field.PEOPLE, sentence, name=participant.name)


def _in_the_way(participant: Participant) -> str | None:
    if participant.is_bot:
        return translatable("{name} is an app. Who stood behind the work?")
    if participant.left:
        return translatable("{name} has left, so this can't reach them.")
    if participant.is_stranger:
        return translatable("{name} is in another organisation, so this can't be sent from here.")
    # A blocked giver reads the same sentence, and does not learn that they are blocked.
    if participant.blocks or not participant.accepts_thanks:
        return translatable("{name} would rather not be thanked here. You could tell them in person.")
    return None
