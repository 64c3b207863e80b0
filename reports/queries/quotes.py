"""Read thank-yous that their receivers shared, and choose those that digests quote."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from reports.figures.team_month import Highlight
from reports.queries.scope import Scope, recognitions_between
from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import month_before
from slackapp.models import Member, Recipient, Recognition, Sharing

HIGHLIGHTS = 3
QUOTE_LENGTH = (40, 200)
"""Characters of a thank-you that may be quoted in the message."""


def highlights(session: Session, scope: Scope) -> dict[str, list[Highlight]]:
    """The quoted thank-you of the month and the newest others that were shared with their own team.

    A level above tells none of the teams below it: it was not shared with everybody there.
    """
    giver, receiver = aliased(Member), aliased(Member)
    is_quoted = Recipient.quoted_in.is_not(None)
    newest = (is_quoted.desc(), Recipient.given_at.desc(), Recipient.member_id)
    place = func.row_number().over(partition_by=Recipient.team_id, order_by=newest)
    ranked = (
        select(
            Recipient.team_id,
            giver.name.label("giver"),
            receiver.name.label("receiver"),
            Recognition.behaviour,
            Recognition.words,
            is_quoted.label("is_quoted"),
            place.label("place"),
        )
        .select_from(Recipient)
        .join(Recognition, Recognition.id == Recipient.recognition_id)
        .join(giver, giver.id == Recognition.giver_id)
        .join(receiver, receiver.id == Recipient.member_id)
        .where(*_shared_in_month(scope))
        .subquery()
    )
    by_team: dict[str, list[Highlight]] = defaultdict(list)
    for row in session.execute(select(ranked).where(ranked.c.place <= HIGHLIGHTS).order_by(ranked.c.place)):
        behaviour, is_first = Behaviour(row.behaviour), not by_team[row.team_id]
        thanks = Highlight(
            row.giver, row.receiver, behaviour, row.words, is_quoted=row.is_quoted and is_first
        )
        by_team[row.team_id].append(thanks)
    return by_team


def choose_quotes(session: Session, scope: Scope, pick: Callable[[Sequence[str]], str]) -> None:
    """Choose by chance which shared thank-you each team's digest quotes; for some there is none.

    None is quoted twice, and nobody's two months running. Chance alone decides: a choice would be a prize.
    """
    shortest, longest = QUOTE_LENGTH
    candidates = (
        select(Recipient.team_id, Recipient.recognition_id, Recipient.member_id)
        .join(Recognition, Recognition.id == Recipient.recognition_id)
        .where(*_shared_in_month(scope), func.length(Recognition.words).between(shortest, longest))
        .where(Recipient.recognition_id.not_in(_quoted_before()))
        .order_by(Recipient.recognition_id, Recipient.member_id)
    )
    last = _quoted_last_month(session, scope)
    by_team: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for team, recognition, member in session.execute(candidates):
        if member != last.get(str(team)):
            by_team[str(team)][f"{recognition}:{member}"] = (recognition, member)
    for several in by_team.values():
        recognition, member = several[pick(sorted(several))]
        quoted = update(Recipient).where(
            Recipient.recognition_id == recognition, Recipient.member_id == member
        )
        session.execute(quoted.values(quoted_in=scope.month))


def _quoted_before() -> Any:  # noqa: ANN401 - a select for another's where
    return select(Recipient.recognition_id).where(Recipient.quoted_in.is_not(None))


def _quoted_last_month(session: Session, scope: Scope) -> dict[str, str]:
    """Return by team whose thank-you last month's digest quoted."""
    rows = select(Recipient.team_id, Recipient.member_id).where(
        Recipient.team_id.in_(scope.teams), Recipient.quoted_in == month_before(scope.month)
    )
    return {str(team): member for team, member in session.execute(rows)}


def _shared_in_month(scope: Scope) -> tuple[Any, ...]:
    during = recognitions_between(scope, *scope.bounds(scope.month))
    is_shared = (Recipient.sharing == Sharing.SHARED, Recognition.words.is_not(None))
    return (*during, *is_shared, Recipient.team_id.in_(scope.teams))
