"""How long a check-in takes to close: 2,000 sealed ballots, and 20,000. Run: python -m benchmarks.closing."""

import secrets
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from benchmarks.databases import makers
from benchmarks.measuring import Line, show
from slackapp.core.db import Sessions, connect, new_id
from slackapp.models import Ballot, Bundle, Member, Poll, Team, Workspace
from slackapp.pulse import ballot_log, rounds
from slackapp.pulse.ballots import Answer, digest_of, new_nonce, seal
from slackapp.pulse.keys import KeyDirectory
from slackapp.pulse.questions import ROTATING

OPENING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WARD = 20
FEW, MANY = 2_000, 20_000
_AT_ONCE = 2_000


def quick() -> list[Line]:
    """On SQLite; three closes of 2,000 and one of 20,000."""
    return measure(["SQLite"])


def measure(kinds: list[str]) -> list[Line]:
    lines = []
    with tempfile.TemporaryDirectory() as folder, makers(Path(folder)) as make:
        for kind in kinds:
            few = statistics.median(closed(make[kind](), Path(folder), FEW) for _ in range(3))
            many = closed(make[kind](), Path(folder), MANY)
            lines.append(Line(f"closing a check-in of {FEW:,}, {kind}", f"{few:.2f} s", "1 s at most"))
            lines.append(
                Line(
                    f"closing a check-in of {MANY:,}, {kind}",
                    f"{many:.2f} s",
                    "11 times that",
                    f"{many / few:.1f}",
                )
            )
    return lines


def closed(url: str, folder: Path, ballots: int) -> float:
    """Seconds from the first step of the close to the last."""
    sessions, keys = connect(url), KeyDirectory(folder / new_id())
    keys.attach(sessions)
    poll_id = filled(sessions, keys, ballots)
    begun = time.perf_counter()
    rounds.close(sessions, keys, poll_id, OPENING + timedelta(days=7))
    took = time.perf_counter() - begun
    with sessions.read() as session:
        # A close that did not count everybody would be fast for nothing.
        assert session.scalar(select(func.sum(Bundle.ballots))) == ballots
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        assert session.get_one(Poll, poll_id).state == "closed"
    assert keys.poll_ids() == []
    sessions.dispose()
    return took


def filled(sessions: Sessions, keys: KeyDirectory, ballots: int) -> str:
    """An open check-in in wards of twenty, everybody's answer sealed in it, every third with a comment."""
    with sessions.begin() as session:
        workspace = Workspace(slack_team_id="T1LARGE", name="Large", pulse_on=True, comments_on=True)
        workspace.pulse_since = OPENING - timedelta(days=1)
        session.add(workspace)
        session.flush()
        top = Team(workspace_id=workspace.id, name="Hospital")
        session.add(top)
        session.flush()
        wards = [
            Team(id=new_id(), workspace_id=workspace.id, name=f"Ward {number}", parent_id=top.id)
            for number in range(ballots // WARD)
        ]
        session.add_all(wards)
        session.flush()
        people = [
            Member(
                id=new_id(),
                workspace_id=workspace.id,
                slack_user_id=f"U{place:08}",
                name=f"Person {place}",
                team_id=wards[place // WARD].id,
            )
            for place in range(ballots)
        ]
        session.add_all(people)
    poll_id = rounds.open_due(sessions, keys, workspace.id, OPENING)
    assert poll_id is not None
    _vote(sessions, keys, poll_id, people)
    return poll_id


def _vote(sessions: Sessions, keys: KeyDirectory, poll_id: str, people: list[Member]) -> None:
    secret, chance = keys.load(poll_id), Random(4)  # noqa: S311 - answers of a benchmark
    assert secret is not None
    items = ["attending", "understanding", "empathising", "helping", ROTATING[0].key]
    rows, lines = [], list[bytes]()
    for place, person in enumerate(people):
        scores = {item: chance.randint(0, 5) for item in items}
        words = secrets.token_urlsafe(60) if place % 3 == 0 else ""
        who = rounds.person_of("T1LARGE", person.slack_user_id)
        sealed = seal(secret, poll_id, who, Answer(person.team_id or "", scores, words), new_nonce())
        rows.append({"poll_id": poll_id, "receipt": sealed.receipt, "box": sealed.box})
        change = sealed.receipt, digest_of(sealed)
        lines += [ballot_log.line(ballot_log.BEGUN, *change), ballot_log.line(ballot_log.ENDED, *change)]
    with (keys.path / f"{poll_id}.taken").open("ab") as log:
        log.write(b"".join(lines))
    with sessions.begin() as session:
        for start in range(0, len(rows), _AT_ONCE):
            session.execute(Ballot.__table__.insert(), rows[start : start + _AT_ONCE])  # type: ignore[attr-defined]


if __name__ == "__main__":
    show(measure(["SQLite", "PostgreSQL"]))
