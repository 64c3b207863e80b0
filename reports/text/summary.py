"""The sentences of a digest's message: at most ninety words, read in half a minute."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures.findings import AT_MOST, Finding
from reports.figures.significance import compared_month, named_most
from reports.figures.team_month import CheckInStatus, Share, TeamMonth
from reports.text import promised, prompts, pulse, sentences
from reports.text.topics import TOPICS, in_line
from slackapp.core.behaviours import Behaviour
from slackapp.core.i18n import Voice, translatable

WORDS_AT_MOST = 90
_NEARLY_ALL = {
    Share.NEARLY_EVERYONE: translatable("nearly everyone in the team was thanked in the last 90 days."),
    Share.MOST: translatable("most people in the team were thanked in the last 90 days."),
}
_MOST_THANKS = {
    Behaviour.ATTENDING: translatable("thanks were most often for attending."),
    Behaviour.UNDERSTANDING: translatable("thanks were most often for understanding."),
    Behaviour.EMPATHISING: translatable("thanks were most often for empathising."),
    Behaviour.HELPING: translatable("thanks were most often for helping."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A label, which may be empty, and the words that follow it. `apart` are a leader's own words in it."""

    label: str
    words: str
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Most:
    """How many questions two of the lines name at most."""

    praised: int = AT_MOST
    from_above: int = AT_MOST


ALL_OF_THEM = Most()


@dataclass(frozen=True, slots=True)
class Brief:
    """The message's sentences in their order."""

    heading: str
    lines: tuple[Line, ...]
    asking: str
    question: str
    small_print: str

    def length(self, team: str) -> int:
        """How many words are to be read; quotes and promises apart, and a team's name counts as one."""
        lines = [f"{line.label} {line.words.replace(line.apart, '_', 1)}" for line in self.lines]
        read = " ".join([self.heading, *lines, self.asking, self.question, self.small_print])
        return len(read.replace(sentences.team_name(team), "_").split())


def brief(say: Voice, team: TeamMonth, today: date, *, is_for_team: bool = False) -> Brief:
    """Return the longest version that is short enough; the modal has what it leaves out.

    `ours` is for the team, otherwise for the leader.
    """
    for version in _versions(say, team, today, is_for_team=is_for_team):
        if version.length(team.team) <= WORDS_AT_MOST:
            break
    return version


def _versions(say: Voice, team: TeamMonth, today: date, *, is_for_team: bool) -> Iterator[Brief]:
    """From the fullest to the shortest: how many answered goes first, second names go last."""
    turnout = None if is_for_team else pulse.turnout(say, team.pulse.turnout)
    small, hidden = small_print(say)
    for print_below, most in (
        ((turnout, small, hidden), Most()),
        ((small, hidden), Most()),
        ((hidden,), Most()),
        ((hidden,), Most(praised=1)),
        ((hidden,), Most(praised=1, from_above=1)),
    ):
        yield Brief(
            heading=sentences.heading(say, team),
            lines=tuple(lines(say, team, today, is_for_team=is_for_team, most=most)),
            asking=prompts.asking(say, team, is_for_team=is_for_team),
            question=prompts.question(say, team, today),
            small_print=" ".join(filter(None, print_below)),
        )


def lines(
    say: Voice, team: TeamMonth, today: date, *, is_for_team: bool = False, most: Most = ALL_OF_THEM
) -> list[Line]:
    """Going well, what is needed of whom, and what was promised: to the team first, to the leader last."""
    summary_lines = _said_and_will(say, team) if is_for_team else []
    summary_lines += [
        Line(say("Going well:"), _going_well(say, team, most.praised, is_for_team=is_for_team)),
        _needs(say, team, is_for_team=is_for_team),
    ]
    if above := team.pulse.findings.from_above:
        named = _named(say, team, above[: most.from_above]) + _alone(say, above)
        summary_lines.append(Line(say("Needs help from above:"), named))
    if not is_for_team:
        quoted = promised.quoted(team)
        own_words = quoted.details.words if quoted else ""
        summary_lines.append(Line(say("You promised:"), promised.line(say, team, today), own_words))
    return summary_lines


def _said_and_will(say: Voice, team: TeamMonth) -> list[Line]:
    """What the team was promised and is due next."""
    quoted = promised.quoted(team)
    if quoted is None:
        return []
    promise = quoted.details
    return [
        Line(say("You said:"), f"“{promise.you_said}”", promise.you_said),
        Line(say("We will:"), promised.to_the_team(say, promise), promise.words),
    ]


def in_short(say: Voice, team: TeamMonth, today: date) -> str:
    """The lines as plain text, for where a digest is only announced."""
    summary_lines = lines(say, team, today)
    return "\n".join(" ".join(filter(None, (line.label, line.words))) for line in summary_lines)


def small_print(say: Voice) -> tuple[str, str]:
    """The small print under every digest."""
    return (
        say("Small numbers are not shown."),
        say("A good result can hide people who feel otherwise."),
    )


def _going_well(say: Voice, team: TeamMonth, praised: int, *, is_for_team: bool) -> str:
    quiet = [] if team.mix else [say("Too few thank-yous to show them.")]
    findings = team.pulse.findings.going_well[:praised]
    if findings:
        return " ".join([_named(say, team, findings, good=True), *quiet])
    reach = team.reach
    if not is_for_team and reach is not None and reach.rolled_up_to is None and reach.share in _NEARLY_ALL:
        return " ".join([say(_NEARLY_ALL[reach.share]), *quiet])
    if team.mix is None:
        return say("a quiet month, with too few thank-yous to show.")
    most = named_most(team.mix)
    return say(_MOST_THANKS[most]) if most else say("no one thing stands out.")


def _needs(say: Voice, team: TeamMonth, *, is_for_team: bool) -> Line:
    results = team.pulse
    if results.held is not CheckInStatus.SHOWN:
        # Without a heading: nobody should feel pressed to answer.
        return Line("", " ".join(_nothing_shown(say, team)))
    if results.findings.is_early:
        return Line("", say("Too early to say more: that takes three check-ins within 60 days."))
    label = say("Needs work:") if is_for_team else say("Needs you:")
    if not results.findings.needs:
        return Line(label, say("nothing stands out."))
    return Line(label, _named(say, team, results.findings.needs))


def _nothing_shown(say: Voice, team: TeamMonth) -> list[str]:
    if team.pulse.held is not CheckInStatus.TOO_FEW:
        return pulse.notes(say, team)
    joined = {missing.joined for missing in team.pulse.missing}
    if len(joined) == 1 and (name := joined.pop()) is not None:
        sentence = say(
            "Too few answers to show; they are counted with {team}.", team=sentences.team_name(name)
        )
    else:
        sentence = say("Too few answers to show.")
    return [sentence, say("Not answering is everybody's right.")]


def _named(say: Voice, team: TeamMonth, findings: Iterable[Finding], *, good: bool = False) -> str:
    """The named questions as one sentence."""
    place = compared_month(team.pulse)
    before = say.month(team.pulse.months[place]) if place is not None else ""
    names = [in_line(say, team.pulse, finding, before=before, good=good) for finding in findings]
    return f"{'; '.join(names)}."


def _alone(say: Voice, findings: Sequence[Finding]) -> str:
    """The sentence after a single reversed question whose whole range is low; else nothing."""
    topic = TOPICS.get(findings[0].key)
    if len(findings) > 1 or topic is None or not topic.alone or not findings[0].is_low:
        return ""
    return f" {say(topic.alone)}"
