"""What an operator is told of a KEY_DIR that several hosts share, and that its lock excludes processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from slackapp.pulse.key_files import LOCK, KeyFiles
from slackapp.pulse.shared_directory import warning

ROOT = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"
NFS = "80 22 0:44 / /keys rw,relatime shared:2 - nfs4 files:/keys rw,vers=4.2,{options}"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("local_lock=none", "Several hosts may share it"),
        ("nolock,local_lock=all", "other hosts do not see (local_lock=all, nolock)"),
        ("local_lock=flock", "other hosts do not see"),
    ],
)
def test_a_network_file_system_is_named_with_what_its_locks_are_worth(options: str, expected: str) -> None:
    mounts = f"{ROOT}\n{NFS.format(options=options)}"
    assert expected in str(warning(Path("/keys/appreciate"), mounts))
    assert warning(Path("/var/keys"), mounts) is None, "the disk of this host"


PROGRAM = """
import sys, time
from pathlib import Path
from slackapp.pulse.key_files import KeyFiles
path = Path(sys.argv[1])
files = KeyFiles(path)
for _ in range(200):
    with files.locked():
        number = int((path / "number").read_text())
        (path / "number").write_text(str(number + 1))
"""


def test_processes_that_share_the_directory_exclude_each_other_even_when_the_lock_is_removed(
    tmp_path: Path,
) -> None:
    (tmp_path / "number").write_text("0")
    arguments = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    processes = [subprocess.Popen(arguments) for _ in range(3)]
    while any(process.poll() is None for process in processes):
        with KeyFiles(tmp_path).locked():
            # Somebody tidies up: only whoever holds it may, and nobody is let in twice.
            (tmp_path / LOCK).unlink()
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert (tmp_path / "number").read_text() == "600"
