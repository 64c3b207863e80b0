"""One person's id and words in every place where they can stand, and their erasing."""

from sqlalchemy import select

from slackapp.models import (
    Blocking,
    Boost,
    Bucket,
    Delivery,
    Hold,
    HoldScope,
    Inbound,
    Recipient,
    Team,
)
from slackapp.privacy import erasure
from slackapp.privacy.erasure import ErasureResult
from tests.support.workspace_ward import WorkspaceWard

NIA, COL, THEO, LEA = "U0NIANURSE", "U0COLLEAGUE", "U0THEOTHIRD", "U0LEALEADER"
WROTE = "You stayed late with me, and I will not forget that night"
ABOUT = "Thank you Nia, because of you <@U0NIANURSE> we had a bed. Nia Nurse is kind."


def erase(ward: WorkspaceWard, user: str = NIA) -> ErasureResult:
    return erasure.erase(ward.database, ward.keys, ward.workspace_id, erasure.ErasureRequest(user), ward.noon)


def everywhere(ward: WorkspaceWard) -> None:
    """Nia's id in every place where it can stand."""
    ward.thank(NIA, COL, WROTE)
    received = ward.thank(COL, NIA, ABOUT)
    elsewhere = ward.thank(COL, THEO, "You and Nia Nurse found the pump before the handover")
    with ward.database.begin() as session:
        workspace, nia = ward.workspace(session), ward.person(session, NIA)
        workspace.concerns_to = NIA
        nia.language, nia.time_zone = "cy", "Europe/London"
        team = session.scalars(select(Team).where(Team.name == "Ward 7")).one()
        team.deputy_id = nia.id
        session.add(Bucket(workspace_id=workspace.id, name=f"channel:{NIA}", free_at=ward.noon))
        session.add(
            Hold(
                workspace_id=workspace.id,
                scope=HoldScope.TARGET,
                subject=NIA,
                reason="user_is_restricted",
                since=ward.noon,
            )
        )
        session.add(Inbound(workspace_id=workspace.id, key=f"press:{NIA}:1.2", received_at=ward.noon))
        session.add(Boost(recognition_id=elsewhere, booster_id=nia.id, how="button", boosted_at=ward.noon))
        session.add(Blocking(member_id=nia.id, giver_id=ward.person(session, THEO).id))
        for row in session.scalars(select(Delivery)):
            row.state, row.slack_channel_id, row.slack_ts = "sent", "D0SOMEBODY", f"1.{row.id[:6]}"
        assert session.get_one(Recipient, (received, nia.id)).sharing == "asked"
