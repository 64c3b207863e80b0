"""What a digest says of a leader's promises: the one that is due next, or what became of the last."""

from datetime import date

from reports.figures.team_month import EarlierPromise, TeamMonth
from slackapp.core.i18n import Voice
from slackapp.digest.promises import GOING_ON, PromiseDetails
from slackapp.models import PromiseState


def open_promises(team: TeamMonth) -> list[EarlierPromise]:
    """What is neither done nor dropped, the next due first."""
    going_on = [promise for promise in team.promises if promise.details.state in GOING_ON]
    return sorted(going_on, key=lambda promise: promise.details.due)


def overdue(team: TeamMonth, today: date) -> EarlierPromise | None:
    """The open promise that is due next, when its day has passed."""
    return next((promise for promise in open_promises(team)[:1] if promise.details.due < today), None)


def quoted(team: TeamMonth) -> EarlierPromise | None:
    """The promise that the line quotes: the one due next, else the one that was kept last in this month."""
    waiting = open_promises(team)
    if waiting:
        return waiting[0]
    done = [
        promise
        for promise in team.promises
        if promise.details.state is PromiseState.DONE and promise.settled and promise.settled >= team.month
    ]
    return done[-1] if done else None


def line(say: Voice, team: TeamMonth, today: date) -> str:
    """The words after "You promised:"."""
    promise = quoted(team)
    if promise is None:
        return say("nothing is open.") if team.promises else say("nothing yet. One small thing is enough.")
    if promise.details.state is PromiseState.DONE:
        return say("done: “{promise}”.", promise=promise.details.words)
    due = promise.details.due
    sentences = [say("“{promise}”, by {date}.", promise=promise.details.words, date=say.day(due))]
    if due < today:
        sentences.append(say("That date has passed. Is it done?"))
    if more := len(open_promises(team)) - 1:
        sentences.append(say.count("One more is open.", "{n} more are open.", more))
    return " ".join(sentences)


def to_the_team(say: Voice, promise: PromiseDetails) -> str:
    """The words after "We will:"."""
    if promise.state is PromiseState.DONE:
        return say("done: “{promise}”.", promise=promise.words)
    values = {"promise": promise.words, "who": promise.name, "date": say.day(promise.due)}
    return say("“{promise}” {who}, by {date}.", **values)
