"""The colours of the pictures: text can be read, bars seen, and no two of the four look alike to anybody."""

from itertools import combinations

import pytest

from reports.charts.canvas import CARD, INK, MUTED, RULE
from reports.charts.four_figure import BEHAVIOUR_COLOURS, TRACK

Colour = tuple[float, float, float]
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light.
SIGHT = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> Colour:
    values = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(colour: str, sight: str) -> Colour:
    """CIE L*a*b* (D65) of a colour as somebody sees it."""
    light = linear(colour)
    seen = [min(1.0, max(0.0, sum(w * v for w, v in zip(row, light, strict=True)))) for row in SIGHT[sight]]
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.95047, 1.0, 1.08883)
    xyz = [sum(w * v for w, v in zip(row, seen, strict=True)) for row in to_xyz]
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (value / full for value, full in zip(xyz, white, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize(
    ("colour", "measured"),
    [
        (BEHAVIOUR_COLOURS["attending"], 8.25),
        (BEHAVIOUR_COLOURS["understanding"], 3.80),
        (BEHAVIOUR_COLOURS["empathising"], 9.22),
        (BEHAVIOUR_COLOURS["helping"], 3.59),
        (INK, 13.84),
        (MUTED, 6.35),
        (RULE, 3.05),
        (TRACK, 1.21),
    ],
)
def test_each_colour_has_its_contrast_on_the_card(colour: str, measured: float) -> None:
    assert contrast(colour, CARD) == pytest.approx(measured, abs=0.02)


def test_text_has_four_and_a_half_to_one_and_what_means_something_three_to_one() -> None:
    assert min(contrast(colour, CARD) for colour in (INK, MUTED)) >= 4.5
    assert min(contrast(colour, CARD) for colour in (*BEHAVIOUR_COLOURS.values(), RULE)) >= 3


@pytest.mark.parametrize("sight", SIGHT)
def test_no_two_of_the_four_look_alike_to_anybody(sight: str) -> None:
    seen = [lab(colour, sight) for colour in BEHAVIOUR_COLOURS.values()]
    apart = [
        sum((a - b) ** 2 for a, b in zip(colour, other, strict=True)) ** 0.5
        for colour, other in combinations(seen, 2)
    ]
    assert min(apart) > 20


def test_the_four_alternate_dark_and_light_so_that_grey_tells_neighbours_apart() -> None:
    shades = [luminance(colour) for colour in BEHAVIOUR_COLOURS.values()]
    assert shades[0] < shades[1] > shades[2] < shades[3]
