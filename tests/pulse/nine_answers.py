"""What nine people of one ward answer, in whichever order."""

from collections.abc import Iterable

from tests.pulse.hospital import Hospital

PEOPLE = [f"Ward 7 {number}" for number in range(1, 10)]
ANSWERS = [5, 4, 4, 3, 2, 1, 5, 2, 3]
WORDS = ["more time", "", "a second pair of hands", "", "", "breaks", "", "", "thank you \N{HONEYBEE}"]
NONCES = [bytes([number]) * 12 for number in range(9)]


def answered(hospital: Hospital, order: Iterable[int]) -> None:
    for place, (person, given) in enumerate(zip(PEOPLE, order, strict=True)):
        hospital.answer(person, ANSWERS[given], WORDS[given], NONCES[place])
