"""A digest as one page to keep or print: tables first, charts as vector graphics beside them.

It has no script, and its policy allows none and no address at all, so whatever people
wrote can neither run nor fetch anything.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.charts import side_by_side
from reports.charts.content import ChartContent
from reports.charts.from_figures import chart_contents
from reports.figures.team_month import Highlight, TeamMonth
from reports.text import follow_up, prompts, pulse, sentences, summary
from slackapp.core.behaviours import WORDING
from slackapp.core.i18n import Voice
from slackapp.pulse.questions import NHS_STEM, STEM

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
CHARTS = {"four": None, "ranges": None}


def charts(say: Voice, team: TeamMonth) -> list[ChartContent]:
    """The charts of the page: the four side by side, and up to six months of what people say."""
    four = side_by_side.chart(say, team)
    months = [chart for chart in chart_contents(say, team) if chart.name in CHARTS]
    return [*([four] if four else []), *months]


def page(say: Voice, team: TeamMonth, drawings: Mapping[str, str], today: date) -> str:
    """The page. `drawings` are charts as SVG, by name; a chart without one is a table only."""
    return (
        _templates()
        .get_template("digest.html")
        .render(
            language=say.language,
            policy=POLICY,
            heading=sentences.heading(say, team, year=True),
            summary=[(line.label, line.words) for line in summary.lines(say, team, today)],
            titles=_titles(say),
            charts=CHARTS | {chart.name: chart for chart in charts(say, team)},
            reach=" ".join([sentences.reach(say, team.reach), *follow_up.mutual_thanks(say, team)]),
            sides=follow_up.sides(say, team),
            promised=follow_up.promise_lines(say, team),
            kept=follow_up.kept_promises(say, team),
            comments=team.comments,
            also=follow_up.other_questions(say, team),
            stem=say(NHS_STEM if team.pulse.source else STEM),
            source=say(team.pulse.source) if team.pulse.source else "",
            officials=follow_up.officials(say, team),
            highlights=[_shared(say, highlight) for highlight in team.highlights],
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
        "four": say("The four behaviours"),
        "shared": say("Shared with the team"),
        "ranges": say("What the team said"),
        "ask": say("Ask at the next handover"),
        "promised": say("You said / we will"),
        "comments": say("What people wrote, in no order"),
        "kept": say("Promises kept, and what the team said since"),
        "officials": say("Official figures"),
    }


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
