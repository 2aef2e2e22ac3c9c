"""Colours that stand side by side are told apart by everybody: the three kinds of colour blindness are simulated.

Machado, Oliveira and Fernandes (2009), at their full severity, in linear light; distances are CIE 1976 in L*a*b*, in which about
2 is the least that is seen when two colours touch.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import page
import pytest
from doisoat.charts.theme import BLAMED, DOUBT, HEAT, INK, MINUS, PAPER, PLUS, SERIES, SOFT, TOTAL

SEEN_BY = {
    "everybody else": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
    "a grey printer": np.full((3, 3), 1) * np.array([0.2126, 0.7152, 0.0722]),
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
STYLES = (Path(page.__file__).parent / "static" / "page.css").read_text(encoding="utf-8")
#: What stands side by side, and how far it has to be apart: marks of a drawing; grounds of cells, which hold their number.
BESIDE = {
    "waterfall": ((TOTAL, PLUS, MINUS, DOUBT), 15),
    "whose move": (tuple(BLAMED.values()), 15),
    "lines": (SERIES, 15),
    "heat": ((*HEAT.values(), PAPER), 10),
}


def light(colour: str) -> np.ndarray:
    """Red, green and blue as amounts of light."""
    share = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(linear: np.ndarray) -> np.ndarray:
    xyz = XYZ @ np.clip(linear, 0, 1) / WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, seen: np.ndarray) -> float:
    return float(np.linalg.norm(lab(seen @ light(one)) - lab(seen @ light(other))))


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(XYZ[1] @ light(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("seen_by", [kind for kind in SEEN_BY if kind != "a grey printer"])
@pytest.mark.parametrize("what", BESIDE)
def test_what_stands_side_by_side_is_told_apart(what: str, seen_by: str) -> None:
    colours, least = BESIDE[what]
    near = {
        pair: round(found, 1)
        for pair in itertools.combinations(colours, 2)
        if (found := distance(*pair, SEEN_BY[seen_by])) < least
    }
    assert near == {}


def test_the_poorest_cell_is_the_darkest_also_in_grey() -> None:
    shades = [lab(SEEN_BY["a grey printer"] @ light(colour))[0] for colour in (*HEAT.values(), PAPER)]
    assert all(after - before > 5 for before, after in itertools.pairwise(shades))


def test_text_is_read_on_every_ground() -> None:
    for ground in (*HEAT.values(), PAPER):
        assert contrast(INK, ground) >= 7, ground
    for colour in (SOFT, PLUS, MINUS, *SERIES[:4]):
        assert contrast(colour, PAPER) >= 4.5, colour


def test_the_style_sheet_has_the_colours_of_the_charts() -> None:
    said = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", STYLES))
    for name, colour in {
        "ink": INK,
        "soft": SOFT,
        "plus": PLUS,
        "minus": MINUS,
        "ministry": BLAMED["ministry"],
        **HEAT,
    }.items():
        assert said[name] == colour, name


def test_the_simulation_knows_a_pair_that_is_known_to_fail() -> None:
    """Red and green of equal lightness, which deuteranopes mix up; the ministries' violet of before, beside the portal's blue."""
    assert distance("#c0504d", "#6f8a3f", SEEN_BY["deuteranopia"]) < 25 < distance("#c0504d", "#6f8a3f", np.eye(3))
    assert distance("#8a3f73", PLUS, SEEN_BY["protanopia"]) < 15
