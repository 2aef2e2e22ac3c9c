"""The views: each takes a question and gives a template, its context and its tables."""

from __future__ import annotations

from collections.abc import Callable

from page.asking import Ask
from page.views.bridge import bridge
from page.views.changes import changes
from page.views.dossier import dossier
from page.views.gaps import gaps
from page.views.nights import nights
from page.views.shown import Shown
from page.views.tonight import tonight

VIEWS: dict[str, Callable[[Ask], Shown]] = {
    "tonight": tonight,
    "gaps": gaps,
    "changes": changes,
    "bridge": bridge,
    "dossier": dossier,
    "nights": nights,
}
