"""One pull of one source, from the choice of its plan to the seal.

The plan depends on what the source can do and on what is already held of it; choose_plan() decides:

* counts.py: control totals and no listing (statistics, reports);
* whole_listing.py: everything is shown each time (files);
* full.py: nothing is held yet, or a sweep;
* changes.py: something is held, and the source says what changed;
* by_month.py: something is held, and the source does not say what changed.

Rows may arrive twice; the loader counts them as repeated. Rows that a shifting listing skipped are found because a cell's
count and its listing disagree: it is then listed once more, and if they still disagree it is marked incomplete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from doisoat.collect.by_month import list_by_month
from doisoat.collect.changes import take_changes
from doisoat.collect.counts import take_counts_alone
from doisoat.collect.expected import Held
from doisoat.collect.full import list_every_cell
from doisoat.collect.landing import Landing, LandingWriter, Versions, find_landing
from doisoat.collect.screen import Screen
from doisoat.collect.state import Pull
from doisoat.collect.whole_listing import list_as_one
from doisoat.errors import ConfigurationError
from doisoat.model import AskedProcedure, Capability
from doisoat.sources.contract import Source


class Plan(NamedTuple):
    """How a source is pulled tonight.

    Attributes:
        mode: what the certificate calls it (PullCertificate).
        carry_out: the function that asks the source, through the pull.
    """

    mode: str
    carry_out: Callable[[Pull], None]


def collect(
    source: Source,
    *,
    province_id: str,
    night: dt.date,
    held: Held,
    landing_root: Path,
    versions: Versions,
    screen: Screen | None = None,
    collect_late: bool = False,
    full: bool = False,
    procedures: Sequence[AskedProcedure] = (),
) -> Landing:
    """Collect one source for one night and seal its landing; a sealed one is returned and the source left alone.

    Args:
        held: what the warehouse holds of this source.
        versions: what the landing is read with; its `decoder` is filled in here.
        screen: the known values of the source's own vocabulary; unknown ones are kept if they have the expected form.
        collect_late: allow a cut-off more than 36 hours after the night's end, and mark it.
        full: list everything even if something is held (the weekly sweep).
        procedures: of which the counts by procedure are wanted most, if the source has such.

    Raises:
        NightOrderError: the night has not ended by the source's clock.
        NightNotCollectedError: it ended more than 36 hours ago, and collect_late was not given.
        SourceError: the source failed; nothing is sealed then.
    """
    where = (landing_root, province_id, night, source.source_id)
    landing = find_landing(*where)
    if landing is None:
        with LandingWriter(*where, screen or Screen()) as writer:
            pull = Pull(source, night, held, writer, collect_late=collect_late)
            _carry_out(choose_plan(source, held, full=full, procedures=procedures), pull)
            landing = pull.seal(versions)
    landing.delete_originals(original.path for original in source.originals())
    return landing


def choose_plan(source: Source, held: Held, *, full: bool = False, procedures: Sequence[AskedProcedure] = ()) -> Plan:
    """The plan for a source, by what it can do and what is already held of it.

    Raises:
        ConfigurationError: it can neither list nor count.
    """
    can = source.capabilities
    if not can & {Capability.LISTING, Capability.COUNTS}:
        raise ConfigurationError(f"{source.source_id}: offers neither LISTING nor COUNTS; no pull is possible")
    if Capability.LISTING not in can:
        take = partial(take_counts_alone, procedures=procedures)
        return Plan("reports" if source.is_occasional else "counts", take)
    if source.always_full or Capability.COUNTS not in can:
        return Plan("full", list_as_one)
    if not full and Capability.CHANGES in can and (watermark := held.watermark()):
        return Plan("incremental", partial(take_changes, watermark=watermark))
    if not full and Capability.CHANGES not in can and any(count.total for count in held.counts_by_month().values()):
        return Plan("incremental", list_by_month)
    return Plan("full", list_every_cell)


def _carry_out(plan: Plan, pull: Pull) -> None:
    """Follow the plan, then take what else the source declares, and land all counts."""
    pull.mode = plan.mode
    plan.carry_out(pull)
    source = pull.source
    if source.cut_short:
        pull.reasons.append(f"answers cut short: {len(source.cut_short)} (the first: {source.cut_short[0]})")
    if {Capability.LISTING, Capability.COUNTS} <= source.capabilities and source.has_statistics:
        pull.take_totals()
    pull.write_counts()
