"""Whom the thanks of three months touch: their givers and receivers, in the teams they had then."""

from typing import Any

from sqlalchemy import CTE, case, select, union

from reports.queries.asking import Scope
from slackapp import calendar
from slackapp.models import Recipient, Recognition


def recognitions_between(asked: Scope, since: Any, until: Any) -> Any:  # noqa: ANN401 - columns common to several selects
    """Which thanks count."""
    return (
        Recognition.workspace_id == asked.workspace.id,
        Recognition.undone_at.is_(None),
        Recognition.given_at >= since,
        Recognition.given_at < until,
        # What its receiver found unkind goes on counting: its giver would see from a figure that it was told.
    )


def thanks_of_three_months(asked: Scope) -> CTE:
    """A row for each receiver; `age` is 0 for the month that is asked for, 1 and 2 for those before it."""
    before = calendar.month_before(asked.month)
    months = (asked.month, before, calendar.month_before(before))
    starts = [asked.bounds(month)[0] for month in months]
    during = recognitions_between(asked, starts[-1], asked.bounds(asked.month)[1])
    ages = [(Recognition.given_at >= start, age) for age, start in enumerate(starts)]
    age = case(*ages, else_=len(starts)).label("age")
    columns = (Recognition.id, Recognition.behaviour, age, Recognition.giver_team_id, Recognition.giver_id)
    return (
        select(*columns, Recipient.team_id, Recipient.member_id).join(Recipient).where(*during).cte("thanks")
    )


def affected_people(thanks: CTE) -> CTE:
    """A row for each team and person that a thank-you touches."""
    same = (thanks.c.id, thanks.c.behaviour, thanks.c.age)
    received = select(*same, thanks.c.team_id, thanks.c.member_id.label("person"))
    return union(received, select(*same, thanks.c.giver_team_id, thanks.c.giver_id)).cte()
