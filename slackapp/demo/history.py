"""Three months of history in the practice hospital, from a seeded random generator."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import update
from sqlalchemy.orm import Session

from slackapp.app import Appreciate
from slackapp.core.behaviours import Behaviour
from slackapp.core.calendar import month_after
from slackapp.demo import hospital, promised
from slackapp.demo.hospital import HospitalTeam
from slackapp.demo.thanks import THANKS
from slackapp.models import Member, Poll, Team, Visibility, Workspace
from slackapp.pulse import rounds
from slackapp.pulse.ballots import CANT_SAY
from slackapp.recognition import give, sharing
from slackapp.recognition.draft import Draft
from slackapp.workspace import members, registry

BEGINNING = datetime(2026, 8, 24, 6, 0, tzinfo=UTC)
"""A Monday, three months before the demo begins."""

MORNING = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
"""Where the demo's clock starts: a Tuesday, with a check-in open and the month's end a week away."""

FIRST_DIGEST = "2026-11"
EARLIER_DIGESTS = "2026-09"
"""The first digest of a hospital with a history: two have come before the demo begins."""
_SEED = 7
_BUSY_HOURS = (7, 20)

# How often each behaviour is named, month by month: attending, understanding, empathising, helping.
_NAMED: dict[str, dict[str, tuple[int, int, int, int]]] = {
    "2026-08": {"Ward 7": (2, 2, 3, 2), "Acute Medical Unit": (1, 2, 1, 2)},
    "2026-09": {
        "Ward 7": (9, 10, 11, 7),
        "Acute Medical Unit": (6, 7, 5, 8),
        "Discharge Team": (3, 4, 2, 4),
        "Medicine": (2, 3, 2, 1),
    },
    "2026-10": {
        "Ward 7": (10, 11, 12, 6),
        "Acute Medical Unit": (7, 6, 6, 9),
        "Discharge Team": (2, 5, 2, 5),
        "Medicine": (1, 3, 2, 2),
    },
    "2026-11": {
        "Ward 7": (12, 9, 19, 4),
        "Acute Medical Unit": (6, 8, 5, 12),
        "Discharge Team": (3, 4, 1, 3),
        "Medicine": (2, 2, 2, 1),
    },
}
# The usual answer to the four items and the fifth, and how it moves over the three months.
_MOOD = {
    "Ward 7": ((3.6, 3.1, 4.3, 2.4, 3.4), (0.5, 0.1, 0.2, -0.2, 0.0)),
    "Acute Medical Unit": ((3.9, 3.6, 3.5, 3.7, 3.5), (-0.3, 0.2, 0.1, 0.3, 0.0)),
    "Discharge Team": ((3.4, 3.8, 3.2, 3.6, 3.3), (0.0, 0.0, 0.0, 0.0, 0.0)),
    "Medicine": ((3.3, 3.5, 3.4, 3.0, 3.4), (0.2, 0.0, 0.1, 0.2, 0.0)),
}
_SINCE_THE_PROMISE = {"Ward 7": (0.1, 0.1, 0.0, 1.4, 0.2)}
"""How Ward 7's answers move in December, after what its leader promises in the tour: practical help."""
_WEEKS = 13
"""Of the history; then time is moved by whoever looks at it."""
_CANT_SAY_SHARE = 0.06
_TURNOUT = 0.78
SHARED = 1 / 4
"""Of the thank-yous, how many their receivers share."""
_SPREAD = 0.85


@dataclass(frozen=True, slots=True)
class Thanks:
    """One thank-you that will be given."""

    at: datetime
    giver: str
    receiver: str
    behaviour: Behaviour
    words: str
    with_team: bool


def set_up(
    app: Appreciate,
    *,
    since: datetime = BEGINNING,
    first_digest: str = FIRST_DIGEST,
    are_welcomed: bool = True,
) -> None:
    """Set the workspace up as an admin would: teams, leaders, check-in and first digest.

    Its people have had their welcome, long before this history begins.
    """
    with app.sessions.begin() as session:
        workspace = _workspace(session)
        workspace.pulse_on, workspace.pulse_since = True, since
        workspace.digests_from = first_digest
        everyone = members.get_all(session, workspace, [team.id for team in hospital.staff()])
        directorate = members.create_team(
            session, workspace, hospital.DIRECTORATE, channel=hospital.DIRECTORATE_CHANNEL
        )
        members.put_in_team(session, everyone[hospital.OPERATIONS.id], directorate)
        for team in hospital.TEAMS:
            _set_up_team(session, workspace, team, directorate)
        members.set_leader(session, directorate, everyone[hospital.DIRECTOR.id])
        session.execute(update(Member).values(welcomed=are_welcomed))


def _set_up_team(session: Session, workspace: Workspace, seed: HospitalTeam, parent: Team) -> None:
    team = members.create_team(session, workspace, seed.name, parent=parent, channel=seed.channel_id)
    people = members.get_all(session, workspace, [seed.leader.id, *(person.id for person in seed.staff)])
    leader = people.pop(seed.leader.id)
    for person in people.values():
        members.put_in_team(session, person, team)
    members.set_leader(session, team, leader)


def live_through(app: Appreciate, move_to: Callable[[datetime], None]) -> None:
    """Simulate three months. `move_to` moves the clock and runs everything due."""
    chance = Random(_SEED)  # noqa: S311 - a believable history, not a secret
    for at, action in sorted(_actions(app, chance), key=lambda timed_action: timed_action[0]):
        move_to(at)
        action()
    move_to(MORNING)


