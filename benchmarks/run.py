"""All quick measurements, one after the other, as one table. The long one: benchmarks.recognition --large."""

import sys
from collections.abc import Callable

from benchmarks import closing, pictures, recognition, sandbox, starting
from benchmarks.measuring import Line, load, show

QUICK: dict[str, Callable[[], list[Line]]] = {
    "recognition": recognition.quick,
    "pictures": pictures.quick,
    "sandbox": sandbox.quick,
    "starting": starting.quick,
    "closing": closing.quick,
}


def main() -> None:
    lines: list[Line] = []
    for name, measure in QUICK.items():
        print(f"Measuring {name} ({load()}) ...", file=sys.stderr, flush=True)
        lines += measure()
    show(lines)


if __name__ == "__main__":
    main()
