"""A right is asked when something is sent, not only when it is enqueued: leaders change in between."""

from datetime import time

import pytest
from sqlalchemy import select

from slackapp.demo import hospital
from slackapp.digest import readers, sharing
from slackapp.models import Delivery, DeliveryState, Digest, Member, Promise, Team, Workspace
from slackapp.workspace import members
from tests.support.human import Human, Screen
from tests.support.running_app import RunningApp
from tests.support.waiting import comes

SISTER, ADMIN = hospital.WARD_7.staff[4].id, hospital.OPERATIONS.id
DIGEST = "Ward 7 in November"
FIRST_OF_DECEMBER = "2026-12-01T"

pytestmark = pytest.mark.usefixtures("without_browser")


@pytest.fixture
def november(practice: RunningApp) -> RunningApp:
    """A thank-you was given in November, and the check-in is off."""
    with practice.app.sessions.begin() as session:
        session.get_one(Workspace, practice.app.workspace_id).pulse_on = False
    practice.nurse.types("/appreciate @Dylan Hughes helping You found us a bed on a bad day")
    practice.nurse.sees("Filed under helping")
    return practice


def member(place: RunningApp, user: str) -> Member:
    with place.app.sessions.read() as session:
        return session.scalars(select(Member).where(Member.slack_user_id == user)).one()


def appoint(place: RunningApp, leader: str) -> None:
    with place.app.sessions.begin() as session:
        ward = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        members.set_leader(session, ward, session.get_one(Member, member(place, leader).id))


def sleeps_until_one(place: RunningApp, user: str) -> None:
    """Set somebody's quiet hours so that what is for them waits until the afternoon."""
    with place.app.sessions.begin() as session:
        session.get_one(Member, member(place, user).id).quiet_until = time(13, 0)


def deliveries(place: RunningApp, kind: str, team: str = "Ward 7") -> list[Delivery]:
    """What was made of the digests of a team, by kind."""
    with place.app.sessions.read() as session:
        ward = select(Team.id).where(Team.name == team)
        ids = session.scalars(select(Digest.id).where(Digest.team_id.in_(ward))).all()
        about = select(Delivery).where(Delivery.kind == kind, Delivery.reference.in_(ids))
        return list(session.scalars(about.order_by(Delivery.due)))


def ended(place: RunningApp, kind: str) -> bool:
    waiting = {DeliveryState.READY, DeliveryState.SENDING}
    rows = deliveries(place, kind)
    return bool(rows) and not any(row.state in waiting for row in rows)


def received(person: Human) -> str:
    """Everything in somebody's direct messages, files in threads too."""
    return str(person.screen()["messages"])


@pytest.mark.parametrize("naive", [False, True], ids=["asked again", "naive"])
def test_a_leader_who_was_replaced_before_it_was_sent_gets_neither_digest_nor_page_nor_csv(
    november: RunningApp, monkeypatch: pytest.MonkeyPatch, *, naive: bool
) -> None:
    if naive:
        monkeypatch.setattr(readers, "may_receive", lambda *_args, **_values: True)
    sleeps_until_one(november, hospital.WARD_7.leader.id)
    november.clock(now=f"{FIRST_OF_DECEMBER}09:01:00+00:00")
    comes(lambda: bool(deliveries(november, "digest-sheet")), "the digest")
    assert DIGEST not in received(november.leader)
    appoint(november, SISTER)
    november.clock(now=f"{FIRST_OF_DECEMBER}13:05:00+00:00")
    comes(lambda: all(ended(november, kind) for kind in ("digest", "digest-page", "digest-sheet")))
    assert (DIGEST in received(november.leader)) is naive
    if naive:
        return
    rows = [deliveries(november, kind)[0] for kind in ("digest", "digest-page", "digest-sheet")]
    assert {row.state for row in rows} == {DeliveryState.EXPIRED}
    sister = november.person(SISTER)
    sister.types("/digest Ward 7 november")
    sister.sees("has not been opened to you")
    assert DIGEST not in received(sister), "it waits until it is opened by hand"
    admin = november.person(ADMIN)
    admin.types("/digest admin")
    admin.sees("cannot read its earlier digests")
    admin.presses("Hand them on")
    admin.sees("From Friday 1 January")
    november.clock(now="2027-01-01T00:01:00+00:00")
    sister.types("/digest Ward 7 november")
    sister.sees(DIGEST)


