"""The data_visualization block: a pie of segments, or series of bars, areas or lines over categories."""

from collections.abc import Mapping, Sequence

from slackapp.sandbox.blocks import composition
from slackapp.sandbox.blocks.schema import Shape, add_problem, array, by_type, number, string

_label = string(1, 20)
_title = string(1, 50)
_point = Shape({"label": _label, "value": number})


def _check_weight(value: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that a pie segment is greater than 0."""
    weight = value["value"]
    if isinstance(weight, int | float) and weight <= 0:
        add_problem(problems, "must be greater than 0", f"{at}/value")


def _series_of(chart: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    series = chart["series"]
    return series if isinstance(series, list) else ()


def _check_unique_names(chart: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that series have different names, since the legend shows only names."""
    names = [series["name"] for series in _series_of(chart)]
    if len(set(names)) < len(names):
        add_problem(problems, "series names must be unique", f"{at}/series")


def _check_labels(chart: Mapping[str, object], at: str, problems: list[str]) -> None:
    """Check that each series has one point for each category."""
    axis = chart["axis_config"]
    categories = axis["categories"] if isinstance(axis, dict) else ()
    for place, series in enumerate(_series_of(chart)):
        points = series["data"]
        labels = [point["label"] for point in points] if isinstance(points, list) else []
        if sorted(labels) != sorted(categories):
            add_problem(
                problems, "labels must match the categories of axis_config", f"{at}/series/{place}/data"
            )


_segment = Shape({"label": _label, "value": number}, rules=(_check_weight,))
_axis = Shape({"categories": array(_label, 1, 20)}, {"x_label": _title, "y_label": _title})
_plotted = Shape(
    {
        "series": array(Shape({"name": _label, "data": array(_point, 1, 20)}), 1, 6),
        "axis_config": _axis,
    },
    rules=(_check_unique_names, _check_labels),
)
_chart = by_type(
    {"pie": Shape({"segments": array(_segment, 1, 6)}), "bar": _plotted, "area": _plotted, "line": _plotted}
)

data_visualization = Shape({"title": _title, "chart": _chart}, {"block_id": composition.block_id})
