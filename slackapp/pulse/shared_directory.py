"""Whether several hosts that share KEY_DIR see each other's locks: by how its file system is mounted."""

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = ("nfs", "cifs", "smb3", "9p", "fuse.")
_LOCAL_LOCKS = frozenset({"nolock", "nobrl", "local_lock=all", "local_lock=flock"})

LOCAL_LOCKS = (
    "KEY_DIR %s lies on a network file system (%s) whose locks other hosts do not see (%s). With several "
    "hosts, mount it without that option (NFS 4, or NFS 3 with its lock service); one host may use it so."
)
NETWORK = (
    "KEY_DIR %s lies on a network file system (%s). Several hosts may share it: each must run with the same "
    "clock, and what was overwritten may stay on the file server's disks and in its snapshots."
)


def warning(path: Path, mounts: str) -> str | None:
    """Return what an operator should know of a directory's file system, from the text of mountinfo."""
    mount = _mount_of(path.resolve(), mounts)
    if mount is None:
        return None
    kind, options = mount
    if not kind.startswith(_NETWORK):
        return None
    local = sorted(_LOCAL_LOCKS & options)
    return LOCAL_LOCKS % (path, kind, ", ".join(local)) if local else NETWORK % (path, kind)


def _mount_of(path: Path, mounts: str) -> tuple[str, frozenset[str]] | None:
    """The type and options of the file system that a path lies on: of the longest mount point above it."""
    best: tuple[int, str, frozenset[str]] | None = None
    for line in mounts.splitlines():
        # 36 35 98:0 /root /point options [optional fields] - type source superoptions
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(), after.split()
        point = Path(fields[4].replace("\\040", " ")) if len(fields) > _POINT else None
        if point is None or not path.is_relative_to(point) or not kinds:
            continue
        options = frozenset(",".join([fields[_POINT + 1], *kinds[2:]]).split(","))
        if best is None or len(point.parts) >= best[0]:
            best = (len(point.parts), kinds[0], options)
    return best[1:] if best else None


_POINT = 4
"""The place of the mount point in a line."""
