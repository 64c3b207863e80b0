"""Keep what a process holds in memory inside it: no core dump, no debugger of the same user, no leftovers."""

import ctypes
import resource
import sys

_PR_SET_DUMPABLE = 4
"""linux/prctl.h"""
_M_PERTURB = -6
"""malloc.h of glibc"""
_FILLING = 0xA5


def harden() -> bool:
    """Do it for this process, first thing; True where all of it is in force (Linux with glibc).

    glibc then overwrites memory that is given back, so that an answer that was read does not lie about
    until somebody needs the room. Whoever is root can still look into a running process.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    is_undumpable = libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0
    mallopt = getattr(libc, "mallopt", None)
    return is_undumpable and mallopt is not None and bool(mallopt(_M_PERTURB, _FILLING))
