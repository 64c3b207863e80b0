"""Who works in the sandbox's ward, by id, and the channels they talk in."""

from typing import Any

ADA, BEN, CERYS, GONE, ROBOT, VISITOR = (f"U0WARD0000{n}" for n in range(1, 7))
GENERAL, PRIVATE, UNJOINED, OLD, HIDDEN = (f"C0WARD0000{n}" for n in range(1, 6))
APP_TOKEN = "xapp-ward-app-token"


def ben_leaves(ward: Any) -> None:
    """Something that the app is notified of."""
    ward.control("change", kind="leave", channel=GENERAL, user=BEN)
