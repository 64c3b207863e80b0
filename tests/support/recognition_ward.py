"""A small ward, on either database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from slackapp.core.behaviours import Behaviour
from slackapp.core.db import Base, Sessions
from slackapp.models import Member, Workspace
from slackapp.recognition import give
from slackapp.recognition.draft import Draft
from slackapp.workspace import members, registry
from slackapp.workspace.members import SlackProfile

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class RecognitionWard:
    """Slack ids of the people in it."""

    database: Sessions
    slack_team_id: str = "T0WARD"
    nurse: str = "U0NURSE"
    colleague: str = "U0COLLEAGUE"
    third: str = "U0THIRD"
    leader: str = "U0LEADER"
    robot: str = "U0ROBOT"
    gone: str = "U0GONE"
    stranger: str = "U0STRANGER"
    elsewhere: str = "U0ELSEWHERE"
    channel: str = "C0WARD"
    noon: datetime = NOON

    def workspace(self, session: Session) -> Workspace:
        workspace = registry.find(session, self.slack_team_id)
        assert workspace is not None
        return workspace

    def person(self, session: Session, slack_user_id: str) -> Member:
        member = members.find(session, self.workspace(session), slack_user_id)
        assert member is not None
        return member

    def draft(self, *people: str, **changes: object) -> Draft:
        """A thank-you that could be given."""
        words = "Stayed after the shift to find us a bed"
        return Draft(people=people, behaviour=Behaviour.HELPING, words=words).about(**changes)

    def give(self, draft: Draft, *, key: str = "command:1", giver: str | None = None) -> str:
        """Give it at noon; returns its id."""
        with self.database.begin() as session:
            occasion = give.GiveContext(giver or self.nurse, key, NOON)
            return give.give(session, self.slack_team_id, draft, occasion).id

    def rows(self, table: type[Row]) -> list[Row]:
        """All stored rows of this model."""
        with self.database.read() as session:
            return list(session.scalars(select(table)))

    def fill(self) -> None:
        """Two teams of one directorate, and beside them a bot, a leaver and a stranger."""
        with self.database.begin() as session:
            workspace = registry.install(
                session, slack_team_id=self.slack_team_id, name="Hospital", bot_user_id="U0SANDBOXBOT"
            )
            directorate = members.create_team(session, workspace, "Medicine")
            team = members.create_team(session, workspace, "Ward 7", parent=directorate, channel=self.channel)
            quiet = members.create_team(session, workspace, "Ward 9", parent=directorate)
            for user in (self.nurse, self.colleague, self.third, self.leader):
                member = members.upsert_one(
                    session, workspace, SlackProfile(user, user.title(), time_zone="Europe/London")
                )
                members.put_in_team(session, member, team)
            members.set_leader(session, team, member)
            elsewhere = members.upsert_one(session, workspace, SlackProfile(self.elsewhere, "Elsewhere"))
            members.put_in_team(session, elsewhere, quiet)
            for person in (
                SlackProfile(self.robot, "Rota Bot", is_bot=True),
                SlackProfile(self.gone, "Sam Gone", left=True),
                SlackProfile(self.stranger, "Ali Other", is_stranger=True),
            ):
                members.upsert_one(session, workspace, person)
