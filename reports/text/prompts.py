"""The one question that a leader may ask at the next handover, chosen by what the lines say."""

from datetime import date

from reports.figures.team_month import CheckInStatus, TeamMonth
from reports.text.promised import overdue
from reports.text.topics import TOPICS
from slackapp.core.i18n import Voice, translatable

_OVERDUE = translatable("What is in the way of what we promised?")
_FEW_ANSWERED = translatable("What would make the check-in worth answering?")
_OTHERWISE = translatable("Who made your last shift easier?")


def asking(say: Voice, team: TeamMonth, *, is_for_team: bool) -> str:
    """What stands before the question."""
    if team.teams:
        return say("Something only you can do:")
    return say("Let us talk about:") if is_for_team else say("Ask at the next handover:")


def question(say: Voice, team: TeamMonth, today: date) -> str:
    """About a promise that is late, else the first need, else what is missing; a level above has its own."""
    if team.teams:
        return say("ask each leader for one obstacle, and remove one this month.")
    if overdue(team, today):
        return say(_OVERDUE)
    findings = team.pulse.findings
    needs = [finding.key for finding in (*findings.needs, *findings.from_above) if finding.key in TOPICS]
    if needs:
        return say(TOPICS[needs[0]].question)
    return say(_FEW_ANSWERED if team.pulse.held is CheckInStatus.TOO_FEW else _OTHERWISE)
