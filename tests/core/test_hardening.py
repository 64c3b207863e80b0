"""A process that takes answers leaves nothing of them to others."""

import subprocess
import sys

import pytest

LOOKING = """
import ctypes, resource, sys
if {hardened}:
    from slackapp.core.hardening import harden
    harden()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
room = libc.malloc(4000)
ctypes.memset(room, ord("s"), 4000)
libc.free(room)
left = ctypes.string_at(room, 4000).count(b"s") > 2000
print(resource.getrlimit(resource.RLIMIT_CORE)[0], libc.prctl(3, 0, 0, 0, 0), left)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has prctl and glibc")
def test_no_core_dump_no_debugger_and_no_freed_memory_with_words_in_it() -> None:
    def look(*, hardened: bool) -> list[str]:
        program = LOOKING.format(hardened=hardened)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert look(hardened=True) == ["0", "0", "False"]
    # The naive twin is dumpable, and what was freed still stands there.
    assert look(hardened=False)[1:] == ["1", "True"]
