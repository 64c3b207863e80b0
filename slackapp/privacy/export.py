"""Export everything stored about one person, as JSON and as an HTML page.

Answers to an open check-in are left out: reading them would mean to decrypt ballots.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.behaviours import WORDING, Behaviour
from slackapp.core.calendar import month_of, months_earlier
from slackapp.core.i18n import Voice, translatable
from slackapp.core.pseudonyms import Pseudonyms
from slackapp.models import (
    AuditEntry,
    Blocking,
    Boost,
    Delivery,
    Member,
    Poll,
    PollMember,
    Recipient,
    Recognition,
    Team,
    Workspace,
)
from slackapp.privacy import leadership_records, legal_holds, obstacle_records, retention
from slackapp.workspace import members

SEALED = translatable(
    "Answers to a check-in are not in this file. While it is open they are sealed, and reading yours would "
    "break the seal; after it has closed nobody can tell which were yours."
)
_LABELS = {
    "slack_user_id": translatable("Slack's id of you"),
    "name": translatable("Name"),
    "time_zone": translatable("Time zone"),
    "language": translatable("Language"),
    "quiet_from": translatable("Quiet from"),
    "quiet_until": translatable("Quiet until"),
    "sharing": translatable("Sharing thank-yous with the team"),
    "accepts_thanks": translatable("Wants to be thanked here"),
    "nudges": translatable("Asked on Fridays who helped"),
    "is_admin": translatable("Workspace admin"),
    "named_admin": translatable("Named to look after Appreciate"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table on the page."""

    cells: tuple[str, ...]


def collect(
    session: Session, workspace: Workspace, member: Member, pseudonyms: Pseudonyms, *, now: datetime
) -> dict[str, Any]:
    """Collect the export as plain values: strings, numbers, lists and dictionaries.

    A thank-you that is older than the workspace keeps any is there only for a legal hold. Unless that is the
    person's own, it is left out: it would tell that somebody else is held.
    """
    since = _kept_since(session, workspace, member, now)
    return {
        "workspace": workspace.name,
        "person": _person(member),
        "teams": _teams(session, member),
        "thanks_given": [
            _given(session, recognition) for recognition in _recognitions(session, member, since)
        ],
        "thanks_received": _received(session, member, since),
        "thanks_joined": _joined(session, member, since),
        "people_blocked": _blocked(session, member),
        **leadership_records.collect(session, member, since=_figures_since(session, workspace, member, now)),
        **obstacle_records.collect(session, member),
        "messages_sent_to_you": _messages(session, workspace, member),
        "check_ins_asked": _asked(session, member),
        "changes_you_made": _changes(session, workspace, pseudonyms.for_actor(member.id)),
        "not_included": SEALED,
    }


def as_json(collected: dict[str, Any]) -> bytes:
    """Return it as JSON: UTF-8, indented by two, times in ISO 8601."""
    return orjson.dumps(collected, option=orjson.OPT_INDENT_2)


def as_page(say: Voice, collected: dict[str, Any], *, created_at: datetime) -> str:
    """Return it as one HTML page that needs no network."""
    return _template().render(
        say=say,
        made=say.day(created_at.date()),
        language=say.language,
        workspace=collected["workspace"],
        facts=_facts(say, collected),
        given=[_thanks_row(say, entry, ", ".join(entry["to"])) for entry in collected["thanks_given"]],
        received=[_thanks_row(say, entry, entry["from"]) for entry in collected["thanks_received"]],
        joined=[
            Row((entry["at"], entry["thanks_from"], entry["by"])) for entry in collected["thanks_joined"]
        ],
        promises=[_promise_row(say, entry) for entry in collected["promises"]],
        obstacles=[_obstacle_row(say, entry) for entry in collected["obstacles"]],
        led=_led_rows(say, collected),
        messages=[
            Row((entry["due"], entry["about"], entry["state"])) for entry in collected["messages_sent_to_you"]
        ],
        changes=[Row((entry["at"], entry["deed"])) for entry in collected["changes_you_made"]],
        sealed=say(SEALED),
    )


