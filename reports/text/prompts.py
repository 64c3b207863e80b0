"""What a leader might ask the team, chosen by what the figures show."""

from reports.figures.significance import claim, named_least
from reports.figures.team_month import CheckInStatus, Share, TeamMonth
from reports.text import follow_up as answering
from reports.text.sentences import month_after
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, translatable
from slackapp.digest.promises import GOING_ON
from slackapp.pulse.disclosure import Change, Turnout

FEWEST, MOST = 2, 3

_RATED_LOW: dict[Behaviour, tuple[str, ...]] = {
    Behaviour.ATTENDING: (
        translatable("When is there time to be heard, and when is there not?"),
        translatable("What should I come and see for myself?"),
    ),
    Behaviour.UNDERSTANDING: (
        translatable("What do I not yet understand about your shifts?"),
        translatable("Which problem should we work out together first?"),
    ),
    Behaviour.EMPATHISING: (
        translatable("What has been hard lately that I may not have seen?"),
        translatable("What would show you that it matters to me?"),
    ),
    Behaviour.HELPING: (
        translatable("What gets in the way of practical help?"),
        translatable("What is one thing we could remove?"),
    ),
}
_NAMED_LEAST: dict[Behaviour, str] = {
    Behaviour.ATTENDING: translatable("When did somebody last stop and really listen to you?"),
    Behaviour.UNDERSTANDING: translatable("When did talking it through change how you saw a problem?"),
    Behaviour.EMPATHISING: translatable("What helps you feel that a colleague is with you?"),
    Behaviour.HELPING: translatable("What gets in the way of practical help?"),
}
_LOWER = translatable("What has changed on your shifts since last month?")
_HIGHER = translatable("What went better this month that we should keep?")
_FEW_ANSWERED = translatable("What would make the check-in worth answering?")
_NOT_KEPT = translatable("What stops us from doing what we said we would?")
_UNSEEN = translatable("Which work here goes unseen?")
_QUIET = translatable("Who made your last shift easier?")
_ALWAYS = (
    translatable("What went well this month that we should keep?"),
    translatable("What one small thing would make next month easier?"),
)


def suggested(say: Voice, team: TeamMonth) -> list[str]:
    """Two or three questions for the next team meeting, the most telling first; one in a quiet month."""
    told = list(dict.fromkeys([*_from_pulse(team), *_from_promises(team), *_from_thanks(team)]))
    if Turnout.UNDER_HALF in team.pulse.turnout or team.pulse.held is CheckInStatus.TOO_FEW:
        told.append(_FEW_ANSWERED)
    if told != [_QUIET]:
        told += [one for one in _ALWAYS if one not in told][: max(0, FEWEST - len(told))]
    return [say(question) for question in told[:MOST]]


def _from_pulse(team: TeamMonth) -> list[str]:
    if team.pulse.held is not CheckInStatus.SHOWN:
        return []
    shown = claim(team.pulse)
    if shown.changed:
        item, changed = shown.changed
        return [_LOWER, _RATED_LOW[item][0]] if changed is Change.LOWER else [_HIGHER]
    return list(_RATED_LOW[shown.lowest]) if shown.lowest else []


def _from_promises(team: TeamMonth) -> list[str]:
    """Whether one that was due by the month's end is not kept."""
    end = month_after(team.month)
    late = [one for one in answering.current(team) if one.told.state in GOING_ON and one.told.due < end]
    return [_NOT_KEPT] if late else []


def _from_thanks(team: TeamMonth) -> list[str]:
    if team.mix is None:
        return [_QUIET]
    least = named_least(team.mix)
    few = team.reach is not None and team.reach.share is Share.FEWER_THAN_HALF
    return [*([_NAMED_LEAST[least]] if least else []), *([_UNSEEN] if few else [])]
