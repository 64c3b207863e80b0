"""What a digest's message says above its buttons: in at most ninety words, read in half a minute."""

from collections.abc import Iterator
from dataclasses import dataclass

from reports.figures.team_month import CheckInStatus, TeamMonth
from reports.text import follow_up as answering
from reports.text import prompts as questions
from reports.text import pulse as check_in
from reports.text import sentences as words
from slackapp.core.i18n import Voice

WORDS_AT_MOST = 90

Labelled = tuple[str, str]
"""A label, which may be empty, and the sentences that follow it."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The message's sentences in their order."""

    heading: str
    summary: tuple[Labelled, ...]
    progress: tuple[str, ...]
    reach: str
    asking: str
    questions: tuple[str, ...]
    small_print: str

    def length(self, team: str) -> int:
        """How many words are to be read; a team's name is as long as it is and counts as one."""
        lines = [" ".join(line) for line in self.summary]
        parts = [self.heading, *lines, *self.progress, self.reach, self.asking, *self.questions]
        read = " ".join([*parts, self.small_print])
        return len(read.replace(words.team_name(team), "_").split())


def brief(say: Voice, team: TeamMonth, *, ours: bool = False) -> Brief:
    """The fullest version that is short enough; whatever it leaves out stands in the page.

    `ours` is for the team to read, otherwise it speaks to the leader.
    """
    for found in _versions(say, team, ours=ours):
        if found.length(team.team) <= WORDS_AT_MOST:
            break
    return found


def _versions(say: Voice, team: TeamMonth, *, ours: bool) -> Iterator[Brief]:
    """From the fullest to the shortest: the third question goes first, two always stay."""
    asked = questions.suggested(say, team)
    for short, few, number in ((False, False, 3), (False, False, 2), (True, False, 2), (True, True, 2)):
        yield Brief(
            heading=words.heading(say, team),
            summary=tuple(summary(say, team, brief=short)),
            progress=tuple(answering.progress(say, team, ours=ours)),
            reach=words.reach(say, team.reach),
            asking=say("To ask the team:"),
            questions=tuple(asked[:number]),
            small_print=say("Small numbers are not shown.") if few else small_print(say, team),
        )


def summary(say: Voice, team: TeamMonth, *, brief: bool = False) -> list[Labelled]:
    """The first lines: what the thanks show, and with its label what the check-in shows.

    `brief` leaves out what has changed in the thanks, which the picture shows, and why a check-in is missing.
    """
    thanks = [say("A quiet month: too few thank-yous to show a mix.")]
    if team.mix:
        thanks = [words.mix_title(say, team.mix), *([] if brief else words.mix_changed(say, team))]
    told = [check_in.title(say, team.pulse)] if team.pulse.held is CheckInStatus.SHOWN else []
    told += check_in.notes(say, team, brief=brief)
    return [("", " ".join(thanks)), (say("Check-in"), " ".join(told))]


def small_print(say: Voice, team: TeamMonth) -> str:
    """The quiet last line of the message."""
    told = check_in.turnout(say, team.pulse.turnout)
    return " ".join(filter(None, (told, say("Small numbers are not shown."))))
