"""The tables. Every row carries, or reaches by one key, its workspace."""

from slackapp.models.delivering import Bucket, Delivery, DeliveryState, FanOut, Inbound
from slackapp.models.digests import Digest
from slackapp.models.governance import (
    AuditEntry,
    Installation,
    InstallTicket,
    LegalHold,
    Retention,
    SourceKind,
    TeamSource,
    Tombstone,
)
from slackapp.models.people import Cadence, Member, SharingChoice, Team, Workspace
from slackapp.models.pulse import (
    Ballot,
    Bundle,
    BundleScore,
    Comment,
    Identity,
    Poll,
    PollMember,
    PollState,
    PollUnit,
    Question,
)
from slackapp.models.recognition import Blocking, Boost, Recipient, Recognition, Sharing, Visibility

__all__ = [
    "AuditEntry",
    "Ballot",
    "Blocking",
    "Boost",
    "Bucket",
    "Bundle",
    "BundleScore",
    "Cadence",
    "Comment",
    "Delivery",
    "DeliveryState",
    "Digest",
    "FanOut",
    "Identity",
    "Inbound",
    "InstallTicket",
    "Installation",
    "LegalHold",
    "Member",
    "Poll",
    "PollMember",
    "PollState",
    "PollUnit",
    "Question",
    "Recipient",
    "Recognition",
    "Retention",
    "Sharing",
    "SharingChoice",
    "SourceKind",
    "Team",
    "TeamSource",
    "Tombstone",
    "Visibility",
    "Workspace",
]