def _person(member: Member) -> dict[str, Any]:
    names = (
        column.key for column in Member.__table__.columns if column.key not in {"workspace_id", "team_id"}
    )
    return {name: _plain(getattr(member, name)) for name in names}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time | datetime) else value


def _teams(session: Session, member: Member) -> dict[str, Any]:
    own = session.get(Team, member.team_id) if member.team_id else None
    deputy = session.scalars(select(Team.name).where(Team.deputy_id == member.id).order_by(Team.name))
    return {
        "member_of": own.name if own else None,
        "leads": [team.name for team in members.teams_led_by(session, member)],
        "deputy_in": list(deputy),
    }


def _kept_since(session: Session, workspace: Workspace, member: Member, now: datetime) -> datetime:
    """From when on this person's thank-yous are theirs to read."""
    if legal_holds.covers(session, workspace, member):
        return datetime.min.replace(tzinfo=UTC)
    return months_earlier(now, retention.in_force(session, workspace).recognitions_months)


def _figures_since(session: Session, workspace: Workspace, member: Member, now: datetime) -> str:
    """From which month on promises are theirs to read, by the same reason."""
    if legal_holds.covers(session, workspace, member):
        return ""
    months = retention.in_force(session, workspace).figures_months
    return month_of(months_earlier(now, months), workspace.time_zone)


def _recognitions(session: Session, member: Member, since: datetime) -> Iterable[Recognition]:
    query = select(Recognition).where(Recognition.giver_id == member.id, Recognition.given_at >= since)
    return session.scalars(query.order_by(Recognition.given_at, Recognition.id))


def _given(session: Session, recognition: Recognition) -> dict[str, Any]:
    to = [session.get_one(Member, recipient.member_id).name for recipient in recognition.recipients]
    more = {"asked_for": recognition.visibility, "taken_back": recognition.undone_at is not None}
    return _thanks(recognition) | {"to": sorted(to)} | more


def _received(session: Session, member: Member, since: datetime) -> list[dict[str, Any]]:
    query = (
        select(Recognition, Recipient, Member.name)
        .join(Recipient, Recipient.recognition_id == Recognition.id)
        .join(Member, Member.id == Recognition.giver_id)
        .where(Recipient.member_id == member.id, Recognition.undone_at.is_(None))
        .where(Recognition.given_at >= since)
        .order_by(Recipient.given_at, Recognition.id)
    )
    return [
        _thanks(recognition)
        | ({} if recipient.may_follow_link else {"about_message": None})
        | {"from": giver, "sharing": recipient.sharing, "meant_a_lot": recipient.meant_a_lot}
        for recognition, recipient, giver in session.execute(query)
    ]


def _thanks(recognition: Recognition) -> dict[str, Any]:
    return {
        "at": recognition.given_at.isoformat(),
        "behaviour": recognition.behaviour,
        "words": recognition.words,
        "about_message": recognition.link,
    }


def _joined(session: Session, member: Member, since: datetime) -> list[dict[str, Any]]:
    """Return their boosts: when, by the button or which reaction, and whose recognition."""
    query = (
        select(Boost.boosted_at, Boost.how, Member.name)
        .join(Recognition, Recognition.id == Boost.recognition_id)
        .join(Member, Member.id == Recognition.giver_id)
        .where(Boost.booster_id == member.id, Recognition.given_at >= since)
        .order_by(Boost.boosted_at, Boost.how)
    )
    return [
        {"at": row.boosted_at.isoformat(), "by": row.how, "thanks_from": row.name}
        for row in session.execute(query)
    ]


def _blocked(session: Session, member: Member) -> list[str]:
    """Return whom this person has blocked; not who blocked them, which is the other's own data."""
    query = select(Member.name).join(Blocking, Blocking.giver_id == Member.id)
    return list(session.scalars(query.where(Blocking.member_id == member.id).order_by(Member.name)))


