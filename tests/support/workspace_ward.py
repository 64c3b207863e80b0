"""A ward, its directorate and its admin, for rules of any story, on either database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from slackapp.core.behaviours import Behaviour
from slackapp.core.db import Sessions
from slackapp.models import Member, Visibility, Workspace
from slackapp.pulse.keys import KeyDirectory
from slackapp.recognition import give
from slackapp.recognition.draft import Draft
from slackapp.workspace import members, registry
from slackapp.workspace.members import SlackProfile

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
NAMES = {
    "U0NIANURSE": "Nia Nurse",
    "U0COLLEAGUE": "Col League",
    "U0THEOTHIRD": "Theo Third",
    "U0LEALEADER": "Lea Leader",
    "U0DIDIRECTOR": "Di Director",
    "U0ADAADMIN": "Ada Admin",
}


@dataclass(frozen=True, slots=True)
class WorkspaceWard:
    """A small ward with its database, keys and clock."""

    database: Sessions
    keys: KeyDirectory
    workspace_id: str
    noon: datetime = NOON

    def workspace(self, session: Session) -> Workspace:
        return session.get_one(Workspace, self.workspace_id)

    def person(self, session: Session, slack_user_id: str) -> Member:
        member = members.find(session, self.workspace(session), slack_user_id)
        assert member is not None
        return member

    def thank(self, giver: str, receiver: str, words: str, *, at: datetime = NOON) -> str:
        """Give one thank-you; returns its id."""
        with self.database.begin() as session:
            draft = Draft((receiver,), behaviour=Behaviour.HELPING, words=words, visibility=Visibility.TEAM)
            key = f"command:{len(words)}:{giver}:{receiver}:{at}"
            slack_team_id = self.workspace(session).slack_team_id
            occasion = give.GiveContext(giver, key, at)
            return give.give(session, slack_team_id, draft, occasion).id


def workspace_ward(database: Sessions, key_directory: Path) -> WorkspaceWard:
    """The ward with everybody in it, just installed."""
    keys = KeyDirectory(key_directory)
    keys.attach(database)
    with database.begin() as session:
        workspace = registry.install(session, slack_team_id="T0WARD", name="Hospital", bot_user_id="U0APPBOT")
        for user, name in NAMES.items():
            members.upsert_one(session, workspace, SlackProfile(user, name, is_admin=user == "U0ADAADMIN"))
        known = members.get_all(session, workspace, list(NAMES))
        medicine = members.create_team(session, workspace, "Medicine")
        team = members.create_team(session, workspace, "Ward 7", parent=medicine, channel="C0WARD7")
        for user in ("U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD"):
            members.put_in_team(session, known[user], team)
        members.set_leader(session, team, known["U0LEALEADER"])
        members.set_leader(session, medicine, known["U0DIDIRECTOR"])
        return WorkspaceWard(database, keys, workspace.id)
