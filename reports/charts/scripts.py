"""The scripts a page needs to draw: plotly's own, and the one that gives a picture its palette."""

from importlib.util import find_spec
from pathlib import Path


def palette_script() -> str:
    """What makes a PNG with a palette of a figure, once plotly's script is there."""
    return Path(__file__).with_name("palette.js").read_text(encoding="utf-8")


def plotly_script() -> str:
    """Plotly's own script from its package, read without importing the package."""
    spec = find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("plotly is not installed")
    return Path(spec.submodule_search_locations[0], "package_data", "plotly.min.js").read_text(
        encoding="utf-8"
    )
