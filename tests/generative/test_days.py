"""Rates of any days, on random dossiers that are received, end and are left out at random: counted from the records, by the
same rules as the months that a night keeps. Whole months equal those cell by cell; two ranges that adjoin add up to the range of
both, parted by whatever; and what is in a range is what its days say. support/examples.py sets how many tables are tried.
"""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from doisoat.rates.cells import Days, count_days
from doisoat.rates.rates import Part, rates
from doisoat.warehouse.database import connect
from doisoat.warehouse.ranges import INDICATOR_CELL
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.copies import copied
from support.examples import CAMPAIGN, examples
from support.world import World, total

PHASES = [phase for phase in Phase if phase is not Phase.shrink]  # each try takes a night
NIGHT = dt.date(2024, 4, 30)
#: Days at which ranges and months part; few, so that dossiers are received in the same second too.
DAYS = [
    dt.date(2024, month, day)
    for month, day in ((1, 31), (2, 1), (2, 29), (3, 1), (3, 14), (3, 15), (3, 31), (4, 1), (4, 14))
]
DAY = st.sampled_from(DAYS)
WITHOUT_RESULT = "8"
#: By what a range is parted, and narrowed.
PARTS: list[dict[str, Any]] = [{}, *({"by": by} for by in ("agency", "level", "field", "procedure", "channel", "system")),
         {"agency": "H37.21"}, {"channel": "online"}, {"level": "commune"}, {"procedure": "1.000482"}]  # fmt: skip
_numbers = itertools.count()


@dataclass(frozen=True)
class Dossier:
    """When it was received (not yet, where it is not) and ended, what the province says of it, and who else holds it."""

    agency: str
    day: dt.date
    hour: int
    is_received: bool
    ended: dt.date | None
    status: str
    channel: str
    where: str


DOSSIER = st.builds(
    Dossier,
    agency=st.sampled_from(["H37.03", "H37.21.01", "H37.21.02"]),
    day=DAY,
    hour=st.sampled_from([0, 8, 23]),
    is_received=st.sampled_from([True, True, True, True, False]),
    ended=st.one_of(st.none(), DAY),
    status=st.sampled_from(["4", "5", "8", "9", "10"]),
    channel=st.sampled_from("1239"),
    where=st.sampled_from(["p", "pn", "pn", "pnm", "pm", "n", "m", "mn"]),
)


@pytest.mark.timeout(3600)
@settings(
    max_examples=examples(suite=6, campaign=40), deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(dossiers=st.lists(DOSSIER, min_size=6, max_size=30), data=st.data())
def test_ranges_of_days_are_counted_as_months_are(
    dossiers: list[Dossier],
    data: st.DataObject,
    postgres_server: Any,
    _migrated_warehouse: str,  # noqa: PT019 - its name is the template's
) -> None:
    with province(postgres_server, _migrated_warehouse, dossiers) as world, connect(world.dsn) as connection:
        first, middle, last = sorted(data.draw(st.tuples(DAY, DAY, DAY), label="days"))
        whole = Days(first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1]))
        with connection.transaction(force_rollback=True):
            count_days(connection, world.site.settings, whole, NIGHT)
            named = f"{INDICATOR_CELL.columns} from"
            counted = f"select {named} indicator_cell_tonight where isfinite(cell_month)"
            kept = f"select {named} recon.indicator_cell where cell_month between %(first)s and %(last)s"
            differing = connection.execute(
                f"({counted} except all {kept}) union all ({kept} except all {counted})",
                {"first": whole.first, "last": whole.last},
            )
            assert differing.fetchall() == []

        def asked(since: dt.date, until: dt.date, **part: Any) -> Counter[Any]:
            return told(connection, world, Part(period="range", days=Days(since, until), **part))

        some = data.draw(st.permutations(PARTS), label="parts")
        for part in some if CAMPAIGN else some[:4]:  # each takes three counts
            both = asked(first, middle, **part)
            if middle < last:
                both += asked(middle + dt.timedelta(days=1), last, **part)
            assert +both == +asked(first, last, **part), part

        found = asked(first, middle)
        own = [one for one in dossiers if "p" in one.where and one.is_received]
        assert found["online_share", None, "denominator_least"] == sum(first <= one.day <= middle for one in own)
        assert found["on_time_by_date", None, "denominator_least"] == sum(
            one.status != WITHOUT_RESULT and one.ended is not None and first <= max(one.ended, one.day) <= middle
            for one in own
        )


def told(connection: Any, world: World, part: Part) -> Counter[Any]:
    """Numerators and denominators by indicator and part; what was reported is not reported of days."""
    rows = rates(connection, world.site.settings, part, NIGHT, 0).dicts()
    sums = Counter[Any]()
    for row in rows:
        for name in ("numerator_least", "numerator_most", "denominator_least", "denominator_most"):
            if row["indicator"] in ("sync_received", "sync_status") and name.startswith("denominator"):
                assert (row[name], row["denominator_basis"], row["ratio_least"]) == (None, "unknown", None)
            else:
                sums[row["indicator"], row["part"], name] = row[name]
    return sums


@contextmanager
def province(server: Any, template: str, dossiers: list[Dossier]) -> Iterator[World]:
    """A warehouse of its own after one night of these dossiers, of whose every month the whole is reported."""
    sources = {"national_statistics": {"enabled": False}, "reporting_system_report": {"kind": "report_workbook"}}
    with TemporaryDirectory() as directory, copied(server, template, f"days_{next(_numbers)}") as dsn:
        world = World(Path(directory), dsn, sources=sources)
        totals = [total(40, "received", month=f"2024-{month:02}") for month in range(1, 5)]
        world.land(NIGHT.isoformat(), "reporting_system_report", "code", mode="reports", totals=totals)
        world.run(
            NIGHT.isoformat(),
            igate=_table(dossiers, "p"),
            national_export=_table(dossiers, "n"),
            licences=_table(dossiers, "m"),
        )
        yield world


def _table(dossiers: list[Dossier], side: str) -> str:
    lines = ["code | channel | status | received | due | finished"]
    for number, one in enumerate(dossiers, 1):
        if side in one.where:
            received = f"{one.day} {one.hour:02}:30" if one.is_received else "-"
            code = f"{one.agency}-{one.day:%y%m%d}-{number:04d}"
            due = one.day + dt.timedelta(days=10)
            lines.append(f"{code} | {one.channel} | {one.status} | {received} | {due} | {one.ended or '-'}")
    return "\n".join(lines)
