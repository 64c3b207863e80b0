"""Boxes that say nothing by their size, and keys that belong to one database."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from slackapp.core.db import Sessions
from slackapp.core.errors import SettingsError, UserError
from slackapp.models import Identity
from slackapp.pulse import comments
from slackapp.pulse.ballots import Answer, InvalidBallotError, SealedBallot, new_nonce, open_box, seal
from slackapp.pulse.key_files import LOCK
from slackapp.pulse.keys import KeyDirectory
from slackapp.pulse.questions import FOUR, ROTATING, next_in_rotation

POLL, UNIT = "0" * 24, "f" * 24
SECRET = bytes(range(32))
ALL_FIVE = {item.key: 5 for item in (*FOUR, max(ROTATING, key=lambda item: len(item.key)))}


def sealed(comment: str = "", secret: bytes = SECRET, poll: str = POLL) -> SealedBallot:
    return seal(secret, poll, "person", Answer(UNIT, ALL_FIVE, comment), new_nonce())


@pytest.mark.parametrize("sign", ["a", "\\", '"', "\n", "\u2028", "\N{PILE OF POO}", "\U0010ffff"])
@pytest.mark.parametrize("length", [0, 1, 250, 500])
def test_every_box_has_one_length(sign: str, length: int) -> None:
    written = comments.clean("x" + sign * (length - 2) + "x" if length > 1 else sign * length)
    ballot = sealed(written)
    assert (len(ballot.receipt), len(ballot.box)) == (32, 2588)
    assert open_box(SECRET, POLL, ballot).comment == written


def lengths(box_of: Callable[[str], bytes]) -> set[int]:
    """What somebody sees who reads the table: how long the boxes are."""
    return {len(box_of(sign * n)) for sign in ("x", "\N{PILE OF POO}") for n in (0, 1, 250, 500)}


def unpadded(comment: str) -> bytes:
    """The naive twin: locked as well as ours, but only as long as what is in it."""
    nonce = new_nonce()
    return nonce + AESGCM(SECRET).encrypt(nonce, json.dumps({"comment": comment}).encode(), None)


def test_a_box_without_padding_would_give_the_comment_away() -> None:
    assert lengths(lambda comment: sealed(comment).box) == {2588}
    assert len(lengths(unpadded)) > 4


@given(st.text(max_size=500))
def test_whatever_is_written_comes_back_or_was_cleaned(written: str) -> None:
    cleaned = comments.clean(written)
    assert open_box(SECRET, POLL, sealed(cleaned)).comment == cleaned


def test_five_hundred_and_one_characters_are_refused_in_words() -> None:
    assert comments.clean("x" * 500) == "x" * 500
    with pytest.raises(UserError) as refused:
        comments.clean("x" * 501)
    assert refused.value.sentence.startswith("That is {n} characters")


def test_marks_that_set_a_writer_apart_are_taken_out_and_words_stay() -> None:
    assert comments.clean("thank\u200b you \N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-5}\n") == (
        "thank you \N{WAVING HAND SIGN}"
    )
    assert comments.clean("half \ud800 and \0 gone") == "half  and  gone"


@pytest.mark.parametrize(
    "mark", "\u00ad\u034f\u061c\u180e\u200b\u2063\u206a\u3164\ufe0f\ufffb\ue000\U000e0041\U000e0100"
)
def test_no_mark_that_nobody_sees_stays_in_a_comment(mark: str) -> None:
    assert comments.clean(f"more{mark} rest") == "more rest"


def test_the_flag_of_wales_stays_a_flag_and_hides_nothing_else() -> None:
    flag = "\U0001f3f4" + "".join(chr(0xE0000 + ord(sign)) for sign in "gbwls") + "\U000e007f"
    assert comments.clean(f"{flag} for all") == f"{flag} for all"
    assert comments.clean(f"{flag[:-1]}\U000e0061 for all") == "\U0001f3f4 for all"


def test_a_box_opens_only_with_its_secret_its_poll_and_its_receipt() -> None:
    ballot = sealed("words")
    assert open_box(SECRET, POLL, ballot).scores == ALL_FIVE
    for secret, poll, receipt in (
        (bytes(32), POLL, ballot.receipt),
        (SECRET, "1" * 24, ballot.receipt),
        (SECRET, POLL, bytes(32)),
    ):
        with pytest.raises(InvalidBallotError):
            open_box(secret, poll, SealedBallot(receipt, ballot.box))


def test_a_person_has_one_receipt_in_a_poll_and_another_in_the_next() -> None:
    assert sealed().receipt == sealed("other").receipt
    assert sealed().receipt != sealed(poll="1" * 24).receipt
    assert sealed().receipt != sealed(secret=bytes(32)).receipt
    assert sealed().box != sealed().box


def test_no_rotating_item_comes_again_within_twelve_rounds() -> None:
    rounds: list[list[str]] = []
    for _ in range(40):
        rounds.append(next_in_rotation(rounds[::-1]))
    fifth = [asked[-1] for asked in rounds]
    assert all(len(set(fifth[start : start + 12])) == 12 for start in range(len(fifth) - 12))
    assert all(asked[:4] == [item.key for item in FOUR] for asked in rounds)


@pytest.mark.parametrize(
    ("own", "wanted", "least", "most"),
    [(0, 3, 1, 3), (5, 3, 1, 3), (12, 2, 2, 2), (24, 3, 3, 3), (60, 3, 3, 3)],
)
def test_each_round_has_a_rotating_item_however_many_are_wanted(
    own: int, wanted: int, least: int, most: int
) -> None:
    theirs = [f"own_{number}" for number in range(own)]
    rounds: list[list[str]] = []
    for _ in range(60):
        rounds.append(next_in_rotation(rounds[::-1], own=theirs, most=wanted))
    rotated = [asked[4:] for asked in rounds]
    assert {min(map(len, rotated)), max(map(len, rotated))} <= set(range(least, most + 1))
    assert max(map(len, rotated)) == most
    for start in range(len(rotated) - 12):
        within = [key for asked in rotated[start : start + 12] for key in asked]
        assert len(within) == len(set(within))


def contents(path: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(found): (stat.S_IMODE(found.stat().st_mode), found.read_bytes() if found.is_file() else b"")
        for found in [path, *path.rglob("*")]
        if found.exists() and found.name != LOCK
    }


def identity(database: Sessions) -> str | None:
    with database.read() as session:
        row = session.get(Identity, 1)
        return row.value if row else None


def test_the_first_start_binds_directory_and_database(database: Sessions, keys: KeyDirectory) -> None:
    keys.attach(database)
    keys.attach(database)
    assert identity(database) == (keys.path / "identity").read_text()
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o700
    keys.create(POLL)
    assert {stat.S_IMODE(found.stat().st_mode) for found in keys.path.iterdir()} == {0o600}
    assert len(keys.load(POLL) or b"") == 32
    assert keys.poll_ids() == [POLL]


def test_a_key_is_made_once_and_destroyed_once(database: Sessions, keys: KeyDirectory) -> None:
    keys.attach(database)
    keys.create(POLL)
    made = keys.load(POLL)
    keys.create(POLL)
    assert keys.load(POLL) == made
    keys.destroy(POLL)
    keys.destroy(POLL)
    assert keys.load(POLL) is None
    assert sorted(path.name for path in keys.path.iterdir()) == [".lock", "identity"]


def test_a_destroyed_key_is_overwritten_where_it_lay(
    database: Sessions, keys: KeyDirectory, tmp_path: Path
) -> None:
    keys.attach(database)
    keys.create("b" * 24)
    secret, same_place = keys.load("b" * 24), tmp_path / "same place on the disk"
    same_place.hardlink_to(keys.path / f"{'b' * 24}.key")
    keys.destroy("b" * 24)
    assert len(same_place.read_bytes()) == 32
    assert same_place.read_bytes() != secret


def test_what_a_payload_says_cannot_name_another_file(database: Sessions, keys: KeyDirectory) -> None:
    keys.attach(database)
    with pytest.raises(ValueError, match="not the id"):
        keys.load("../keys/identity")


def missing(keys: KeyDirectory) -> None:
    keys.path.rename(keys.path.with_name("elsewhere"))


def of_another_database(keys: KeyDirectory) -> None:
    (keys.path / "identity").write_text("0" * 64)


def without_identity(keys: KeyDirectory) -> None:
    (keys.path / "identity").unlink()


def open_to_others(keys: KeyDirectory) -> None:
    keys.path.chmod(0o750)


def with_a_readable_key(keys: KeyDirectory) -> None:
    (keys.path / f"{POLL}.key").chmod(0o640)


@pytest.mark.parametrize(
    "wrong", [missing, of_another_database, without_identity, open_to_others, with_a_readable_key]
)
def test_a_start_with_the_wrong_directory_is_refused_and_changes_nothing(
    database: Sessions, keys: KeyDirectory, wrong: Callable[[KeyDirectory], None]
) -> None:
    keys.attach(database)
    keys.create(POLL)
    wrong(keys)
    before = contents(keys.path.parent / "keys"), identity(database)
    with pytest.raises(SettingsError):
        keys.attach(database)
    assert (contents(keys.path.parent / "keys"), identity(database)) == before


def test_a_fresh_database_never_takes_over_a_directory_that_has_one(
    database: Sessions, keys: KeyDirectory
) -> None:
    keys.path.mkdir(mode=0o700)
    (keys.path / "identity").write_text("0" * 64)
    (keys.path / "identity").chmod(0o600)
    with pytest.raises(SettingsError):
        keys.attach(database)
    assert identity(database) is None
    assert (keys.path / "identity").read_text() == "0" * 64


def test_a_crash_during_the_first_start_is_made_good(database: Sessions, keys: KeyDirectory) -> None:
    keys.attach(database)
    # Between the commit and the rename: the database knows the identity, the file is still pending.
    (keys.path / "identity").rename(keys.path / "identity.pending")
    keys.attach(database)
    assert (keys.path / "identity").read_text() == identity(database)
    # Before the commit: something is pending that no database knows.
    with database.begin() as session:
        session.delete(session.get_one(Identity, 1))
    (keys.path / "identity").rename(keys.path / "identity.pending")
    keys.attach(database)
    assert (keys.path / "identity").read_text() == identity(database)