def _actions(app: Appreciate, chance: Random) -> Iterator[tuple[datetime, Callable[[], None]]]:
    for thanks in _all_thanks(chance):
        yield thanks.at, lambda thanks=thanks: give_thanks(app, thanks)  # type: ignore[misc]  # bound here on purpose
    first = datetime(2026, 8, 26, 14, tzinfo=UTC)
    for week in range(_WEEKS):
        yield first + timedelta(weeks=week), lambda week=week: answer(app, chance, week)  # type: ignore[misc]
    yield MORNING - timedelta(hours=1), lambda: answer(app, chance, _WEEKS)
    yield from promised.acts(app)


def _all_thanks(chance: Random) -> Iterator[Thanks]:
    # Whoever reads a channel reads no sentence twice; what is private only its receiver reads.
    decks = {
        (behaviour, is_shared): Deck(words, chance)
        for behaviour, words in THANKS.items()
        for is_shared in (True, False)
    }
    read: dict[str, set[str]] = defaultdict(set)
    for month, teams in _NAMED.items():
        for team, counts in teams.items():
            for behaviour, count in zip(Behaviour, counts, strict=True):
                for _ in range(count):
                    giver, receiver = choose_pair(chance, team)
                    is_shared = chance.random() < SHARED
                    words = decks[behaviour, is_shared].draw(read[receiver])
                    read[receiver].add(words)
                    yield Thanks(
                        at=_moment(chance, month),
                        giver=giver,
                        receiver=receiver,
                        behaviour=behaviour,
                        words=words,
                        with_team=is_shared,
                    )


class Deck:
    """Sentences in random order, none again before all have been used."""

    def __init__(self, words: tuple[str, ...], chance: Random) -> None:
        self._words, self._chance, self._left = words, chance, list[str]()

    def draw(self, but: Collection[str] = ()) -> str:
        """Return the next sentence that is not one of `but`, as long as there is any."""
        if not self._left:
            self._left = self._chance.sample(self._words, len(self._words))
        words = next((words for words in reversed(self._left) if words not in but), self._left[-1])
        self._left.remove(words)
        return words


def choose_pair(chance: Random, team: str) -> tuple[str, str]:
    """Choose giver and receiver: a colleague, the leader, or someone from another team."""
    people = _staff_of(team)
    receiver = chance.choice(people)
    givers = [person for person in (*people, _leader_of(team), hospital.OPERATIONS.id) if person != receiver]
    return chance.choice(givers), receiver


def _staff_of(team: str) -> list[str]:
    for team_seed in hospital.TEAMS:
        if team_seed.name == team:
            return [person.id for person in team_seed.staff]
    return [*(team_seed.leader.id for team_seed in hospital.TEAMS), hospital.OPERATIONS.id]


def _leader_of(team: str) -> str:
    return next(
        (team_seed.leader.id for team_seed in hospital.TEAMS if team_seed.name == team), hospital.DIRECTOR.id
    )


def _moment(chance: Random, month: str) -> datetime:
    """Choose a time by day or evening in the month, within the history."""
    first = max(BEGINNING, datetime.fromisoformat(f"{month}-01T00:00:00+00:00"))
    last = min(MORNING, datetime.fromisoformat(f"{month_after(month)}-01T00:00:00+00:00"))
    day = first.replace(hour=0) + timedelta(days=chance.randrange(1, (last - first).days))
    hour, minute, second = chance.randint(*_BUSY_HOURS), chance.randrange(60), chance.randrange(60)
    return day.replace(hour=hour, minute=minute, second=second)


def give_thanks(app: Appreciate, thanks: Thanks) -> None:
    """Give a thank-you, and share it where its receiver does."""
    with app.sessions.begin() as session:
        workspace = _workspace(session)
        draft = Draft(
            people=(thanks.receiver,),
            behaviour=thanks.behaviour,
            words=thanks.words,
            visibility=Visibility.TEAM if thanks.with_team else Visibility.PRIVATE,
        )
        key = f"history:{thanks.at.isoformat()}:{thanks.giver}"
        recognition = give.give(
            session,
            workspace.slack_team_id,
            draft,
            give.GiveContext(thanks.giver, key, thanks.at),
        )
        if thanks.with_team:
            recipient = sharing.lock_recipient(session, workspace, recognition.id, thanks.receiver)
            sharing.share(session, workspace, recipient, now=thanks.at)


def answer(app: Appreciate, chance: Random, week: int) -> None:
    """Let most people answer this week's check-in."""
    now = app.now()
    with app.sessions.read() as session:
        workspace = _workspace(session)
        poll = rounds.current(session, workspace, now)
        people = list(
            members.get_all(session, workspace, [person.id for person in hospital.staff()]).values()
        )
        teams = {person.id: session.get_one(Team, person.team_id).name for person in people if person.team_id}
    for person in people:
        if poll is not None and person.id in teams and chance.random() < _TURNOUT:
            scores = _scores(chance, poll, teams[person.id], week)
            with app.sessions.begin() as session:
                rounds.submit(
                    session,
                    app.keys,
                    rounds.Answers(poll.id, rounds.person_of(hospital.TEAM_ID, person.slack_user_id), scores),
                    now,
                )


def _scores(chance: Random, poll: Poll, team: str, week: int) -> dict[str, int]:
    usual, change = _MOOD[team]
    after = _SINCE_THE_PROMISE.get(team, (0.0,) * len(usual)) if week > _WEEKS else (0.0,) * len(usual)
    scores = {}
    for item, start, moves, more in zip(poll.items, usual, change, after, strict=True):
        mean = start + moves * min(week, _WEEKS) / _WEEKS + more
        scores[item] = min(5, max(1, round(chance.gauss(mean, _SPREAD))))
        if chance.random() < _CANT_SAY_SHARE:
            scores[item] = CANT_SAY
    return scores


def _workspace(session: Session) -> Workspace:
    workspace = registry.find(session, hospital.TEAM_ID)
    if workspace is None:
        raise LookupError("the practice hospital is not installed")
    return workspace
