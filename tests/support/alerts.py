"""Evaluates the alert rules of deploy/alerts.yml on this process's metrics."""

import operator
import re
import time
from pathlib import Path
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from slackapp.core import metrics

RULES = Path(__file__).parents[2] / "deploy" / "alerts.yml"
_COMPARISON = re.compile(
    r"(?P<since>time\(\) - )?(?P<name>\w+)(?:\{(?P<label>\w+)=\"(?P<value>\w+)\"\})?"
    r" (?P<sign>[<>=]+) (?P<limit>[\d.]+)"
)
_SIGNS = {">": operator.gt, "<": operator.lt, "==": operator.eq}


def rules() -> dict[str, Any]:
    """The rules by name."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def samples() -> list[Sample]:
    """Every sample of this process."""
    families = text_string_to_metric_families(metrics.exposition().decode())
    return [sample for family in families for sample in family.samples]


def is_firing(alert: str, *, now: float | None = None) -> bool:
    """Whether a rule that compares samples with a number holds now, whatever its `for`."""
    rule = _COMPARISON.fullmatch(rules()[alert]["expr"])
    assert rule, f"{alert} is not a plain comparison"
    moment = time.time() if now is None else now
    values = [
        moment - sample.value if rule["since"] else sample.value
        for sample in samples()
        if sample.name == rule["name"]
        and (not rule["label"] or sample.labels[rule["label"]] == rule["value"])
    ]
    return any(_SIGNS[rule["sign"]](value, float(rule["limit"])) for value in values)
