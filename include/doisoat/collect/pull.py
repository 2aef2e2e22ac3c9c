"""One pull of one source, from the first count to the seal.

Which plan a source gets follows from what it can do:

* full (LISTING and COUNTS, nothing held yet): month by month and the undated, each counted, listed, counted again. One
  walk over everything would ask for as many pages, but its deep pages cost the source ever more, one record that
  moves would spoil the count of all, and removed rows (which iGate shows only as a difference between two listings)
  could not be told within a bounded memory.
* incremental (CHANGES too, and something held): the changes since the watermark, then counts from the whole down to
  the cells that disagree with what is held and what just came; only those are listed, within a budget. A rolling share
  of the quiet months is listed again all the same, because equal counts can hide a swap.
  Where a change could not be read, the watermark stays where it was for some days, and the changes are read again.
* by month (LISTING and COUNTS without CHANGES, something held): the newest months are listed, the older ones counted and
  listed where they differ or where their turn has come.
* whole listing (LISTING only: files) and counts (control totals only: statistics, reports).

Rows may come twice; the loader counts them as repeated. Rows that a moving listing skipped are found because a cell's
count and its listing disagree: it is then listed once more, and if they still disagree it is marked incomplete.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from doisoat.errors import ConfigurationError, NightNotCollectedError, NightOrderError, SourceUnavailableError
from doisoat.holding import Expected, Held, due_for_review
from doisoat.landing import FileSeal, Landing, LandingWriter, Versions, is_sealed, landing_directory, open_landing
from doisoat.model import WHOLE, Capability, Cell, CellCertificate, ControlTotal, Page, PullCertificate
from doisoat.screen import Screen
from doisoat.sources.contract import Source, Stated

LATEST_CUT_OFF = dt.timedelta(hours=36)
#: For how long changes that could not be read are asked for again; then the rows are taken to stay as they are.
READ_AGAIN = dt.timedelta(days=7)
UNDATED = Cell(undated=True)


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
) -> Landing:
    """Collect one source for one night and seal its landing; a sealed one is returned and the source left alone.

    Args:
        held: what the warehouse holds of this source.
        versions: with what the landing is read; its `decoder` is filled in here.
        screen: what is known of the source's own words; unknown ones are kept where they look like what they should be.
        collect_late: allow a cut-off more than 36 hours after the night's end, and mark it.
        full: list everything although something is held (the weekly sweep).

    Raises:
        NightOrderError: the night has not ended by the source's clock.
        NightNotCollectedError: it ended more than 36 hours ago, and collect_late was not given.
        SourceError: what the source did; nothing is sealed then.
    """
    if is_sealed(landing_directory(landing_root, province_id, night, source.source_id)):
        landing = open_landing(landing_root, province_id, night, source.source_id)
    else:
        with LandingWriter(landing_root, province_id, night, source.source_id, screen or Screen()) as writer:
            pull = _Pull(source, night, held, writer, collect_late)
            pull.run(full)
            originals = [  # known by their content: a file's name may name a person
                FileSeal(name=f"original {at}", size=file.size, sha256=file.sha256)
                for at, file in enumerate(source.originals(), 1)
            ]
            landing = writer.seal(
                pull.certificate(),
                msgspec.structs.replace(versions, decoder=f"{source.source_kind}/{source.decoder_version}"),
                originals=originals,
                collected_late=pull.is_late,
            )
    landing.delete_originals(original.path for original in source.originals())
    return landing


class _Pull:
    """The state of one pull and its plans."""

    def __init__(self, source: Source, night: dt.date, held: Held, writer: LandingWriter, collect_late: bool) -> None:
        self.source, self.night, self.held, self.writer = source, night, held, writer
        self._collect_late = collect_late
        self._started_at = dt.datetime.now(dt.UTC)  # when we ran, for operators; never compared with data
        self._cut_off: dt.datetime | None = None
        self._newest: dt.datetime | None = None
        self._unread: dt.datetime | None = None
        self._cells: dict[Cell, CellCertificate] = {}
        self._totals: dict[tuple[Cell, bool], ControlTotal] = {}
        self._declared: tuple[int | None, int | None] = (None, None)
        self._repeated: dict[Cell, int] = {}
        self._expected: Expected | None = None
        self._stated = Stated(source)
        self._reasons: list[str] = []
        self._mode = "full"
        self.is_late = False

    def run(self, full: bool) -> None:
        """Choose the plan by what the source can do, and carry it out."""
        can, watermark = self.source.capabilities, self.held.watermark()
        if Capability.LISTING not in can:
            if Capability.COUNTS not in can:
                raise ConfigurationError(
                    f"{self.source.source_id}: offers neither LISTING nor COUNTS; no pull is possible"
                )
            self._mode = "reports" if self.source.is_occasional else "counts"
            self._take_totals()
        elif self.source.always_full or Capability.COUNTS not in can:
            self._run_whole_listing()
        elif full or not self._holds_something(watermark):
            self._run_full()
        elif Capability.CHANGES not in can:
            self._mode = "incremental"
            self._run_by_month()
        elif watermark:
            self._mode, self._newest = "incremental", watermark
            self._run_incremental(watermark - dt.timedelta(minutes=self.source.limits.overlap_minutes))
        if {Capability.LISTING, Capability.COUNTS} <= can and self.source.has_statistics:
            self._take_totals()
        for (cell, _), total in self._totals.items():
            if cell.agency_ref is None:  # an agency's count may or may not include those beneath it
                self.writer.write_total(total)
        self._write_repeated()

    def _write_repeated(self) -> None:
        """Say how many rows of a listed cell repeat a record of it: the source counts them, we hold the record once."""
        for cell, rows in self._repeated.items():
            declared = self._totals[cell, True]
            self.writer.write_total(msgspec.structs.replace(declared, measure="repeated_rows", value=rows))
        if self._repeated and WHOLE not in self._repeated and (whole := self._totals.get((WHOLE, True))):
            rows = sum(self._repeated.values())
            self.writer.write_total(msgspec.structs.replace(whole, measure="repeated_rows", value=rows))

    def certificate(self) -> PullCertificate:
        """What the pull was and what it covers."""
        if self._cut_off is None:
            raise SourceUnavailableError(
                self.source.source_id,
                asked="its counts",
                came="none at all",
                todo="check the options; it is asked again",
            )
        self._stated.check()
        open_cells = sum(not cell.is_complete for cell in self._cells.values())
        if open_cells and not self._reasons:
            self._reasons.append(f"cells whose count and listing disagree: {open_cells}")
        return PullCertificate(
            source_id=self.source.source_id,
            night=self.night,
            mode=self._mode,
            started_at=self._started_at,
            ended_at=dt.datetime.now(dt.UTC),
            cut_off=self._cut_off,
            requests=self.source.requests_made,
            pages=self.writer.pages,
            received=self.writer.received,
            decoded=self.writer.decoded,
            quarantined=self.writer.quarantined,
            declared_before=self._declared[0],
            declared_after=self._declared[1],
            is_complete=not self._reasons,
            incomplete_reason="; ".join(self._reasons) or None,
            watermark=self._unread or (min(self._newest, self._cut_off) if self._newest else None),
            cells=tuple(self._cells.values()),
        )

    def _holds_something(self, watermark: dt.datetime | None) -> bool:
        """Whether there is anything that an incremental pull could build on."""
        if Capability.CHANGES in self.source.capabilities:
            return watermark is not None
        return any(count.total for count in self.held.counts_by_month().values())

    def _take_totals(self) -> None:
        """The counts that the source declares on its own terms."""
        for total in self.source.control_totals(self.night):
            self._clock(total.measured_at)
            self.writer.write_total(total)

    # plans --------------------------------------------------------------------------------------------------------
    def _run_whole_listing(self) -> None:
        declared = None
        for page in self.source.list_cell(WHOLE):
            self._take(page)
            declared = page.declared_total if page.declared_total is not None else declared
        self._declared = (declared, declared)
        if declared is not None and self._cut_off:
            total = ControlTotal(measure="dossiers", value=declared, measured_at=self._cut_off)
            self._totals[WHOLE, True] = total
            if declared != self.writer.received:
                self._reasons.append(f"declared {declared}, received {self.writer.received}")

    def _run_full(self) -> None:
        before = self._count(WHOLE)
        for cell in self._listable_cells():
            self._list(cell)
        after = self._count(WHOLE)
        if self._listed_sum() != after:  # something arrived or moved while we walked: see where, once
            for cell in self._listable_cells():
                known = self._cells.get(cell)
                if known is None or self._count(cell) != known.declared_after:
                    self._list(cell)
            after = self._count(WHOLE)
            if self._listed_sum() != after:
                self._reasons.append(f"the cells declare {self._listed_sum()}, the whole {after}")
        self._declared = (before, after)
        for cell in (WHOLE, *self._cells):
            self._count(cell, removed=False)

    def _run_incremental(self, since: dt.datetime) -> None:
        before, watermark = self._count(WHOLE), self._newest
        expected = self._expected = Expected(self.held, self.source.timezone)
        for page in self.source.changes(since):
            self._take(page)
        if self.writer.quarantined and watermark and self._cut_off and self._cut_off - watermark < READ_AGAIN:
            self._unread = watermark  # counts do not show a change of a record that is held: it must come again
        whole, _ = self._count(WHOLE), self._count(WHOLE, removed=False)
        months = sorted(month for month, count in expected.by_month.items() if month and count[0])
        differing = self._differing([*map(Cell, months), UNDATED], expected, ask_totals=whole != expected.total)
        if whole != expected.total and whole != sum(self._totals[Cell(m), True].value or 0 for m in months):
            unknown = sorted(set(self.source.months()) - set(months))
            differing += self._differing([Cell(month) for month in unknown], expected, ask_totals=True)
        wanted = [part for cell in differing for part in self._narrowed(cell, expected)]
        wanted += [
            cell
            for cell in due_for_review(months, self.night, self.source.limits.quiet_cell_share)
            if cell not in differing
        ]
        self._list_within_budget(wanted)
        self._declared = (before, self._count(WHOLE))

    def _run_by_month(self) -> None:
        """List what is likely to move, the undated among it, and the older months whose counts are not the expected ones.

        What was listed is applied first: a month that lost a record to a listed cell and gained another counts as before.
        """
        months = self.source.months()
        recent = [*map(Cell, months[-self.source.limits.recent_months :]), UNDATED]
        expected = self._expected = Expected(self.held, self.source.timezone)
        for cell in recent:
            self._list(cell)
        held = {month for month, count in expected.by_month.items() if month and count[0]}
        older = [cell for month in sorted(held | set(months)) if (cell := Cell(month)) not in recent]
        wanted = self._differing(older, expected, ask_totals=False)
        due = due_for_review([cell.receipt_month for cell in older], self.night, self.source.limits.quiet_cell_share)
        self._list_within_budget([*wanted, *(cell for cell in due if cell not in wanted)])
        moving = sum(not self._cells[cell].is_complete for cell in recent)
        if moving:
            self._reasons.append(f"recent months, or the undated, whose count and listing disagree: {moving}")

    def _list_within_budget(self, wanted: Sequence[Cell]) -> None:
        budget = self.source.limits.relist_cells_per_night
        for cell in wanted[:budget]:
            self._list(cell)
        for cell in wanted[budget:]:
            self._certify(cell, before=None, after=None, received=0, is_complete=False)
        if len(wanted) > budget:
            self._reasons.append(f"cells beyond tonight's budget: {len(wanted) - budget}")
        kept_moving = sum(not self._cells[cell].is_complete for cell in wanted[:budget])
        if kept_moving:
            self._reasons.append(f"cells whose count and listing disagree: {kept_moving}")

    # steps --------------------------------------------------------------------------------------------------------
    def _count(self, cell: Cell, *, removed: bool = True) -> int | None:
        """Ask a count; the last answer for a cell is the one that totals.jsonl gets."""
        total = self.source.count(cell, removed=removed)
        self._clock(total.measured_at)
        self._totals[cell, removed] = total
        return total.value

    def _differing(self, cells: Sequence[Cell], expected: Expected, *, ask_totals: bool) -> list[Cell]:
        """The cells whose counts are not the expected ones; the removed are asked for only where that can matter."""
        differing = []
        for cell in cells:
            should = expected.of(cell)
            not_removed = self._count(cell, removed=False)
            if not_removed != should.not_removed or ask_totals:
                total = self._count(cell)
                if total != should.total or not_removed != should.not_removed:
                    differing.append(cell)
        return differing

    def _narrowed(self, cell: Cell, expected: Expected) -> list[Cell]:
        """The agencies of a month that differ, or the month itself where asking them would cost more than it saves.

        A source's agency filter may mean a subtree (iGate's `ancestor-agency-id`): only where the agencies' counts add
        up to the month's do they part it, and only then are they trusted.
        """
        total = self._totals[cell, True].value or 0
        if cell.receipt_month is None:
            return [cell]
        held = expected.by_agency(cell.receipt_month)
        if None in held or 2 * len(held) * self.source.limits.page_size >= total:
            return [cell]
        parts = {Cell(cell.receipt_month, ref): count for ref, count in held.items()}
        said = {part: self.source.count(part).value or 0 for part in parts}
        if sum(said.values()) != total:
            return [cell]
        differing = [
            part
            for part, count in parts.items()
            if said[part] != count.total or self.source.count(part, removed=False).value != count.not_removed
        ]
        return differing or [cell]

    def _listable_cells(self) -> Iterator[Cell]:
        for month in self.source.months():
            yield Cell(month)
        yield UNDATED

    def _list(self, cell: Cell) -> None:
        """Count, list, count; once more if they disagree. A row found by either listing was there."""
        before, after, received = self._count(cell), None, 0
        found: set[str] = set()
        is_complete, repeats = False, None
        for _ in range(2):
            listed: Counter[str] = Counter()
            for page in self.source.list_cell(cell) if before else ():
                self._take(page)
                received += page.received
                listed.update(record.record_id or "" for record in page.records)
                listed.update(row.record_id or row.position for row in page.quarantined)
            found |= listed.keys()
            after = self._count(cell)
            repeated = {key: count for key, count in listed.items() if count > 1}
            is_complete = after in (len(listed), len(found))
            if not is_complete and repeated and repeats == repeated and after == listed.total():
                # the source itself holds a record twice: a page that shifted would not repeat the same ones again
                self._repeated[cell] = listed.total() - len(listed)
                is_complete = True
            if is_complete:
                break
            before, repeats = after, repeated
        self._certify(cell, before=before, after=after, received=received, is_complete=is_complete)

    def _certify(self, cell: Cell, *, before: int | None, after: int | None, received: int, is_complete: bool) -> None:
        self._cells[cell] = CellCertificate(
            receipt_month=cell.receipt_month,
            agency_ref=cell.agency_ref,
            undated=cell.undated,
            declared_before=before,
            declared_after=after,
            received=received,
            is_complete=is_complete,
        )

    def _listed_sum(self) -> int:
        return sum(cell.declared_after or 0 for cell in self._cells.values())

    def _take(self, page: Page) -> None:
        if page.source_time:
            self._clock(page.source_time)
        self._stated.take(page.records)
        self.writer.write_page(page)
        if self._expected:
            self._expected.apply(page.records)
        moments = [record.updated_at for record in page.records if record.updated_at]
        if moments:
            newest = max(moments)
            self._newest = max(self._newest, newest) if self._newest else newest

    def _clock(self, moment: dt.datetime) -> None:
        """The source's clock at the beginning is the cut-off; it must lie after the night and not long after it."""
        if self._cut_off is not None and self._cut_off <= moment:
            return
        self._cut_off = moment
        end = dt.datetime.combine(self.night + dt.timedelta(days=1), dt.time.min, self.source.timezone)
        source_id, said = self.source.source_id, f"{moment.astimezone(self.source.timezone):%Y-%m-%d %H:%M %z}"
        if moment < end and self.source.is_occasional:
            return  # it says how things stood when it was made: its age is shown, and nothing later is judged by it
        if moment < end and self.source.always_full:
            raise SourceUnavailableError(
                source_id,
                asked=f"files that show the whole of night {self.night}",
                came=f"a file made at {said}",
                todo="export again after midnight, put the file into the inbox and take the old one out",
            )
        if moment < end:
            raise NightOrderError(
                f"{source_id}: night {self.night} has not ended by the source's clock ({said}); "
                "collect it after midnight"
            )
        self.is_late = moment - end > LATEST_CUT_OFF
        if self.is_late and not self._collect_late:
            raise NightNotCollectedError(
                f"{source_id}: night {self.night} ended more than 36 hours before the source's clock "
                f"({said}) and was never collected; the source shows the present only: leave the "
                "night out, or collect it now and have it marked as late"
            )
