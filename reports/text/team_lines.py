"""The sentences that a level above reads about its teams, with promises as they were written."""

from datetime import date

from reports.figures.team_line import Act, TeamLine
from reports.text.sentences import team_name
from slackapp.core.i18n import Voice

LEADER = "{leader}"
"""The place in a sentence where its reader is to see the leader's name."""


def sentence(say: Voice, line: TeamLine) -> str:
    """The line about a team, without its name; `LEADER` stands where its leader is to be named."""
    if line.act is Act.UNANSWERED and line.since:
        month = say.month(line.since)
        return say(
            "Not answered since {month}'s digest. Ask {leader} what is in the way.",
            month=month,
            leader=LEADER,
        )
    if line.act is Act.KEPT:
        sentence_kept = say("Kept: “{promise}”.", promise=line.kept_promise)
        return " ".join([sentence_kept, _promised(say, line)]) if line.promise else sentence_kept
    if line.act in (Act.OVERDUE, Act.PROMISED):
        passed = [say("That date has passed.")] if line.act is Act.OVERDUE else []
        return " ".join([_promised(say, line), *passed])
    if line.act is Act.JOINED:
        team = team_name(line.joined)
        return say("Too small to show. Its answers are counted with {team}.", team=team)
    return say("No digest yet.") if line.act is Act.NO_DIGEST else say("Nothing to tell yet.")


def in_short(say: Voice, line: TeamLine) -> str:
    """The same in one short line, without what was promised."""
    if line.act is Act.UNANSWERED and line.since:
        return say("Not answered since {month}'s digest.", month=say.month(line.since))
    if line.act is Act.KEPT:
        return say("Kept a promise.")
    if line.act is Act.OVERDUE:
        return say("A promise's date has passed: {date}.", date=say.day(line.due or date.min))
    if line.act is Act.PROMISED:
        return say("Promised, by {date}.", date=say.day(line.due or date.min))
    return sentence(say, line)


def _promised(say: Voice, line: TeamLine) -> str:
    return say("Promised: “{promise}”, by {date}.", promise=line.promise, date=say.day(line.due or date.min))
