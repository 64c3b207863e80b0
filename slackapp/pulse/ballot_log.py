"""The log of ballots that were stored and withdrawn, kept beside the key while a check-in is open. Pure.

A line is written durably before each change of a ballot, and another one after its commit. Whoever
changes the table of ballots past the app cannot change the log, so the count knows what was altered.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

BEGUN, ENDED = b"B", b"E"
LINE_BYTES = 65
WITHDRAWN = bytes(32)
"""Stands in place of a ballot's digest: there is none any more, or there never was one."""


@dataclass(slots=True)
class _Change:
    """One change of a ballot: where in the log it began and, if its commit is known, where it ended."""

    begun: int
    digest: bytes
    ended: int | None = None


def line(sign: bytes, receipt: bytes, digest: bytes) -> bytes:
    """One entry: a sign of 1 byte, a receipt of 32 and a ballot's digest of 32."""
    return sign + receipt + digest


def altered(log: bytes, stored: Mapping[bytes, bytes]) -> frozenset[bytes]:
    """The receipts of ballots that the table does not hold as the app left them.

    `stored` has the digest of each ballot in the table by its receipt. A ballot may be what a change
    left there that no later change, begun after it had ended, replaced.
    """
    if _is_untouched(log, stored):
        return frozenset()
    changes = _changes(log)
    return frozenset(
        receipt
        for receipt in {*changes, *stored}
        if stored.get(receipt, WITHDRAWN) not in _possible(changes.get(receipt, []))
    )


def logged(log: bytes) -> frozenset[tuple[bytes, bytes]]:
    """Every ballot that the app ever stored or began to store: receipt and digest."""
    return frozenset((receipt, digest) for sign, receipt, digest in _entries(log) if sign == BEGUN)


def _is_untouched(log: bytes, stored: Mapping[bytes, bytes]) -> bool:
    """Whether each change that ended last is what is stored: the usual case, in which none was at once."""
    last: dict[bytes, bytes] = {}
    pending: tuple[bytes, bytes] | None = None
    for sign, receipt, digest in _entries(log):
        if sign == BEGUN and pending is None:
            pending = receipt, digest
        elif sign == ENDED and pending == (receipt, digest):
            last[receipt], pending = digest, None
        else:
            return False
    return pending is None and {key: value for key, value in last.items() if value != WITHDRAWN} == dict(
        stored
    )


def _changes(log: bytes) -> dict[bytes, list[_Change]]:
    changes: dict[bytes, list[_Change]] = defaultdict(list)
    for place, (sign, receipt, digest) in enumerate(_entries(log)):
        if sign == BEGUN:
            changes[receipt].append(_Change(place, digest))
            continue
        for change in changes[receipt]:
            if change.ended is None and change.digest == digest:
                change.ended = place
                break
    return changes


def _entries(log: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    # A last line that was cut short belongs to a change that was never committed.
    for start in range(0, len(log) - LINE_BYTES + 1, LINE_BYTES):
        yield log[start : start + 1], log[start + 1 : start + 33], log[start + 33 : start + LINE_BYTES]


def _possible(changes: list[_Change]) -> set[bytes]:
    committed = [change for change in changes if change.ended is not None]
    # Without a commit that is known, there may be no ballot at all.
    digests = set() if committed else {WITHDRAWN}
    for change in changes:
        ended = change.ended
        if ended is None or not any(later.begun > ended for later in committed):
            digests.add(change.digest)
    return digests
