"""Teams: their hierarchy, leaders and deputies, and the channel or group each one follows.

Everybody has at most one team, so that an answer is counted once. A leader belongs to the parent team.
"""

from slackapp.teams.assign import Assigned, assign, unassign
from slackapp.teams.edit import (
    LONGEST_NAME,
    TeamForm,
    change,
    check_leaders,
    check_name,
    check_tree,
    end,
    make,
    named,
    of,
)
from slackapp.teams.listing import MemberPage, TeamSummary, member_page, page, search
from slackapp.teams.merge import merge
from slackapp.teams.sync import (
    Changes,
    MembershipSource,
    eligible,
    follow,
    in_channel,
    join,
    leave,
    renamed,
    set_members,
    source_of,
    source_removed,
    sourced,
    sources,
    suggest_name,
    unfollow,
)

__all__ = [
    "LONGEST_NAME",
    "Assigned",
    "Changes",
    "MemberPage",
    "MembershipSource",
    "TeamForm",
    "TeamSummary",
    "assign",
    "change",
    "check_leaders",
    "check_name",
    "check_tree",
    "eligible",
    "end",
    "follow",
    "in_channel",
    "join",
    "leave",
    "make",
    "member_page",
    "merge",
    "named",
    "of",
    "page",
    "renamed",
    "search",
    "set_members",
    "source_of",
    "source_removed",
    "sourced",
    "sources",
    "suggest_name",
    "unassign",
    "unfollow",
]
