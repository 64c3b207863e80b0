"""One chart in its three forms."""

from dataclasses import dataclass

from reports.charts.spec import Picture
from reports.text.sentences import Table


@dataclass(frozen=True, slots=True)
class ChartContent:
    """One chart of a digest: as a picture, as its alt text and as a table."""

    name: str
    title: str
    picture: Picture
    alt: str
    table: Table
