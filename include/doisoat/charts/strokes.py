"""A course as small as a word, for a cell of a table: thousands of them stand on a page, so no engine draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 96, 24
#: Room for the point at the end.
_EDGE = 3


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through what is known; where nothing is, it is broken.

    Attributes:
        said: what it shows, in words: read aloud, and what stands in a file.
        line: an SVG path.
        band: the path of the area between the bounds; empty where all are exact.
        end: where the last known value is.
    """

    said: str
    line: str
    band: str
    end: tuple[float, float]


def stroke(values: Sequence[tuple[float, float] | None], said: str, low: float, high: float) -> Stroke | None:
    """The course of values, each between a least and a most; None if nothing of it is known.

    Args:
        low, high: of the scale, so that strokes of one table can be compared; with low > high the scale is upside down, as
            ranks are read.
    """
    known = [at for at, value in enumerate(values) if value is not None]
    if not known:
        return None
    step = (WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    spread = (high - low) or 1.0

    def point(at: int, value: float) -> tuple[float, float]:
        share = min(max((value - low) / spread, 0.0), 1.0)
        return round(_EDGE + at * step, 1), round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)

    lines, bands = [], []
    for run in _runs(known):
        least = [point(at, values[at][0]) for at in run]  # type: ignore[index]
        most = [point(at, values[at][1]) for at in run]  # type: ignore[index]
        lines.append(_path(least))
        if least != most:
            bands.append(_path([*least, *reversed(most)]) + "Z")
    return Stroke(said, "".join(lines), "".join(bands), point(known[-1], values[known[-1]][0]))  # type: ignore[index]


def _runs(known: Sequence[int]) -> list[list[int]]:
    """The places that follow each other without a gap, together."""
    runs: list[list[int]] = []
    for at in known:
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    return runs


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
