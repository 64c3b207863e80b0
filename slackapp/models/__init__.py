"""The tables. Every row carries, or reaches by one key, its workspace."""

from slackapp.models.delivering import Bucket, Delivery, DeliveryState, FanOut, Inbound
from slackapp.models.digests import Digest
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
    "Member",
    "Poll",
    "PollMember",
    "PollState",
    "PollUnit",
    "Question",
    "Recipient",
    "Recognition",
    "Sharing",
    "SharingChoice",
    "Team",
    "Visibility",
    "Workspace",
]
