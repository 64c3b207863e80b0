"""A digest as one page to keep or print: tables first, charts as vector graphics beside them.

It has no script, and its policy allows none and no address at all, so whatever people
wrote can neither run nor fetch anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.charts import side_by_side
from reports.charts.content import ChartContent
from reports.charts.from_figures import chart_contents
from reports.figures.team_month import Highlight, TeamMonth
from reports.text import follow_up, promises, prompts, pulse, sentences, summary
from slackapp.core.behaviours import WORDING
from slackapp.core.i18n import Voice
from slackapp.digest.promises import PromiseDetails
from slackapp.pulse.questions import NHS_STEM, STEM

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
CHARTS = {"four": None, "ranges": None}
_QUOTES = 3
_FRAMED = 3
"""Promises in frames on the first sheet; what is older follows on the second in brief."""


def charts(say: Voice, team: TeamMonth) -> list[ChartContent]:
    """The charts of the page: the four side by side, and up to six months of what people say."""
    four = side_by_side.chart(say, team)
    months = [chart for chart in chart_contents(say, team) if chart.name in CHARTS]
    return [*([four] if four else []), *months]


@dataclass(frozen=True, slots=True)
class Edition:
    """What stands beside a month's figures on a page: where it is, for whom, and what answers this digest."""

    place: str = ""
    reader: str = ""
    answers: Sequence[PromiseDetails] = ()


NO_EDITION = Edition()


def page(
    say: Voice,
    team: TeamMonth,
    drawings: Mapping[str, str],
    today: date,
    *,
    edition: Edition = NO_EDITION,
) -> str:
    """The page. `drawings` are charts as SVG, by name; a chart without one is a table only."""
    return (
        _templates()
        .get_template("digest.html")
        .render(
            language=say.language,
            policy=POLICY,
            heading=sentences.heading(say, team, year=True),
            masthead=_masthead(say, edition, today),
            summary=[(line.label, line.words) for line in summary.lines(say, team, today)],
            titles=_titles(say),
            charts=CHARTS | {chart.name: chart for chart in charts(say, team)},
            reach=" ".join([sentences.reach(say, team.reach), *follow_up.mutual_thanks(say, team)]),
            sides=follow_up.sides(say, team),
            promised=_promised(say, team, edition)[:_FRAMED],
            promised_more=_promised(say, team, edition)[_FRAMED:],
            kept=follow_up.kept_promises(say, team),
            comments=team.comments,
            also=follow_up.other_questions(say, team),
            stem=say(NHS_STEM if team.pulse.source else STEM),
            source=say(team.pulse.source) if team.pulse.source else "",
            officials=follow_up.officials(say, team),
            highlights=[_shared(say, highlight) for highlight in team.highlights[:_QUOTES]],
            check_in=_check_in(say, team),
            questions=[prompts.question(say, team, today)],
            method=_method(say, team),
            drawings={name: Markup(svg) for name, svg in drawings.items()},  # noqa: S704 - Plotly's own SVG, its texts escaped
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _titles(say: Voice) -> dict[str, str]:
    return {
        "shared": say("Thanks that were shared"),
        "ask": say("Ask at the next handover"),
        "promised": say("You said / we will"),
        "you_said": say("You said"),
        "we_will": say("We will"),
        "no_promise": sentences.capital(say("nothing yet. One small thing is enough.")),
        "figures": say("Figures"),
        "promised_more": say("All promises"),
        "comments": say("What people wrote, in no order"),
        "kept": say("Promises kept, and what the team said since"),
        "officials": say("Official figures"),
    }


def _masthead(say: Voice, edition: Edition, today: date) -> tuple[str, str]:
    if not edition.reader:
        return edition.place, ""
    printed = say("Made on {date} for {leader}", date=say.day(today, year=True), leader=edition.reader)
    return edition.place, printed


def _promised(say: Voice, team: TeamMonth, edition: Edition) -> list[dict[str, str]]:
    """What answers this digest first, then what was promised before and is told in it."""
    earlier = [promise.details for promise in follow_up.current(team)]
    return [
        {
            "you_said": details.you_said,
            "we_will": details.words,
            "below": " ".join([promises.by_whom(say, details), *_became(say, details)]),
        }
        for details in (*edition.answers, *earlier)
    ]


def _became(say: Voice, details: PromiseDetails) -> list[str]:
    """What became of a promise, and what is in the way."""
    outcome = promises.parts(say, details)[2:]
    return [f"{label} {words}".strip() for label, words in outcome]


def _check_in(say: Voice, team: TeamMonth) -> str:
    turnout = pulse.turnout(say, team.pulse.turnout)
    frequency = follow_up.frequency(say, team)
    return " ".join([*([turnout] if turnout else []), *pulse.notes(say, team), *frequency])


def _shared(say: Voice, highlight: Highlight) -> dict[str, str]:
    who = say(
        "{giver} thanked {receiver}: {behaviour}",
        giver=highlight.giver,
        receiver=highlight.receiver,
        behaviour=say(WORDING[highlight.behaviour].label).lower(),
    )
    return {"words": highlight.words, "who": who}


def _method(say: Voice, team: TeamMonth) -> str:
    is_about = team.mix is not None and team.mix.is_about
    return " ".join(
        [
            say("Small numbers are not shown: a count under 5 reads “under 5”."),
            say(
                "Check-in answers are added up for groups of {k} or more and rounded; "
                "everything else is calculated from these rounded numbers.",
                k=team.k,
            ),
            say(
                "Very low and very high results of a small group only read “or lower” and “or higher”: "
                "five people who mostly agree always see the highest."
            ),
            *([say("Counts of several teams together are told to the nearest five.")] if is_about else []),
            say("Thanks are shown here only where the person thanked shared them."),
        ]
    )
