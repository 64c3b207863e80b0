"""Months to draw and to tell of, from rich to empty."""

from collections.abc import Sequence
from datetime import date

from reports.figures.spans import Span
from reports.figures.team_month import CheckInStatus, Highlight, Missing, Mix, Pulse, Reach, Share, TeamMonth
from slackapp.core.behaviours import Behaviour
from slackapp.pulse.disclosure import Cell, Turnout

NOVEMBER = date(2025, 11, 1)
Row = Sequence[tuple[int, int, int] | None]


def months(count: int) -> tuple[date, ...]:
    return tuple(date(2025, month, 1) for month in range(12 - count, 12))


def spans(row: Row, parts: int = 4) -> tuple[Span | None, ...]:
    return tuple(Span(Cell(*cell), parts) if cell else None for cell in row)


def pulse(
    *rows: Row,
    held: CheckInStatus = CheckInStatus.SHOWN,
    missing: Sequence[Missing] = (),
    turnout: Sequence[Turnout] = (),
) -> Pulse:
    return Pulse(
        held=held,
        months=months(len(rows[0])),
        items=dict(zip(Behaviour, (spans(row) for row in rows), strict=True)),
        missing=tuple(missing),
        turnout=tuple(turnout),
    )


# 48 answers a month: a sum of 48 to 240.
RICH_ROWS: tuple[Row, ...] = (
    [(48, 144, 160), (48, 150, 169), (48, 171, 187), None, (48, 158, 176), (48, 165, 181)],
    [(48, 144, 160), (48, 123, 144), (48, 152, 168), None, (48, 135, 154), (48, 144, 160)],
    [(48, 188, 205), (48, 202, 240), (48, 211, 240), None, (48, 183, 201), (48, 209, 240)],
    [(48, 123, 139), (48, 123, 144), (48, 111, 127), None, (48, 86, 105), (48, 76, 94)],
)
RICH = TeamMonth(
    team="Ward 7",
    month=NOVEMBER,
    k=5,
    mix=Mix((12, 9, 19, None), (10, 11, 12, 6)),
    is_first=False,
    pulse=pulse(*RICH_ROWS, turnout=[Turnout.HALF_TO_THREE_QUARTERS]),
    reach=Reach(Share.MOST, None),
    highlights=(
        Highlight("Carys Bevan", "Tomos Rees", Behaviour.HELPING, "Stayed after the shift to find us a bed."),
        Highlight(
            "Amina Yusuf", "Grace Mensah", Behaviour.ATTENDING, "Sat down and listened, twice.\nThank you."
        ),
    ),
)
FIRST = TeamMonth(
    team="Ward 7",
    month=NOVEMBER,
    k=5,
    mix=Mix((8, 7, 9, 6), None),
    is_first=True,
    pulse=pulse([(20, 70, 80)], [(20, 20, 42)], [(20, 82, 100)], [(20, 58, 67)], turnout=[Turnout.MORE]),
    reach=Reach(Share.NEARLY_EVERYONE, None),
    highlights=(),
)
UNDER_FIVES = TeamMonth(
    team="Night team",
    month=NOVEMBER,
    k=5,
    mix=Mix((None, 5, None, None), (None, None, 6, None)),
    is_first=False,
    pulse=pulse([None] * 1, [None], [None], [None], held=CheckInStatus.NONE),
    reach=Reach(Share.ABOUT_HALF, "Medicine"),
    highlights=(),
)
TOO_FEW = TeamMonth(
    team="Ward 7",
    month=NOVEMBER,
    k=5,
    mix=Mix((30, 28, 33, 29), (None, 8, 9, 10)),
    is_first=False,
    pulse=pulse(
        [(10, 29, 32), None, None, (10, 42, 50), None, None],
        [(10, 10, 21), None, None, None, (10, 28, 32), None],
        [(10, 42, 50), None, None, None, (10, 42, 50), None],
        [(10, 29, 32), None, None, (10, 10, 21), None, None],
        held=CheckInStatus.TOO_FEW,
        missing=[Missing(date(2025, 11, 9), "Medicine"), Missing(date(2025, 11, 16), "Medicine")],
        turnout=[Turnout.UNDER_HALF],
    ),
    reach=None,
    highlights=(),
)
TWO_MONTHS = TeamMonth(
    team="Community Learning Disability and Autism Assessment and Treatment Service, Powys Teaching Board",
    month=NOVEMBER,
    k=5,
    mix=Mix((40, 9, 21, 20), None),
    is_first=False,
    pulse=pulse(
        [(48, 144, 160), (48, 209, 228)],
        [(48, 144, 160), (48, 158, 174)],
        [None, (48, 48, 80)],
        [(48, 100, 102), (48, 100, 102)],
        missing=[Missing(date(2025, 11, 9), "Medicine"), Missing(date(2025, 11, 30), None, lost=True)],
        turnout=[Turnout.UNDER_HALF, Turnout.MORE],
    ),
    reach=Reach(Share.FEWER_THAN_HALF, None),
    highlights=(),
)
SPREAD = TeamMonth(
    team="Ward 7",
    month=NOVEMBER,
    k=5,
    mix=Mix((8, 9, 9, 8), (8, 9, 9, 8)),
    is_first=False,
    pulse=pulse(*([(48, 150, 166)] * 3 for _ in range(4)), turnout=[Turnout.MORE]),
    reach=Reach(Share.MOST, None),
    highlights=(),
)
EMPTY = TeamMonth(
    team="Team of four",
    month=NOVEMBER,
    k=5,
    mix=None,
    is_first=False,
    pulse=pulse(
        [None],
        [None],
        [None],
        [None],
        held=CheckInStatus.TOO_FEW,
        missing=[Missing(date(2025, 11, 9), "Medicine")],
    ),
    reach=None,
    highlights=(),
)
PATCHY = TeamMonth(
    team="Ward 7",
    month=NOVEMBER,
    k=5,
    mix=Mix((40, 30, 20, 10), (40, 30, 20, 10), is_about=True),
    is_first=False,
    pulse=pulse(
        *([None, (10, 29, 32), None, (10, 42, 50), None, (10, low, low + 3)] for low in (37, 30, 29, 12)),
        turnout=[Turnout.MORE],
    ),
    reach=Reach(Share.MOST, None),
    highlights=(),
)
ALL = {
    "rich": RICH,
    "first": FIRST,
    "under_fives": UNDER_FIVES,
    "too_few": TOO_FEW,
    "two_months": TWO_MONTHS,
    "spread": SPREAD,
    "empty": EMPTY,
    "patchy": PATCHY,
}
