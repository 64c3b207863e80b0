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
_QUANTILE = re.compile(
    r"histogram_quantile\((?P<share>[\d.]+), sum by \(le\) \(rate\((?P<name>\w+)\[10m\]\)\)\)"
    r" > (?P<limit>[\d.]+)"
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


def buckets(alert: str) -> dict[float, float]:
    """The sums of a quantile rule's buckets, by their upper ends."""
    rule = _quantile(alert)
    sums: dict[float, float] = {}
    for sample in samples():
        if sample.name == rule["name"]:
            end = float(sample.labels["le"])
            sums[end] = sums.get(end, 0.0) + sample.value
    return sums


def is_slow(alert: str, *, since: dict[float, float]) -> bool:
    """Whether the quantile of what was observed since then lies in a bucket beyond the rule's limit."""
    rule = _quantile(alert)
    grown = {end: value - since.get(end, 0.0) for end, value in buckets(alert).items()}
    rank = float(rule["share"]) * max(grown.values())
    return min(end for end, value in grown.items() if value >= rank) > float(rule["limit"])


def _quantile(alert: str) -> re.Match[str]:
    rule = _QUANTILE.fullmatch(rules()[alert]["expr"])
    assert rule, f"{alert} is not about a quantile"
    return rule