def _messages(session: Session, workspace: Workspace, member: Member) -> list[dict[str, Any]]:
    query = (
        select(Delivery.due, Delivery.kind, Delivery.state)
        .where(Delivery.workspace_id == workspace.id, Delivery.target == member.slack_user_id)
        .order_by(Delivery.due, Delivery.id)
    )
    return [
        {"due": row.due.isoformat(), "about": row.kind, "state": row.state} for row in session.execute(query)
    ]


def _asked(session: Session, member: Member) -> list[dict[str, Any]]:
    """Return the open check-ins that asked them; for closed ones no names are stored."""
    query = (
        select(Poll.opens_at, Poll.closes_at, Team.name)
        .join(PollMember, PollMember.poll_id == Poll.id)
        .join(Team, Team.id == PollMember.unit_id)
        .where(PollMember.member_id == member.id)
    )
    return [
        {"opens": row.opens_at.isoformat(), "closes": row.closes_at.isoformat(), "joins": row.name}
        for row in session.execute(query)
    ]


def _changes(session: Session, workspace: Workspace, mark: str) -> list[dict[str, Any]]:
    own = (AuditEntry.workspace_id == workspace.id, AuditEntry.actor == mark)
    query = select(AuditEntry).where(*own).order_by(AuditEntry.at, AuditEntry.id)
    return [{"at": entry.at.isoformat(), "deed": entry.deed} for entry in session.scalars(query)]


def _facts(say: Voice, collected: dict[str, Any]) -> list[Row]:
    person = collected["person"]
    facts = [Row((say(label), _written(say, person[name]))) for name, label in _LABELS.items()]
    team = collected["teams"]["member_of"]
    leads = collected["teams"]["leads"]
    facts.append(Row((say("Team"), team or say("none"))))
    facts.append(Row((say("Teams you lead"), say.listing(leads) if leads else say("none"))))
    blocked = collected["people_blocked"]
    facts.append(
        Row((say("People whose thanks you don't want"), say.listing(blocked) if blocked else say("none")))
    )
    return facts


def _written(say: Voice, value: object) -> str:
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return say("not set") if value is None else str(value)


def _thanks_row(say: Voice, entry: dict[str, Any], people: str) -> Row:
    label = say(WORDING[Behaviour(entry["behaviour"])].label)
    moment = say.day(datetime.fromisoformat(entry["at"]).date())
    return Row((moment, people, label, entry["words"] or say("taken back")))


def _promise_row(say: Voice, entry: dict[str, Any]) -> Row:
    role = say("you wrote it") if entry["you_wrote_it"] else say("you will do it")
    return Row((entry["month"], entry["team"], role, f"{entry['you_said']} → {entry['we_will']}"))


def _obstacle_row(say: Voice, entry: dict[str, Any]) -> Row:
    roles = (
        ("you_sent_it", say("you sent it")),
        ("you_were_asked", say("you were asked")),
        ("you_answered_it", say("you answered it")),
    )
    role = say.listing([words for key, words in roles if entry[key]])
    words = " → ".join(filter(None, (entry["in_our_way"], entry["would_help"], entry["answer"])))
    return Row((entry["sent_at"], entry["team"], role, words))


def _led_rows(say: Voice, collected: dict[str, Any]) -> list[Row]:
    """Return one row for each record of leading: when, which team, and what was recorded."""
    kinds = (
        ("digests_made_for_you", "month", say("a digest was made for you")),
        ("digests_you_shared", "month", say("you shared the digest")),
        ("aims_you_wrote", "looked_at", say("you wrote the team's aims")),
        ("paces_you_chose", "chosen_at", say("you chose how often the team is asked")),
        ("words_for_the_levels_above", "written_at", say("you wrote words for the levels above")),
        ("teams_you_were_noticed_to_lead", "since", say("you lead or led the team")),
        ("proposals_for_teams", "proposed_at", say("who leads the team, or its place, was proposed")),
    )
    return [
        Row((entry[moment] or "", entry["team"], label))
        for key, moment, label in kinds
        for entry in collected[key]
    ]


@cache
def _template() -> Template:
    place = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    return place.get_template("person.html")