def test_what_was_still_to_follow_in_the_thread_stops_with_the_right(november: RunningApp) -> None:
    """The message arrived at nine; Slack took the files only when somebody else led the team."""
    november.fault(method="files.getUploadURLExternal", kind="429", retry_after=1800, count=50)
    november.clock(now=f"{FIRST_OF_DECEMBER}09:01:00+00:00")
    november.leader.sees(DIGEST, seconds=30)
    assert not ended(november, "digest-sheet")
    appoint(november, SISTER)
    november.fault(clear=True)
    november.clock(now=f"{FIRST_OF_DECEMBER}12:05:00+00:00")
    comes(lambda: ended(november, "digest-sheet"), "the end of the figures' file")
    [sheet] = deliveries(november, "digest-sheet")
    assert (sheet.state, sheet.reason) == (DeliveryState.EXPIRED, "not_theirs")
    refused = november.leader
    screen = refused.screen()
    refused.presses("Figures as text", within=_last(screen, DIGEST))
    assert "This digest is for somebody else." in refused.screen().texts


def test_a_team_without_any_leader_has_its_digest_waiting_and_whoever_leads_above_is_told(
    november: RunningApp,
) -> None:
    sleeps_until_one(november, hospital.WARD_7.leader.id)
    november.clock(now=f"{FIRST_OF_DECEMBER}09:01:00+00:00")
    comes(lambda: bool(deliveries(november, "digest")), "the digest")
    with november.app.sessions.begin() as session:
        session.scalars(select(Team).where(Team.name == "Ward 7")).one().leader_id = None
    november.clock(now=f"{FIRST_OF_DECEMBER}13:05:00+00:00")
    director = november.person(hospital.DIRECTOR.id)
    director.sees("The leader of Ward 7 cannot be reached, so its digest has no reader.", seconds=30)
    assert DIGEST not in received(november.leader)


def test_a_post_for_a_channel_that_is_not_the_teams_any_more_is_not_posted(november: RunningApp) -> None:
    november.clock(now=f"{FIRST_OF_DECEMBER}09:01:00+00:00")
    leader, app = november.leader, november.app
    leader.sees(DIGEST, seconds=30)
    with app.sessions.begin() as session:
        ward = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        digest = session.scalars(select(Digest).where(Digest.team_id == ward.id)).one()
        reader = session.get_one(Member, digest.recipient_id)
        promise = Promise(team_id=ward.id, month=digest.month, place=0, you_said="beds", we_will="a hoist")
        promise.who_id = promise.written_by_id = reader.id
        promise.made_at, promise.due = app.now(), app.now().date()
        session.add(promise)
        session.flush()
        sharing.share(session, digest, with_promises=True, by=reader, now=app.now())
        # In the same moment an admin gives the ward another channel.
        ward.slack_channel_id = hospital.ACUTE.channel_id
    leader.sees("could not be posted in the channel of Ward 7", seconds=30)
    for channel in (hospital.WARD_7.channel_id, hospital.ACUTE.channel_id):
        assert "a hoist" not in str(november.nurse.screen(channel)["messages"])
    with app.sessions.begin() as session:
        digest = session.get_one(Digest, digest.id)
        reader = session.get_one(Member, digest.recipient_id)
        sharing.share(session, digest, with_promises=True, by=reader, now=app.now())
    november.person(hospital.ACUTE.staff[0].id).sees("a hoist", place=hospital.ACUTE.channel_id, seconds=30)
    assert "a hoist" not in str(november.nurse.screen(hospital.WARD_7.channel_id)["messages"])


def _last(screen: Screen, text: str) -> str:
    return str([message for message in screen["messages"] if text in message["text"]][-1]["ts"])


def test_who_is_no_admin_any_more_when_a_report_goes_out_does_not_read_it(november: RunningApp) -> None:
    """Slack took no message for the second admin until after they had ceased to be one."""
    sister = november.person(SISTER)
    with november.app.sessions.begin() as session:
        session.get_one(Member, member(november, SISTER).id).named_admin = True
    november.colleague.sees("found us a bed")
    here = _last(november.colleague.screen(), "found us a bed")
    november.fault(method="chat.postMessage", kind="429", retry_after=60, count=20)
    november.colleague.presses("This was unkind", within=here)
    november.colleague.submits()
    with november.app.sessions.begin() as session:
        session.get_one(Member, member(november, SISTER).id).named_admin = False
    november.fault(clear=True)
    november.clock(now="2026-11-02T10:00:00+00:00")
    november.person(ADMIN).sees("found us a bed", seconds=30)
    assert "found us a bed" not in received(sister)
