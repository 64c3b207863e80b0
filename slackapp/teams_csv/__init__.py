"""Teams from a CSV file: read, compared with what is there, and then either told or done.

Columns: `team` (required), `parent`, `leader`, `deputy`, `channel`, `person`. A row may describe a team,
name one person in it, or both. People are given by Slack's id or by the name they go by in Slack,
parents by name, channels by Slack's id. What the file does not name stays as it is.
"""

from slackapp.teams_csv.comparing import carry_out, plan
from slackapp.teams_csv.reading import Change, Kind, Plan, Problem, Row, read

__all__ = ["Change", "Kind", "Plan", "Problem", "Row", "carry_out", "plan", "read"]
