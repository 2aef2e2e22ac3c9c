"""The same nights over worlds of several sizes, and whose statements' work grew by more than the data did."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from doisoat.warehouse import migrate
from standalone import postgres

from support import nights_against_key as against
from support.provinces import CONFIG
from support.statement_work import Work, explaining, work_since

#: Dossiers of the worlds compared, the smallest first: for every change, and for the campaign.
SMALL = (1_500, 6_000)
LARGE = (10_000, 40_000)
#: By how much more than the data a statement may grow: logarithms, and causes that a small world holds once by chance.
TOLERANCE = 2.0
#: How many times the rows that it reads and makes one node of a statement may handle: a record counts in its month, quarter and
#: year, under each of its agencies.
REPETITIONS = 8
#: A statement that handles fewer rows than this a thousand dossiers is no matter.
FEW = 5_000

Nights = dict[str, dict[str, Work]]


def two_nights(home: Path, sizes: Sequence[int]) -> dict[int, Nights]:
    """Size -> night ("first", "next") -> statement -> what it did, for each world, on servers that explain all they do."""
    return {size: _nights(home / str(size), size) for size in sizes}


def _nights(home: Path, dossiers: int) -> Nights:
    home.mkdir()
    server = explaining(home)
    try:
        dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
        migrate(dsn)
        found: Nights = {}
        with against.served(home / "sandbox", dossiers) as sandbox:
            site = against.site_of(CONFIG / "lang_son.yaml", home, dsn, sandbox.connections())
            _, place = work_since(home)
            for name, night in zip(("first", "next"), against.NIGHTS, strict=False):
                against.run_night(site, sandbox, night)
                found[name], place = work_since(home, place)
        return found
    finally:
        postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def complaints(worlds: Mapping[int, Nights]) -> list[str]:
    """A line for each statement whose work grew by more than the data, or that repeats what it reads."""
    least, most = min(worlds), max(worlds)
    said = []
    for night, statements in worlds[most].items():
        for text, work in statements.items():
            if work.handled < FEW * most / 1000:
                continue
            before = worlds[least][night].get(text)
            if work.repetition > REPETITIONS:
                said.append(
                    f"{night} night, {most:,} dossiers: a node handled {work.repetition:,.0f} times what was read: {text}"
                )
            elif before and work.handled > before.handled * most / least * TOLERANCE:
                grown = work.handled / max(before.handled, 1)
                said.append(
                    f"{night} night: {grown:.1f} times the rows for {most / least:.0f} times the dossiers: {text}"
                )
    return said
