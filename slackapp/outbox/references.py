"""What a delivery is about: ids and numbers only, never text that a person wrote."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, slots=True)
class Reference:
    """What a delivery is about. Its text is its fields joined by colons, without an empty last one."""

    def __str__(self) -> str:
        """Return the reference as text, for its row."""
        return ":".join(str(getattr(self, field.name)) for field in fields(self)).rstrip(":")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference back from its text.

        Raises:
            ValueError: The text is of another kind of reference.
        """
        parts, types = text.split(":"), [field.type for field in fields(cls)]
        if len(parts) > len(types):
            raise ValueError(f"{cls.__name__}: too many parts")
        values = [int(part) if kind is int else part for part, kind in zip(parts, types, strict=False)]
        try:
            return cls(*values)
        except TypeError:
            raise ValueError(f"{cls.__name__}: too few parts") from None


@dataclass(frozen=True, slots=True)
class RecognitionRef(Reference):
    """One recognition."""

    recognition_id: str


@dataclass(frozen=True, slots=True)
class RecipientRef(Reference):
    """One recipient of one recognition."""

    recognition_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class NoticeRef(Reference):
    """One message of the app, by its delivery's id."""

    delivery_id: str


@dataclass(frozen=True, slots=True)
class PostRef(Reference):
    """One recognition, and those of its recipients who share it in this channel."""

    recognition_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class WorkspaceRef(Reference):
    """One workspace."""

    workspace_id: str


@dataclass(frozen=True, slots=True)
class MemberRef(Reference):
    """One member."""

    member_id: str


@dataclass(frozen=True, slots=True)
class ExportRef(Reference):
    """One export that a member asked for."""

    export_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class TeamRef(Reference):
    """One team."""

    team_id: str


@dataclass(frozen=True, slots=True)
class MembershipRef(Reference):
    """One member and the team they belong to now; without a team, to none."""

    member_id: str
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class ProposalOutcomeRef(Reference):
    """An answer to what was proposed of a team; `about_id` is the person's or the parent's."""

    team_id: str
    kind: str
    about_id: str
    answer: str


@dataclass(frozen=True, slots=True)
class TeamMakerRef(Reference):
    """One team, and the member who made it."""

    team_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class TeamMonthRef(Reference):
    """One team's month, as "2026-11"."""

    team_id: str
    month: str


@dataclass(frozen=True, slots=True)
class PromiseRef(Reference):
    """One promise, by its place among those of a team's month; `due` is a day, as "2026-12-31"."""

    team_id: str
    month: str
    place: int
    due: str = ""


@dataclass(frozen=True, slots=True)
class ReadersRef(Reference):
    """A change of who may read a team's results, and its moment in milliseconds since 1970."""

    moment: int
    team_id: str = ""
    """Empty while the teams of a whole workspace are told."""


@dataclass(frozen=True, slots=True)
class HandedOnRef(Reference):
    """Earlier months that were handed to a team's leader; in milliseconds, from when on they may be read."""

    team_id: str
    readable_from: int
    own_team_id: str = ""
    """The team of whoever is told, where that is one below."""


@dataclass(frozen=True, slots=True)
class DigestRef(Reference):
    """One digest: a team's month for one reader."""

    digest_id: str


@dataclass(frozen=True, slots=True)
class ChartRef(Reference):
    """One chart of a digest; `language` where it is not the reader's own."""

    digest_id: str
    chart: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class PollRef(Reference):
    """One check-in."""

    poll_id: str


@dataclass(frozen=True, slots=True)
class ThresholdsRef(Reference):
    """New thresholds of the check-in."""

    k: int
    c: int
    comments: int


@dataclass(frozen=True, slots=True)
class TrialRef(Reference):
    """A test message of an admin, about nothing."""

    name: str = "test"


@dataclass(frozen=True, slots=True)
class PauseRef(Reference):
    """A time without messages, by its beginning in whole seconds since 1970."""

    since: int


@dataclass(frozen=True, slots=True)
class ChannelRef(Reference):
    """One channel, by Slack's id."""

    channel: str


@dataclass(frozen=True, slots=True)
class MessageRef(Reference):
    """One message, by Slack's ts; the delivery's target is its channel."""

    ts: str


@dataclass(frozen=True, slots=True)
class FileRef(Reference):
    """One file, by Slack's id."""

    file_id: str


@dataclass(frozen=True, slots=True)
class ObstacleRef(Reference):
    """One obstacle, and one member who was asked to answer it."""

    obstacle_id: str
    member_id: str


@dataclass(frozen=True, slots=True)
class AnswerRef(Reference):
    """One obstacle, and the part of its answer that is told: "yes-open", "no", "up-1"."""

    obstacle_id: str
    part: str
