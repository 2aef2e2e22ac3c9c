"""The ranked list of repairs against brute force: every group mended by hand in a plain list of dossiers, and the rate counted.

support/examples.py sets how many lists are tried.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part
from doisoat.warehouse import connect
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.copies import copied
from support.examples import examples
from support.world import World

PHASES = [phase for phase in Phase if phase is not Phase.shrink]  # each try takes a night
NIGHT = dt.date(2024, 4, 30)
APRIL = Part(period="month", first_month=dt.date(2024, 4, 1), last_month=dt.date(2024, 4, 1))
AGENCIES = ["H37.03", "H37.21.01", "H37.21.02"]
_numbers = itertools.count()


@dataclass(frozen=True)
class Dossier:
    """Who holds a dossier: an agency's, of April, long past every lag."""

    agency: str
    province: bool
    portal: bool
    ministry: bool


#: What is not alike, and how it is mended: cause -> (which dossiers, what they are then).
MENDED = {
    "sync_overdue": (lambda d: d.province and not d.portal and not d.ministry, {"portal": True}),
    "handled_by_ministry_locally": (lambda d: d.province and not d.portal and d.ministry, {"portal": True}),
    "never_seen_locally": (lambda d: d.portal and not d.province and not d.ministry, {"portal": False}),
    "left_out": (lambda d: d.ministry and not d.province, {"province": True}),
    "ministry_dossier_not_on_portal": (lambda d: d.ministry and not d.portal, {"portal": True}),
}
DOSSIERS = st.lists(
    st.builds(Dossier, st.sampled_from(AGENCIES), st.booleans(), st.booleans(), st.booleans()).filter(
        lambda d: d.province or d.portal or d.ministry
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=examples(suite=5, campaign=40), deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(dossiers=DOSSIERS)
def test_the_ranked_list_is_what_brute_force_finds(
    postgres_server: Any,
    _migrated_warehouse: str,  # noqa: PT019 - its name is the template's
    dossiers: list[Dossier],
) -> None:
    # one of each side that all hold, so that each was listed
    held = [Dossier("H37.21.01", province=True, portal=True, ministry=True), *dossiers]
    with world_of(postgres_server, _migrated_warehouse) as world:
        world.run(NIGHT.isoformat(), **tables(held))
        with connect(world.dsn) as connection:
            question = Question(NIGHT, 0, "sync_corrected", APRIL)
            lines = ranked(connection, world.site.settings, question, Repair(), "agency").dicts()
    groups = {
        f"{cause} {agency}": (cause, agency)
        for cause, (is_of, _) in MENDED.items()
        for agency in AGENCIES
        if any(is_of(dossier) and dossier.agency == agency for dossier in held)
    }
    assert {line["label"] for line in lines} == set(groups)
    alone = {label: rate(mended(held, [group])) for label, group in groups.items()}
    assert {line["label"]: line["ratio_if_repaired"] for line in lines} == alone
    assert [alone[line["label"]] for line in lines] == sorted(alone.values(), reverse=True)
    for place, line in enumerate(lines, 1):
        assert line["ratio_now"] == rate(held)
        so_far = [groups[before["label"]] for before in lines[:place]]
        assert line["ratio_with_all_before"] == rate(mended(held, so_far))


def rate(dossiers: list[Dossier]) -> float:
    """Of all that the province or a ministry's system holds, what the portal holds."""
    counted = [dossier for dossier in dossiers if dossier.province or dossier.ministry]
    return round(sum(dossier.portal for dossier in counted) / len(counted), 6)


def mended(dossiers: list[Dossier], groups: list[tuple[str, str]]) -> list[Dossier]:
    """The dossiers once each group is mended; a dossier may be in two groups."""
    changes: dict[int, dict[str, bool]] = defaultdict(dict)
    for cause, agency in groups:
        is_of, change = MENDED[cause]
        for place, dossier in enumerate(dossiers):
            if is_of(dossier) and dossier.agency == agency:
                changes[place] |= change
    return [replace(dossier, **changes[place]) for place, dossier in enumerate(dossiers)]


def tables(dossiers: list[Dossier]) -> dict[str, str]:
    """What each side lists; each was received at a second of its own, so that nothing but its code makes it another's."""
    rows = [
        f"{dossier.agency}-240402-{number:04d} | 2024-04-02 08:00:{number:02d}"
        for number, dossier in enumerate(dossiers, 1)
    ]
    sides = {"igate": "province", "national_export": "portal", "licences": "ministry"}
    return {
        source: "\n".join(
            ["code | received", *(row for row, dossier in zip(rows, dossiers, strict=True) if getattr(dossier, side))]
        )
        for source, side in sides.items()
    }


@contextmanager
def world_of(server: Any, template: str) -> Iterator[World]:
    """A province at work on an empty warehouse of its own."""
    with (
        copied(server, template, f"cost_{next(_numbers)}") as dsn,
        TemporaryDirectory(prefix="doisoat-cost-") as directory,
    ):
        yield World(Path(directory), dsn)
