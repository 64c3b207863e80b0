"""The practice hospital's staff go on while time is moved: they thank, share and answer."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from slackapp.app import Appreciate
from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import is_working_day
from slackapp.core.i18n import voice
from slackapp.demo import history
from slackapp.demo.history import Deck, Thanks
from slackapp.demo.thanks import THANKS

_AT = time(14, 0)
_WEDNESDAY = 2
_A_DAY = 3
_SEED = 11
# How often thanks come from each team, and what they are for: attending, understanding, empathising, helping.
_TEAMS = {"Ward 7": 5, "Acute Medical Unit": 3, "Discharge Team": 1, "Medicine": 1}
_BEHAVIOURS = {
    "Ward 7": (4, 4, 5, 5),
    "Acute Medical Unit": (2, 3, 2, 4),
    "Discharge Team": (1, 1, 1, 1),
    "Medicine": (1, 1, 1, 1),
}


class LivingStaff:
    """Follows the sandbox's clock: the app's due work, and once on each working day the staff's."""

    def __init__(self, app: Appreciate) -> None:
        self._app = app
        self._chance = Random(_SEED)  # noqa: S311 - a believable hospital, not a secret
        self._decks = {behaviour: Deck(words, self._chance) for behaviour, words in THANKS.items()}
        self._latest: datetime | None = None

    def next_due(self, after: datetime) -> tuple[datetime, str]:
        """The next moment at which anything happens, not before `after`."""
        say = voice()
        own = self._next(after), say("the staff go on with their work")
        due = self._app.next_due(after)
        return min(due, own) if due else own

    def run_due(self, now: datetime) -> None:
        """Do what is due, the staff's part first."""
        if now == self._next(now):
            self._latest = now
            self._work(now)
        self._app.run_due(now)

    def _next(self, after: datetime) -> datetime:
        day = after.astimezone(UTC).date()
        while not self._is_ahead(day, after):
            day += timedelta(days=1)
        return _moment(day)

    def _is_ahead(self, day: date, after: datetime) -> bool:
        moment = _moment(day)
        is_new = self._latest is None or moment > self._latest
        return moment >= after and is_new and is_working_day(day, "ENG")

    def _work(self, now: datetime) -> None:
        for number in range(_A_DAY):
            history.give_thanks(self._app, self._thanks(now + timedelta(seconds=number)))
        if now.weekday() == _WEDNESDAY:
            history.answer(self._app, self._chance, (now - history.BEGINNING).days // 7)

    def _thanks(self, at: datetime) -> Thanks:
        team = self._chance.choices([*_TEAMS], weights=[*_TEAMS.values()])[0]
        behaviour = self._chance.choices([*Behaviour], weights=_BEHAVIOURS[team])[0]
        giver, receiver = history.choose_pair(self._chance, team)
        is_shared = self._chance.random() < history.SHARED
        return Thanks(at, giver, receiver, behaviour, self._decks[behaviour].draw(), is_shared)


def _moment(day: date) -> datetime:
    return datetime.combine(day, _AT, tzinfo=UTC)
