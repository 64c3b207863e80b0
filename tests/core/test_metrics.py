"""The metrics' names, and the alert rules on them that need no database."""

import re

import pytest
from prometheus_client import Gauge

from slackapp.core import metrics
from tests.support.alerts import is_firing, rules, samples

NAME = re.compile(r"appreciate_\w+")


def test_every_rule_is_about_a_metric_that_exists_and_says_what_to_do() -> None:
    documented = set(re.findall(r"# TYPE (\w+)", metrics.exposition().decode()))
    for rule in rules().values():
        names = {name.removesuffix("_bucket") for name in NAME.findall(rule["expr"])}
        assert names
        assert names <= documented, rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]


@pytest.mark.parametrize(
    ("alert", "well", "unwell"),
    [
        ("AppreciateDatabaseDown", (metrics.DATABASE_UP, 1), (metrics.DATABASE_UP, 0)),
        ("AppreciateNotConnected", (metrics.SLACK_CONNECTED, 1), (metrics.SLACK_CONNECTED, 0)),
        ("AppreciateClock", (metrics.CLOCK_DOUBTED, 0), (metrics.CLOCK_DOUBTED, 1)),
        (
            "AppreciateCheckIn",
            (metrics.CHECK_INS.labels("alarms"), 0),
            (metrics.CHECK_INS.labels("alarms"), 1),
        ),
    ],
)
def test_a_fault_raises_the_alarm_and_its_end_ends_it(
    alert: str, well: tuple[Gauge, float], unwell: tuple[Gauge, float]
) -> None:
    for (gauge, value), fires in ((well, False), (unwell, True), (well, False)):
        gauge.set(value)
        assert is_firing(alert) is fires


def test_work_that_has_not_succeeded_for_26_hours_raises_the_alarm() -> None:
    metrics.JOB_LAST_SUCCESS.labels("retention").set(1_000_000)
    assert not is_firing("AppreciateJobSilent", now=1_000_000 + 26 * 3600 - 1)
    assert is_firing("AppreciateJobSilent", now=1_000_000 + 26 * 3600 + 1)
    metrics.JOB_LAST_SUCCESS.remove("retention")


def test_labels_are_few_and_none_is_for_a_person_a_team_or_a_workspace() -> None:
    labels = {label for sample in samples() for label in sample.labels}
    assert labels <= {"outcome", "error", "method", "job", "kind", "words", "what", "state", "priority"} | {
        "scope",
        "problem",
        "le",
    }
