"""Units of the organisation: their hierarchy, leaders and deputies, and what keeps each in step.

Everybody has at most one unit, so that an answer is counted once. Whoever leads belongs to the parent.
"""

from slackapp.units.following import (
    Moved,
    Source,
    could_join,
    follow_nothing,
    in_channel,
    join,
    keep_in_step,
    leave,
    match,
    place_gone,
    renamed,
    source_of,
    sourced,
    sources,
    suggested,
)
from slackapp.units.listing import Listed, Roll, page, roll, search
from slackapp.units.making import (
    LONGEST_NAME,
    Wish,
    change,
    check_leaders,
    check_name,
    check_tree,
    end,
    make,
    named,
    of,
)
from slackapp.units.merging import merge
from slackapp.units.people import Put, put_in, take_out

__all__ = [
    "LONGEST_NAME", "Listed", "Moved", "Put", "Roll", "Source", "Wish", "change", "check_leaders",
    "check_name", "check_tree", "could_join", "end", "follow_nothing", "in_channel", "join", "keep_in_step",
    "leave", "make", "match", "merge", "named", "of", "page", "place_gone", "put_in", "renamed", "roll",
    "search", "source_of", "sourced", "sources", "suggested", "take_out",
]  # fmt: skip
