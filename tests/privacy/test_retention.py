"""Retention periods, legal holds, and the export of a person's own data."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Table, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from slackapp.core.db import Base
from slackapp.core.errors import UserError
from slackapp.core.i18n import voice
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import (
    AuditEntry,
    Boost,
    Bundle,
    BundleScore,
    Comment,
    Delivery,
    Digest,
    Member,
    Poll,
    PollUnit,
    Promise,
    Recognition,
    Team,
    Workspace,
)
from slackapp.privacy import export, legal_holds, retention
from slackapp.pulse import rounds
from slackapp.recognition import edit, give
from slackapp.workspace import audit_log, members, registry
from slackapp.workspace.members import SlackProfile
from tests.support.workspace_ward import WorkspaceWard

NIA, COL, THEO = "U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD"
LATER = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
THANKS = "You stayed after the shift to find us a bed"


def old_figures(session: Session, ward: WorkspaceWard, closed: datetime) -> str:
    team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
    poll = Poll(
        workspace_id=ward.workspace_id,
        opens_on=(closed - timedelta(days=7)).date(),
        opens_at=closed - timedelta(days=7),
        closes_at=closed,
        state="closed",
        items=["attending"],
        k=5,
        c=1,
        comment_threshold=8,
    )
    session.add(poll)
    session.flush()
    session.add(PollUnit(poll_id=poll.id, unit_id=team.id, invited=9))
    session.add(Bundle(poll_id=poll.id, unit_id=team.id, ballots=6))
    session.add(BundleScore(poll_id=poll.id, unit_id=team.id, item="attending", n=6, sum_lo=20, sum_hi=24))
    return str(poll.id)


def counts(ward: WorkspaceWard, *tables: type[Base] | Table) -> list[int]:
    with ward.database.read() as session:
        return [session.scalars(select(func.count()).select_from(table)).one() for table in tables]


def run(ward: WorkspaceWard, now: datetime = LATER) -> dict[str, int]:
    return {deletion.kind: deletion.rows for deletion in retention.run(ward.database, now)}


def test_thanks_go_after_24_months_and_not_a_day_before(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, THANKS, at=datetime(2024, 11, 3, 11, 59, tzinfo=UTC))
    recognition_id = ward.thank(NIA, COL, THANKS, at=datetime(2024, 11, 3, 12, 1, tzinfo=UTC))
    assert run(ward) == {"recognitions": 1}
    assert run(ward) == {}
    with ward.database.read() as session:
        assert session.scalars(select(Recognition.id)).all() == [recognition_id]
        assert {reference.partition(":")[0] for reference in session.scalars(select(Delivery.reference))} == {
            recognition_id
        }


def test_figures_go_after_36_months_comments_after_12_messages_after_3(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        old_figures(session, ward, datetime(2023, 11, 1, 9, tzinfo=UTC))
        team_id = old_figures(session, ward, datetime(2023, 11, 10, 9, tzinfo=UTC))
        for month in ("2025-10", "2025-11"):
            session.add(Comment(unit_id=team.id, month=month, words="More chairs"))
    assert run(ward) == {"figures": 1, "comments": 1}
    with ward.database.read() as session:
        assert session.scalars(select(Poll.id)).all() == [team_id]
        assert session.scalars(select(BundleScore.poll_id)).all() == [team_id]
        assert session.scalars(select(Comment.month)).all() == ["2025-11"]


def test_a_digests_files_go_from_slack_with_what_they_show(ward: WorkspaceWard) -> None:
    def stands(session: Session, kind: str, reference: str, file: str | None) -> None:
        row = Delivery(
            key=f"{kind}:{reference}",
            workspace_id=ward.workspace_id,
            method="files.share",
            kind=kind,
            reference=reference,
            target="U0LEALEADER",
            priority=30,
            due=datetime(2023, 1, 2, tzinfo=UTC),
            state="sent",
            slack_file_id=file,
        )
        session.add(row)

    with ward.database.begin() as session:
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        lea = ward.person(session, "U0LEALEADER")
        digest_columns = {"team_id": team.id, "recipient_id": lea.id, "made_at": LATER}
        digests = [Digest(month=month, **digest_columns) for month in ("2023-09", "2025-09", "2025-12")]
        session.add_all(digests)
        session.flush()
        for month, digest in zip(("old", "uncommented", "new"), digests, strict=True):
            stands(session, "digest-page", digest.id, f"F0PAGE{month}")
            stands(session, "digest-picture", f"{digest.id}:reach", f"F0PICTURE{month}")
        stands(session, "poll", "one", None)
    run(ward)
    with ward.database.read() as session:
        gone = session.scalars(select(Delivery.reference).where(Delivery.method == "files.delete"))
        assert set(gone) == {"F0PAGEold", "F0PICTUREold", "F0PAGEuncommented"}
        # Rows of files stay as long as the files; a message without anybody's words is forgotten.
        left = session.scalars(select(Delivery.slack_file_id).where(Delivery.state == "sent"))
        assert set(left) == {"F0PICTUREuncommented", "F0PAGEnew", "F0PICTUREnew"}


def test_the_daily_work_is_in_the_audit_log_as_numbers(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, THANKS, at=datetime(2024, 1, 1, tzinfo=UTC))
    run(ward)
    with ward.database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.actor, entry.deed, entry.subject, entry.after) == (
            audit_log.THE_APP,
            audit_log.Action.RETAINED,
            "recognitions",
            "1",
        )


@pytest.mark.parametrize(
    ("today", "first_kept"),
    [
        ("2026-03-31", "2026-02-28"),
        ("2028-03-31", "2028-02-29"),
        ("2026-03-29", "2026-02-28"),
        ("2026-10-31", "2026-09-30"),
        ("2026-08-31", "2026-07-31"),
        ("2026-01-30", "2025-12-30"),
        ("2026-03-01", "2026-02-01"),
    ],
)
def test_a_month_ago_is_the_same_day_or_the_last_of_a_shorter_month(
    ward: WorkspaceWard, today: str, first_kept: str
) -> None:
    now, first = (datetime.fromisoformat(f"{day}T12:00:00+00:00") for day in (today, first_kept))
    with ward.database.begin() as session:
        retention.set_limit(session, ward.workspace(session), "recognitions_months", 1)
    ward.thank(NIA, COL, THANKS, at=first - timedelta(minutes=1))
    recognition_id = ward.thank(NIA, COL, THANKS, at=first)
    assert run(ward, now) == {"recognitions": 1}
    with ward.database.read() as session:
        assert session.scalars(select(Recognition.id)).all() == [recognition_id]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_deleted_in_one_workspace_holds_up_no_other(ward: WorkspaceWard) -> None:
    long_ago = audit_log.NewEntry(audit_log.THE_APP, audit_log.Action.RETAINED, "comments")
    with ward.database.begin() as session:
        for slack_id in ("T0NORTH", "T0SOUTH", "T0EAST"):
            registry.install(session, slack_team_id=slack_id, name=slack_id, bot_user_id="U0APPBOT")
        for workspace in session.scalars(select(Workspace)):
            audit_log.record(session, workspace, long_ago, now=LATER - timedelta(days=2000))
        first = min(session.scalars(select(Workspace.id)))
        session.execute(
            text(
                "CREATE TRIGGER stuck BEFORE DELETE ON audit_entry"
                f" WHEN OLD.workspace_id = '{first}' BEGIN SELECT RAISE(ABORT, 'stuck'); END"
            )
        )
    with pytest.raises(SQLAlchemyError):
        retention.run(ward.database, LATER)
    with ward.database.read() as session:
        workspace_ids = session.scalars(select(AuditEntry.workspace_id).where(AuditEntry.at < LATER)).all()
    assert workspace_ids == [first]


@pytest.mark.parametrize("whose", [NIA, COL, None])
def test_a_hold_keeps_thanks_of_whoever_it_covers(ward: WorkspaceWard, whose: str | None) -> None:
    ward.thank(NIA, COL, THANKS, at=datetime(2024, 1, 1, tzinfo=UTC))
    ward.thank(THEO, "U0LEALEADER", THANKS, at=datetime(2024, 1, 1, tzinfo=UTC))
    with ward.database.begin() as session:
        member = ward.person(session, whose) if whose else None
        legal_holds.place(session, ward.workspace(session), member, now=LATER)
    assert run(ward) == ({} if whose is None else {"recognitions": 1})
    assert counts(ward, Recognition) == [2 if whose is None else 1]


def test_an_export_tells_nobody_of_anothers_hold(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, THANKS, at=datetime(2024, 1, 1, tzinfo=UTC))
    with ward.database.begin() as session:
        legal_holds.place(session, ward.workspace(session), ward.person(session, COL), now=LATER)
    assert run(ward) == {}, "it stays, for the hold"
    with ward.database.read() as session:
        workspace, pseudonyms = ward.workspace(session), Pseudonyms(ward.keys.path)
        given, received = (
            export.collect(session, workspace, ward.person(session, user), pseudonyms, now=LATER)
            for user in (NIA, COL)
        )
    assert (given["thanks_given"], given["legal_holds"]) == ([], []), "as if it had been deleted in its time"
    assert len(received["thanks_received"]) == len(received["legal_holds"]) == 1


def test_a_hold_keeps_what_they_promised_and_nobody_elses(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        nia, col, theo = (ward.person(session, user).id for user in (NIA, COL, THEO))
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        for place, (writer, who) in enumerate(((nia, col), (col, nia), (col, theo))):
            session.add(
                Promise(
                    team_id=team.id,
                    month="2023-01",
                    place=place,
                    you_said="We wait for a bed",
                    we_will="Ring the porters",
                    who_id=who,
                    written_by_id=writer,
                    due=LATER.date(),
                    made_at=datetime(2023, 2, 1, tzinfo=UTC),
                )
            )
        legal_holds.place(session, ward.workspace(session), ward.person(session, NIA), now=LATER)
    assert run(ward) == {"figures": 1}
    with ward.database.begin() as session:
        assert sorted(session.scalars(select(Promise.place))) == [0, 1]
        legal_holds.lift(session, ward.workspace(session), ward.person(session, NIA))
    assert run(ward) == {"figures": 2}


def test_a_hold_never_keeps_a_ballot_or_a_key(ward: WorkspaceWard) -> None:
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        workspace.pulse_on, workspace.pulse_since = True, datetime(2026, 11, 2, tzinfo=UTC)
        legal_holds.place(session, workspace, None, now=LATER)
    poll_id = rounds.open_due(ward.database, ward.keys, ward.workspace_id, LATER)
    assert poll_id
    with ward.database.begin() as session:
        paper = rounds.Answers(poll_id, rounds.person_of("T0WARD", NIA), {"attending": 4})
        rounds.submit(session, ward.keys, paper, LATER)
    assert ward.keys.poll_ids() == [poll_id]
    rounds.close_due(ward.database, ward.keys, LATER + timedelta(days=8))
    assert ward.keys.poll_ids() == []
    assert counts(ward, Base.metadata.tables["ballot"], Base.metadata.tables["poll_member"]) == [0, 0]


@pytest.mark.parametrize(("name", "value"), [("comments_months", 0), ("figures_months", 121), ("id", 3)])
def test_a_setting_outside_its_limits_is_refused(ward: WorkspaceWard, name: str, value: int) -> None:
    with ward.database.begin() as session, pytest.raises(UserError):
        retention.set_limit(session, ward.workspace(session), name, value)


def test_thirty_days_after_the_app_was_taken_away_everything_of_the_workspace_is_gone(
    ward: WorkspaceWard,
) -> None:
    ward.thank(NIA, COL, THANKS)
    with ward.database.begin() as session:
        old_figures(session, ward, LATER - timedelta(days=30))
        other = registry.install(session, slack_team_id="T0OTHER", name="Other", bot_user_id="U0BOT")
        members.create_team(session, other, "Theirs")
        members.upsert_one(session, other, SlackProfile("U0OTHER1", "Olu Other"))
        registry.uninstall(session, "T0WARD", now=LATER)
    assert "workspace" not in run(ward, LATER + timedelta(days=29))
    with ward.database.begin() as session:
        legal_holds.place(session, ward.workspace(session), ward.person(session, NIA), now=LATER)
    assert "workspace" not in run(ward, LATER + timedelta(days=31))
    with ward.database.begin() as session:
        legal_holds.lift(session, ward.workspace(session), ward.person(session, NIA))
    assert run(ward, LATER + timedelta(days=30))["workspace"] > 10
    left = {name: n for name, table in Base.metadata.tables.items() if (n := counts(ward, table)[0])}
    # The other workspace's, what the database shares with its keys, and how long the other keeps things.
    assert left == {"workspace": 1, "team": 1, "member": 1, "identity": 1, "retention": 1}


def test_an_export_holds_what_is_kept_and_no_answer(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, THANKS)
    ward.thank(COL, NIA, "You drew the whole ward a map of the new stores")
    with ward.database.begin() as session:
        workspace = ward.workspace(session)
        workspace.pulse_on, workspace.pulse_since = True, datetime(2026, 11, 2, tzinfo=UTC)
    poll_id = rounds.open_due(ward.database, ward.keys, ward.workspace_id, ward.noon)
    assert poll_id
    pseudonyms = Pseudonyms(ward.keys.path)
    with ward.database.read() as session:
        nia = ward.person(session, NIA)
        unanswered = export.as_json(
            export.collect(session, ward.workspace(session), nia, pseudonyms, now=ward.noon)
        )
    with ward.database.begin() as session:
        paper = rounds.Answers(
            poll_id, rounds.person_of("T0WARD", NIA), {"attending": 1}, "A comment of mine"
        )
        rounds.submit(session, ward.keys, paper, ward.noon)
    with ward.database.read() as session:
        nia = ward.person(session, NIA)
        collected = export.collect(session, ward.workspace(session), nia, pseudonyms, now=ward.noon)
        page = export.as_page(voice(), collected, created_at=ward.noon)
    exported = json.loads(export.as_json(collected))
    # Before and after answering it is the same, to the byte.
    assert export.as_json(collected) == unanswered
    assert [thanks["words"] for thanks in exported["thanks_given"]] == [THANKS]
    assert [thanks["from"] for thanks in exported["thanks_received"]] == ["Col League"]
    assert exported["teams"]["member_of"] == "Ward 7"
    assert exported["check_ins_asked"][0]["joins"] == "Ward 7"
    assert exported["person"]["slack_user_id"] == NIA
    assert THANKS in page
    assert "map of the new stores" in page


def test_an_export_tells_how_somebody_joined_in_and_what_a_thank_you_is_about(ward: WorkspaceWard) -> None:
    recognition_id = ward.thank(COL, NIA, THANKS)
    link = "https://hospital.slack.com/archives/C1/p1"
    with ward.database.begin() as session:
        theo = ward.person(session, "U0THEOTHIRD")
        theo.nudges, theo.accepts_thanks = True, False
        session.get_one(Recognition, recognition_id).link = link
        for how in ("button", ":clap:"):
            session.add(
                Boost(recognition_id=recognition_id, booster_id=theo.id, how=how, boosted_at=ward.noon)
            )
    exported = {}
    with ward.database.read() as session:
        for who in ("U0THEOTHIRD", NIA):
            person = ward.person(session, who)
            exported[who] = export.collect(
                session, ward.workspace(session), person, Pseudonyms(ward.keys.path), now=ward.noon
            )
    page = export.as_page(voice(), exported["U0THEOTHIRD"], created_at=ward.noon)
    joined = exported["U0THEOTHIRD"]["thanks_joined"]
    assert [(boost["by"], boost["thanks_from"]) for boost in joined] == [
        (":clap:", "Col League"),
        ("button", "Col League"),
    ]
    assert (
        exported["U0THEOTHIRD"]["person"]["nudges"],
        exported["U0THEOTHIRD"]["person"]["accepts_thanks"],
    ) == (
        True,
        False,
    )
    assert exported[NIA]["thanks_received"][0]["about_message"] == link
    assert ":clap:" in page
    assert "Asked on Fridays who helped" in page


def test_what_was_taken_back_is_in_its_givers_export_and_in_no_receivers(ward: WorkspaceWard) -> None:
    recognition_id = ward.thank(NIA, COL, THANKS)
    with ward.database.begin() as session:
        edit.undo(session, ward.workspace(session), recognition_id, give.GiveContext(NIA, "", ward.noon))
    with ward.database.read() as session:
        workspace, pseudonyms = ward.workspace(session), Pseudonyms(ward.keys.path)
        exports = {
            user: export.collect(session, workspace, ward.person(session, user), pseudonyms, now=ward.noon)
            for user in (NIA, COL)
        }
    assert [thanks["taken_back"] for thanks in exports[NIA]["thanks_given"]] == [True]
    assert exports[COL]["thanks_received"] == []


def test_every_column_about_a_person_is_in_their_export(ward: WorkspaceWard) -> None:
    with ward.database.read() as session:
        exported = export.collect(
            session,
            ward.workspace(session),
            ward.person(session, NIA),
            Pseudonyms(ward.keys.path),
            now=ward.noon,
        )
    left_out = {column.key for column in Member.__table__.columns} - set(exported["person"])
    assert left_out == {"workspace_id", "team_id"}


def test_hostile_words_do_nothing_on_the_page(ward: WorkspaceWard) -> None:
    ward.thank(NIA, COL, "<script>alert(1)</script> and twenty more letters")
    with ward.database.read() as session:
        collected = export.collect(
            session,
            ward.workspace(session),
            ward.person(session, NIA),
            Pseudonyms(ward.keys.path),
            now=ward.noon,
        )
    page = export.as_page(voice(), collected, created_at=ward.noon)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page
