"""The views: each takes a question and gives a template, its context and its tables."""

from __future__ import annotations

from collections.abc import Callable

from page.asking import Ask
from page.views.board import board
from page.views.bridge import bridge
from page.views.changes import changes
from page.views.compare import compare
from page.views.dossier import dossier
from page.views.gaps import gaps
from page.views.ministries import ministries
from page.views.national import national
from page.views.nights import nights
from page.views.ranks import ranks
from page.views.repair import repair
from page.views.score import score
from page.views.shown import Shown
from page.views.tonight import tonight
from page.views.trend import trend
from page.views.units import units
from page.views.uses import uses

VIEWS: dict[str, Callable[[Ask], Shown]] = {
    "tonight": tonight,
    "repair": repair,
    "gaps": gaps,
    "changes": changes,
    "bridge": bridge,
    "dossier": dossier,
    "units": units,
    "compare": compare,
    "trend": trend,
    "ministries": ministries,
    "score": score,
    "board": board,
    "ranks": ranks,
    "nights": nights,
    "uses": uses,
    "national": national,
}
#: Views whose numbers change between two nights: their answers are made each time, and known by what they say.
OF_ANOTHER_TIME = ("ranks", "national")
