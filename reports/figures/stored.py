"""The part of a team's month that is published once and then only read: to and from what is stored.

It holds no person and nobody's words but an organisation's own questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from reports.figures.findings import Finding, Findings
from reports.figures.spans import Span
from reports.figures.team_month import (
    CheckInStatus,
    Counts,
    Missing,
    Mix,
    MutualThanks,
    OtherQuestion,
    Pulse,
    Reach,
    Share,
    Sides,
)
from slackapp.core.behaviours import Behaviour
from slackapp.pulse.disclosure import Cell, Change, Turnout


@dataclass(frozen=True, slots=True)
class Figures:
    """The fields of a `TeamMonth` that are stored, by the same names."""

    k: int
    mix: Mix | None
    is_first: bool
    pulse: Pulse
    reach: Reach | None
    counts_by_direction: Sides | None
    mutual_thanks: MutualThanks | None
    rarely_used: Behaviour | None

    @property
    def values(self) -> dict[str, Any]:
        """By name, to make a `TeamMonth` of."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def to_json(figures: Figures) -> dict[str, Any]:
    """What is stored."""
    mix, reach, sides = figures.mix, figures.reach, figures.counts_by_direction
    return {
        "k": figures.k,
        "mix": {"now": mix.now, "before": mix.before, "is_about": mix.is_about} if mix else None,
        "is_first": figures.is_first,
        "pulse": _pulse_to_json(figures.pulse),
        "reach": {"share": reach.share, "rolled_up_to": reach.rolled_up_to} if reach else None,
        "sides": {"given": sides.given, "received": sides.received} if sides else None,
        "mutual_thanks": figures.mutual_thanks,
        "rarely_used": figures.rarely_used,
    }


def from_json(stored: Mapping[str, Any]) -> Figures:
    """What was stored, as values."""
    mix, reach, sides = stored["mix"], stored["reach"], stored["sides"]
    return Figures(
        k=stored["k"],
        mix=Mix(_counts(mix["now"]), _counts_or_none(mix["before"]), mix["is_about"]) if mix else None,
        is_first=stored["is_first"],
        pulse=_pulse(stored["pulse"]),
        reach=Reach(Share(reach["share"]), reach["rolled_up_to"]) if reach else None,
        counts_by_direction=Sides(_counts(sides["given"]), _counts(sides["received"])) if sides else None,
        mutual_thanks=MutualThanks(stored["mutual_thanks"]) if stored["mutual_thanks"] else None,
        rarely_used=Behaviour(stored["rarely_used"]) if stored["rarely_used"] else None,
    )


def _counts(stored: Sequence[int | None]) -> Counts:
    return tuple(stored)


def _counts_or_none(stored: Sequence[int | None] | None) -> Counts | None:
    return tuple(stored) if stored is not None else None


def _pulse_to_json(pulse: Pulse) -> dict[str, Any]:
    return {
        "held": pulse.held.value,
        "months": [month.isoformat() for month in pulse.months],
        "items": {str(item): [_span_to_json(span) for span in spans] for item, spans in pulse.items.items()},
        "missing": [
            {"closed_on": missing.closed_on.isoformat(), "joined": missing.joined, "lost": missing.lost}
            for missing in pulse.missing
        ],
        "turnout": list(pulse.turnout),
        "labels": {str(item): label for item, label in pulse.labels.items()},
        "source": pulse.source,
        "also": [
            {
                "words": question.words,
                "span": _span_to_json(question.span),
                "is_turned": question.is_turned,
                "key": question.key,
            }
            for question in pulse.also
        ],
        "recent": {str(item): _span_to_json(span) for item, span in pulse.recent.items()}
        if pulse.recent is not None
        else None,
        "recent_since": pulse.recent_since.isoformat() if pulse.recent_since else None,
        "findings": _findings_to_json(pulse.findings),
    }


def _pulse(stored: Mapping[str, Any]) -> Pulse:
    recent, since = stored["recent"], stored["recent_since"]
    return Pulse(
        held=CheckInStatus(stored["held"]),
        months=tuple(date.fromisoformat(month) for month in stored["months"]),
        items={Behaviour(item): tuple(map(_span, spans)) for item, spans in stored["items"].items()},
        missing=tuple(
            Missing(date.fromisoformat(missing["closed_on"]), missing["joined"], missing["lost"])
            for missing in stored["missing"]
        ),
        turnout=tuple(Turnout(band) for band in stored["turnout"]),
        labels={Behaviour(item): label for item, label in stored["labels"].items()},
        source=stored["source"],
        also=tuple(
            OtherQuestion(question["words"], _span(question["span"]), question["is_turned"], question["key"])
            for question in stored["also"]
        ),
        recent={Behaviour(item): _span(span) for item, span in recent.items()} if recent else None,
        recent_since=date.fromisoformat(since) if since else None,
        findings=_findings(stored["findings"]),
    )


def _span_to_json(span: Span | None) -> list[int] | None:
    return [span.cell.n, span.cell.lo, span.cell.hi, span.parts] if span else None


def _span(stored: Sequence[int] | None) -> Span | None:
    if stored is None:
        return None
    n, low, high, parts = stored
    return Span(Cell(n, low, high), parts)


def _findings_to_json(findings: Findings) -> dict[str, Any]:
    named = {
        name: [
            {"key": finding.key, "change": finding.change, "is_low": finding.is_low}
            for finding in getattr(findings, name)
        ]
        for name in ("going_well", "needs", "from_above")
    }
    return {**named, "is_early": findings.is_early}


def _findings(stored: Mapping[str, Any]) -> Findings:
    return Findings(
        going_well=_named(stored["going_well"]),
        needs=_named(stored["needs"]),
        from_above=_named(stored["from_above"]),
        is_early=stored["is_early"],
    )


def _named(stored: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            finding["key"], Change(finding["change"]) if finding["change"] else None, is_low=finding["is_low"]
        )
        for finding in stored
    )
