"""The national statistics, simulated: the 2026 API and the old one (CONTRACTS section 2), over one world.

Counts are those of the simulated portal at the clock's time. Each API has its own module: statistics_2026.py, statistics_old.py.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque

from sandbox.http.wire import Answer, Request, json_answer
from sandbox.systems.portal import PortalCounts
from sandbox.systems.statistics_2026 import PREFIX, OurProvince, Reports
from sandbox.systems.statistics_formalities import FORMALITIES, Formalities
from sandbox.systems.statistics_old import report
from sandbox.systems.system import System
from sandbox.world.truth import Dossier, PortalRow
from sandbox.world.world import World

OLD_PATH = "/jsp/rest.jsp"


class NationalStatistics(System):
    """Both statistics interfaces over one world."""

    name = "national_statistics"
    paths = (PREFIX, FORMALITIES, OLD_PATH)

    def __init__(self, world: World) -> None:
        self._world = world
        self._counts: dict[str | None, PortalCounts] = {}
        self._by_family: defaultdict[str, list[tuple[Dossier, PortalRow]]] | None = None
        self._step = -1
        self._reports, self._formalities = Reports(world, self._ours), Formalities(world)
        self._asked: deque[float] = deque(maxlen=max(world.variant.statistics_per_second, 1))

    def answer(self, request: Request, now: float) -> Answer:
        if request.method != "POST":
            return super().answer(request, now)
        if self._is_too_fast():
            refused = {"code": "TOO_MANY_REQUESTS", "data": None, "message": "Quá nhiều yêu cầu"}
            return json_answer(refused, self._world.variant.statistics_refusal)
        if request.path == OLD_PATH:
            return report(self._portal(now, None), self._world.variant, request, now)
        if request.path == FORMALITIES:
            return self._formalities.answer(request, now)
        return self._reports.evaluate(request, now)

    def forget(self) -> None:
        """Forget the counts, because the clock was moved."""
        self._counts.clear()

    def _is_too_fast(self) -> bool:
        """Whether more requests came within a second of real time than this world allows; 0 allows any number."""
        if not self._world.variant.statistics_per_second:
            return False
        full, moment = len(self._asked) == self._asked.maxlen, time.monotonic()
        first = self._asked[0] if full else 0.0
        self._asked.append(moment)
        return full and moment - first < 1

    def _portal(self, now: float, family: str | None) -> PortalCounts:
        """Current counts, of one procedure if its family is given; recounted at most every ten simulated minutes."""
        if int(now) // 600 != self._step:
            self._step = int(now) // 600
            self._counts.clear()
        if family not in self._counts:
            rows = None if family is None else self._rows()[family]
            self._counts[family] = PortalCounts(self._world, int(now), rows)
        return self._counts[family]

    def _rows(self) -> dict[str, list[tuple[Dossier, PortalRow]]]:
        """The portal's rows by the family of their procedure."""
        if self._by_family is None:
            self._by_family = defaultdict(list)
            for made, row in self._world.portal_rows():
                self._by_family[row.procedure_code[:8]].append((made, row))
        return self._by_family

    def _ours(self, now: float, family: str | None) -> OurProvince:
        portal, variant = self._portal(now, family), self._world.variant
        return OurProvince(
            self._world, lambda unit, months: portal.stated(unit, months, variant.parents_include_children)
        )
