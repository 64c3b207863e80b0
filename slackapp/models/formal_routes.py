"""The formal routes that an organisation offers beside a conversation."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from slackapp.core.db import Base


class FormalRoutes(Base):
    """Whom to turn to when somebody is unsafe, bullied or harassed, in the organisation's own words.

    The Speaking Up contact is the workspace's own `contact`.
    """

    __tablename__ = "formal_routes"

    workspace_id: Mapped[str] = mapped_column(ForeignKey("workspace.id"), primary_key=True)
    staff_union: Mapped[str | None] = mapped_column(Text)
    human_resources: Mapped[str | None] = mapped_column(Text)
    emergency: Mapped[str | None] = mapped_column(Text)
