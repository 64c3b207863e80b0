"""The charter of a check-in: the rules, groups and people that were fixed when it opened.

It lies beside the check-in's key, where no database can change it, and everything that protects an
answer is read from it. What the database says of the same is for messages and reports only.
"""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackapp.pulse import disclosure
from slackapp.pulse.tally import Rules, Unit

LONGEST_OPEN = timedelta(days=15)
"""No charter keeps a check-in open for longer."""

KEY_KEPT = timedelta(days=7)
"""How long after its close a check-in that cannot be counted keeps its key."""

CLOSE_TAKES = timedelta(minutes=2)
"""How long a close takes at most: it begins within twenty seconds."""

OVERDUE_AFTER = timedelta(hours=1)
"""How long after its close an unfinished check-in is reported."""

_MAC_BYTES = 32


class InvalidCharterError(Exception):
    """A charter was altered, belongs to another check-in, or may not be drawn."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who sees results, and the team they lead or stand in for."""

    name: str
    leads: str
    stands_in: bool = False


@dataclass(frozen=True, slots=True)
class CharterUnit:
    """A team as it stood at the opening, and who reads its results, nearest first."""

    name: str
    parent: str | None
    readers: tuple[Reader, ...] = ()


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who is asked: the unit that their answer joins, and how to speak to them."""

    unit: str
    name: str
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Charter:
    """`people` are keyed by Slack's own ids, which come with Slack's signature and from no table.

    `wordings` are those of an organisation's own questions, by their keys.
    """

    poll_id: str
    team: str
    opens_at: datetime
    closes_at: datetime
    items: tuple[str, ...]
    wordings: Mapping[str, str]
    comments_on: bool
    k: int
    c: int
    comment_threshold: int
    admins_read: bool
    units: Mapping[str, CharterUnit]
    people: Mapping[str, Invitee]

    @property
    def rules(self) -> Rules:
        """What may be shown. The floors stand in the code: neither a file nor a table lowers them."""
        return Rules(
            self.items,
            max(self.k, disclosure.LOWEST_K),
            max(self.c, disclosure.LOWEST_C),
            max(self.comment_threshold, disclosure.FEWEST_FOR_COMMENTS),
        )

    @property
    def tree(self) -> dict[str, Unit]:
        """The units, each with the number of people in it, counted from the list of people."""
        invited = Counter(invitee.unit for invitee in self.people.values())
        return {key: Unit(unit.parent, invited[key]) for key, unit in self.units.items()}

    @property
    def close_at(self) -> datetime:
        """The close that people were told, at most `LONGEST_OPEN` after the opening."""
        return min(self.closes_at, self.opens_at + LONGEST_OPEN)

    def is_open(self, now: datetime) -> bool:
        """Whether an answer may be taken at this moment."""
        return self.opens_at <= now < self.close_at

    def overlaps(self, other: "Charter") -> bool:
        """Whether both ask the people of one workspace at the same time: a second way to slice answers."""
        return self.team == other.team and self.opens_at < other.close_at and other.opens_at < self.close_at

    def invitee(self, person: str) -> Invitee | None:
        """The one who is asked. `person` is Slack's team and user id: `T01/U01`."""
        team, _, user = person.partition("/")
        return self.people.get(user) if team == self.team else None

    def users_in(self, unit: str) -> list[str]:
        """Slack's ids of those in a unit: Slack itself says whose they are."""
        return sorted(user for user, invitee in self.people.items() if invitee.unit == unit)

    def names_in(self, unit: str) -> list[str]:
        """The names of those in a unit, as they stood at the opening."""
        return sorted(invitee.name for invitee in self.people.values() if invitee.unit == unit)


def check_tree(charter: Charter) -> None:
    """Raise InvalidCharterError where a unit stands above itself or a person's unit does not exist."""
    for key in charter.units:
        above, seen = charter.units[key].parent, {key}
        while above is not None:
            if above in seen or above not in charter.units:
                raise InvalidCharterError("the teams form no tree")
            seen.add(above)
            above = charter.units[above].parent
    if any(invitee.unit not in charter.units for invitee in charter.people.values()):
        raise InvalidCharterError("somebody belongs to no team")


def encode(charter: Charter, mac_key: bytes) -> bytes:
    """The charter's file: HMAC-SHA256 of the body, then the body as JSON."""
    content = {
        "poll": charter.poll_id,
        "team": charter.team,
        "opens": charter.opens_at.isoformat(),
        "closes": charter.closes_at.isoformat(),
        "items": list(charter.items),
        "wordings": dict(charter.wordings),
        "comments": charter.comments_on,
        "k": charter.k,
        "c": charter.c,
        "threshold": charter.comment_threshold,
        "admins_read": charter.admins_read,
        "units": {
            key: [
                unit.name,
                unit.parent,
                [[reader.name, reader.leads, reader.stands_in] for reader in unit.readers],
            ]
            for key, unit in charter.units.items()
        },
        "people": {
            user: [invitee.unit, invitee.name, invitee.language, invitee.zone]
            for user, invitee in charter.people.items()
        },
    }
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(mac_key, body, hashlib.sha256) + body


def decode(content: bytes, poll_id: str, mac_key: bytes) -> Charter:
    """The charter of this check-in. InvalidCharterError when it is not what was written under this key."""
    mac, body = content[:_MAC_BYTES], content[_MAC_BYTES:]
    if not hmac.compare_digest(mac, hmac.digest(mac_key, body, hashlib.sha256)):
        raise InvalidCharterError("the charter was altered")
    stored = json.loads(body)
    if stored["poll"] != poll_id:
        raise InvalidCharterError("the charter is another check-in's")
    return Charter(
        poll_id=poll_id,
        team=stored["team"],
        opens_at=datetime.fromisoformat(stored["opens"]),
        closes_at=datetime.fromisoformat(stored["closes"]),
        items=tuple(stored["items"]),
        wordings=stored["wordings"],
        comments_on=stored["comments"],
        k=stored["k"],
        c=stored["c"],
        comment_threshold=stored["threshold"],
        admins_read=stored["admins_read"],
        units={
            key: CharterUnit(name, parent, tuple(Reader(*reader) for reader in readers))
            for key, (name, parent, readers) in stored["units"].items()
        },
        people={user: Invitee(*invitee) for user, invitee in stored["people"].items()},
    )
