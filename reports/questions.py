"""What a leader might ask the team, chosen by what the figures show."""

from reports.claims import claim, named_least
from reports.figures import Held, TeamMonth
from slackapp.behaviours import Behaviour
from slackapp.i18n import Voice, marked
from slackapp.pulse.disclosure import Change, Turnout

MOST = 2

_RATED_LOW: dict[Behaviour, tuple[str, ...]] = {
    Behaviour.ATTENDING: (
        marked("When is there time to be heard, and when is there not?"),
        marked("What should I come and see for myself?"),
    ),
    Behaviour.UNDERSTANDING: (
        marked("What do I not yet understand about your shifts?"),
        marked("Which problem should we work out together first?"),
    ),
    Behaviour.EMPATHISING: (
        marked("What has been hard lately that I may not have seen?"),
        marked("What would show you that it matters to me?"),
    ),
    Behaviour.HELPING: (
        marked("What gets in the way of practical help?"),
        marked("What is one thing we could remove?"),
    ),
}
_NAMED_LEAST: dict[Behaviour, str] = {
    Behaviour.ATTENDING: marked("When did somebody last stop and really listen to you?"),
    Behaviour.UNDERSTANDING: marked("When did talking it through change how you saw a problem?"),
    Behaviour.EMPATHISING: marked("What helps you feel that a colleague is with you?"),
    Behaviour.HELPING: marked("What gets in the way of practical help?"),
}
_LOWER = marked("What has changed on your shifts since last month?")
_HIGHER = marked("What went better this month that we should keep?")
_FEW_ANSWERED = marked("What would make the check-in worth answering?")
_QUIET = marked("Who made your last shift easier?")
_ALWAYS = marked("What went well this month that we should keep?")


def suggested(say: Voice, team: TeamMonth) -> list[str]:
    """One or two questions for the next team meeting, the most telling first."""
    found = [*_from_pulse(team), *_from_thanks(team)]
    if Turnout.UNDER_HALF in team.pulse.turnout or team.pulse.held is Held.TOO_FEW:
        found.append(_FEW_ANSWERED)
    if team.mix is None and not found:
        return [say(_QUIET)]
    return [say(question) for question in list(dict.fromkeys([*found, _ALWAYS]))[:MOST]]


def _from_pulse(team: TeamMonth) -> list[str]:
    if team.pulse.held is not Held.SHOWN:
        return []
    shown = claim(team.pulse)
    if shown.changed:
        item, changed = shown.changed
        return [_LOWER, _RATED_LOW[item][0]] if changed is Change.LOWER else [_HIGHER]
    return list(_RATED_LOW[shown.lowest]) if shown.lowest else []


def _from_thanks(team: TeamMonth) -> list[str]:
    if team.mix is None:
        return [_QUIET]
    least = named_least(team.mix)
    return [_NAMED_LEAST[least]] if least else []
