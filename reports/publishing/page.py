"""A digest as one web page that needs no network: tables first, charts beside them.

Its policy allows exactly the two scripts it carries, by their hashes, and no address at
all, so whatever people wrote can neither run nor fetch anything.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.charts.from_figures import chart_contents
from reports.charts.scripts import plotly_script
from reports.figures.team_month import Highlight, TeamMonth
from reports.text import follow_up as answering
from reports.text import prompts as questions
from reports.text import pulse as check_in
from reports.text import sentences as words
from reports.text import summary as brief
from slackapp.core.behaviours import WORDING
from slackapp.core.i18n import Voice
from slackapp.pulse.questions import NHS_STEM, STEM

# Runs once the page is there. The charts only repeat the tables, so without scripts nothing is lost.
_START = """
for (const source of document.querySelectorAll("script[type='application/json']")) {
  const name = source.id.replace(/-figure$/, "");
  const figure = JSON.parse(source.textContent);
  const still = {displayModeBar: false, scrollZoom: false, doubleClick: false};
  Plotly.newPlot(name, figure.data, figure.layout, still);
}
"""


def page(say: Voice, team: TeamMonth, figures: Mapping[str, str], today: date) -> str:
    """The page. `figures` are plotly figures as JSON, by chart; a chart without one is a table only."""
    plotly = plotly_script().replace("</script", "<\\/script") if figures else ""
    return (
        _templates()
        .get_template("digest.html")
        .render(
            language=say.language,
            policy=_policy(plotly, _START),
            heading=words.heading(say, team, year=True),
            summary=[(line.label, line.words) for line in brief.lines(say, team, today)],
            titles=_titles(say),
            charts={"mix": None, "ranges": None} | {chart.name: chart for chart in chart_contents(say, team)},
            reach=" ".join([words.reach(say, team.reach), *answering.mutual_thanks(say, team)]),
            sides=answering.sides(say, team),
            promised=answering.promise_lines(say, team),
            kept=answering.kept_promises(say, team),
            comments=team.comments,
            also=answering.other_questions(say, team),
            stem=say(NHS_STEM if team.pulse.source else STEM),
            source=say(team.pulse.source) if team.pulse.source else "",
            officials=answering.officials(say, team),
            highlights=[_shared(say, one) for one in team.highlights],
            check_in=_check_in(say, team),
            questions=[questions.question(say, team, today)],
            method=_method(say, team),
            figures={name: Markup(_inert(figure)) for name, figure in figures.items()},  # noqa: S704 - made inert
            plotly=Markup(plotly),  # noqa: S704 - plotly's own script from its package
            start=Markup(_START),  # noqa: S704 - a constant of ours
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
        "mix": say("How we were with each other"),
        "shared": say("Shared with the team"),
        "ranges": say("What the team said"),
        "ask": say("Ask at the next handover"),
        "promised": say("You said / we will"),
        "comments": say("What people wrote, in no order"),
        "kept": say("Promises kept, and what the team said since"),
        "officials": say("Official figures"),
    }


def _check_in(say: Voice, team: TeamMonth) -> str:
    told = check_in.turnout(say, team.pulse.turnout)
    asked = answering.frequency(say, team)
    return " ".join([*([told] if told else []), *check_in.notes(say, team), *asked])


def _policy(*scripts: str) -> str:
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:"


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _inert(figure: str) -> str:
    """JSON that cannot end its script element nor open a comment in it."""
    return figure.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _shared(say: Voice, one: Highlight) -> dict[str, str]:
    who = say(
        "{giver} thanked {receiver}: {behaviour}",
        giver=one.giver,
        receiver=one.receiver,
        behaviour=say(WORDING[one.behaviour].label).lower(),
    )
    return {"words": one.words, "who": who}


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
