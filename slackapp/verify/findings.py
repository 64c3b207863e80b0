"""The result of a check, in words for a reader who is not a programmer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checked:
    """One check. `looked_at` says what a clean result means; `findings` are empty when it is clean."""

    title: str
    looked_at: str
    findings: tuple[str, ...] = ()
    is_incomplete: bool = False
    """So much is missing that no other check is possible."""

    @property
    def is_clean(self) -> bool:
        """Whether there are no findings."""
        return not self.findings


CANNOT_SHOW = (
    "Whether the copy is complete: a second copy of the data somewhere else is not seen.",
    "Whether the program on the server is this one: a changed program sees answers as they come in.",
    "What happens while a check-in is open: until the close, the server and Slack could read it.",
    "Whether a destroyed key can be recovered from the disk: on some disks overwriting is best effort.",
    (
        "What people know of each other: who compares answers, or knows who answered each time, may "
        "sometimes work out what somebody else said, or that they gave no score."
    ),
    "Whether a leader recognises somebody by how a comment is written.",
    "Whether every account in a team belongs to a real person: members can see whom they are grouped with.",
)
"""What no check of stored data can show."""
