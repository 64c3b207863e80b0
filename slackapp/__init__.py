"""Appreciate: a Slack app for compassionate teams."""

from pathlib import Path


def manifest_path() -> Path:
    """Slack's view of the app: beside the package in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent / "manifest.yml"
    return inside if inside.is_file() else Path(__file__).parent.parent / "manifest.yml"
