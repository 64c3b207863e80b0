"""The confidentiality guard on written sentences: precision and recall, and every sentence it got wrong.

The first two lists were written together with the word lists; the `_unseen` ones afterwards, and
nothing was changed for them.
"""

import time
from pathlib import Path

from slackapp.core import confidentiality

SENTENCES = Path(__file__).parent.parent / "tests" / "data" / "sentences"


def _lines(name: str) -> list[str]:
    return (SENTENCES / f"{name}.txt").read_text().splitlines()


def figures(
    confidentiality_check: confidentiality.ConfidentialityCheck, suffix: str
) -> tuple[str, list[str]]:
    telling, fine = _lines(f"give_away{suffix}"), _lines(f"fine{suffix}")
    missed = [line for line in telling if not confidentiality_check.check(line)]
    alarms = [line for line in fine if confidentiality_check.check(line)]
    hits = len(telling) - len(missed)
    summary = (
        f"{len(telling)} that give away, {len(fine)} that do not: "
        f"precision {hits / (hits + len(alarms)):.1%}, recall {hits / len(telling):.1%}"
    )
    wrong = [f"  missed: {line}" for line in missed] + [f"  by mistake: {line}" for line in alarms]
    return summary, wrong


def main() -> None:
    confidentiality_check = confidentiality.standard()
    for label, suffix in (("written with the word lists", ""), ("unseen", "_unseen")):
        summary, wrong = figures(confidentiality_check, suffix)
        print(f"{label}: {summary}", *wrong, sep="\n")
    lines = _lines("give_away") + _lines("fine")
    began = time.perf_counter()
    for line in lines:
        confidentiality_check.check(line)
    print(f"{(time.perf_counter() - began) / len(lines) * 1e6:.0f} microseconds a sentence")


if __name__ == "__main__":
    main()
