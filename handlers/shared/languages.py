"""People's languages, cached: whoever is told that the database does not answer reads it in their own."""

from sqlalchemy import select

from handlers.shared.payloads import Payload
from slackapp.core.db import Sessions
from slackapp.core.i18n import Voice, voice
from slackapp.models import Member, Workspace


class Languages:
    """The languages of people and workspaces, by Slack's ids."""

    def __init__(self) -> None:
        self._languages: dict[tuple[str, str], str] = {}

    def refresh(self, sessions: Sessions) -> None:
        """Read all languages again. For the start, and every few minutes."""
        with sessions.read() as session:
            languages = {
                (team, ""): language
                for team, language in session.execute(select(Workspace.slack_team_id, Workspace.language))
            }
            chosen = (
                select(Workspace.slack_team_id, Member.slack_user_id, Member.language)
                .join(Workspace, Workspace.id == Member.workspace_id)
                .where(Member.language.is_not(None))
            )
            languages |= {(team, user): language or "" for team, user, language in session.execute(chosen)}
        self._languages = languages

    def remember(self, slack_team_id: str, slack_user_id: str, say: Voice) -> None:
        """Store the language in which somebody is spoken to now."""
        self._languages[slack_team_id, slack_user_id] = say.language

    def of(self, body: Payload) -> Voice:
        """Return the language of a payload's sender: theirs, else their workspace's, else the default."""
        team = str(body.get("team_id") or _id_of(body.get("team")))
        user = str(body.get("user_id") or _id_of(body.get("user")))
        language = self._languages.get((team, user)) or self._languages.get((team, ""))
        return voice(language) if language else voice()


def _id_of(place: object) -> object:
    return place.get("id") if isinstance(place, dict) else ""
