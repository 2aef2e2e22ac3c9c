"""The state of a pull, whichever plan it follows: what was received and counted, which cells were listed, what is open."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence

import msgspec

from doisoat.collect.cut_off import CutOff
from doisoat.collect.expected import Expected, Held
from doisoat.collect.landing import FileSeal, Landing, LandingWriter, Versions
from doisoat.errors import SourceUnavailableError
from doisoat.model import WHOLE, AskedProcedure, Cell, CellCertificate, ControlTotal, Page, PullCertificate
from doisoat.sources.contract import Source, Stated


class Pull:
    """One pull of one source; a plan asks through it, and it writes, counts, certifies and seals.

    Attributes:
        mode: what the certificate calls it (PullCertificate).
        cut_off: the source's clock when it began.
        cells: the certificates of listed cells, and of those left out because of the budget.
        totals: (cell, removed rows included) -> the last count that the source gave.
        repeated: cell -> rows in its listing that repeat one of its records.
        declared: how many records the source says there are, before and after.
        reasons: why the pull is incomplete; empty if it is complete.
        newest: the newest update seen, from which the next watermark follows; None if none is stated.
        unread: where the watermark stays because a change after it could not be read.
    """

    def __init__(
        self, source: Source, night: dt.date, held: Held, writer: LandingWriter, *, collect_late: bool = False
    ) -> None:
        self.source, self.night, self.held, self.writer = source, night, held, writer
        self.mode = "full"
        self.cut_off = CutOff(source, night, collect_late=collect_late)
        self.cells: dict[Cell, CellCertificate] = {}
        self.totals: dict[tuple[Cell, bool], ControlTotal] = {}
        self.repeated: dict[Cell, int] = {}
        self.declared: tuple[int | None, int | None] = (None, None)
        self.reasons: list[str] = []
        self.newest: dt.datetime | None = None
        self.unread: dt.datetime | None = None
        self._started_at = dt.datetime.now(dt.UTC)  # when we ran, for operators; never compared with data
        self._expected: Expected | None = None
        self._stated = Stated(source)

    # receiving ----------------------------------------------------------------------------------------------------
    def expect(self) -> Expected:
        """What the source should declare, given what is held; whatever is received from here on is applied to it."""
        self._expected = Expected(self.held, self.source.timezone)
        return self._expected

    def take(self, page: Page, cell: Cell = WHOLE) -> None:
        """Land the contents of one answer to a listing of this cell."""
        if page.source_time:
            self.cut_off.take(page.source_time)
        self._stated.take(page)
        if cell.receipt_month:
            month = cell.receipt_month
            page.quarantined = [msgspec.structs.replace(row, receipt_month=month) for row in page.quarantined]
        self.writer.write_page(page)
        if self._expected:
            self._expected.apply(page.records)
        moments = [record.updated_at for record in page.records if record.updated_at]
        if moments:
            newest = max(moments)
            self.newest = max(self.newest, newest) if self.newest else newest

    def count(self, cell: Cell, *, removed: bool = True) -> int | None:
        """Ask for a count; the last answer for a cell is the one written to totals.jsonl."""
        total = self.source.count(cell, removed=removed)
        self.cut_off.take(total.measured_at)
        self.totals[cell, removed] = total
        return total.value

    def take_totals(self) -> None:
        """Land the counts that the source declares on its own terms."""
        for total in self.source.control_totals(self.night):
            self.cut_off.take(total.measured_at)
            self.writer.write_total(total)

    def take_scores(self) -> None:
        """Land the scores that the source publishes."""
        for score in self.source.published_scores(self.night):
            self.writer.write_score(score)

    def take_procedures(self, wanted: Sequence[AskedProcedure]) -> None:
        """Land what the source counts of single procedures."""
        for count in self.source.counts_by_procedure(wanted, self.night):
            self.writer.write_procedure_count(count)

    def note_left_out(self) -> None:
        """Say what of its counts and scores the source could not give."""
        if left_out := self.source.left_out:
            self.reasons.append(f"reports left out: {len(left_out)} (the first: {left_out[0]})")

    def certify(self, cell: Cell, *, before: int | None, after: int | None, received: int, is_complete: bool) -> None:
        """Certify a cell; a later certificate replaces it."""
        self.cells[cell] = CellCertificate(
            receipt_month=cell.receipt_month,
            agency_ref=cell.agency_ref,
            undated=cell.undated,
            declared_before=before,
            declared_after=after,
            received=received,
            is_complete=is_complete,
            first_day=cell.within and cell.within[0],
            last_day=cell.within and cell.within[1],
        )

    # the end ------------------------------------------------------------------------------------------------------
    def write_counts(self) -> None:
        """Land the counts that were requested, and how many rows repeat a record."""
        for (cell, _), total in self.totals.items():
            # an agency's count may or may not include those below it, and that of some days is no month's
            if cell.agency_ref is None and cell.within is None:
                self.writer.write_total(total)
        self._write_repeated()

    def _write_repeated(self) -> None:
        """Land how many rows of a listed cell repeat one of its records: the source counts them, we hold the record once.

        Of a month that was listed in parts, how many rows of its parts do: in the others its counts are as they are held.
        """
        months: Counter[Cell] = Counter()
        for cell, rows in self.repeated.items():
            months[dataclasses.replace(cell, agency_ref=None, within=None)] += rows
        for cell, rows in months.items():
            declared = self.totals[cell, True]
            self.writer.write_total(msgspec.structs.replace(declared, measure="repeated_rows", value=rows))
        if self.repeated and WHOLE not in self.repeated and (whole := self.totals.get((WHOLE, True))):
            rows = sum(self.repeated.values())
            self.writer.write_total(msgspec.structs.replace(whole, measure="repeated_rows", value=rows))

    def seal(self, versions: Versions) -> Landing:
        """Certify what was received and seal the landing.

        Raises:
            SourceUnavailableError: nothing was received, so there is no cut-off.
            SourceChangedError: its records lack a value that they always state.
        """
        originals = [  # identified by content: a file's name may contain a person's name
            FileSeal(name=f"original {at}", size=file.size, sha256=file.sha256)
            for at, file in enumerate(self.source.originals(), 1)
        ]
        return self.writer.seal(
            self._certificate(),
            msgspec.structs.replace(versions, decoder=f"{self.source.source_kind}/{self.source.decoder_version}"),
            originals=originals,
            collected_late=self.cut_off.is_late,
        )

    def _certificate(self) -> PullCertificate:
        cut_off = self._checked_cut_off()
        open_cells = sum(not cell.is_complete for cell in self.cells.values())
        if open_cells and not self.reasons:
            self.reasons.append(f"cells whose count and listing disagree: {open_cells}")
        return PullCertificate(
            source_id=self.source.source_id,
            night=self.night,
            mode=self.mode,
            started_at=self._started_at,
            ended_at=dt.datetime.now(dt.UTC),
            cut_off=cut_off,
            requests=self.source.requests_made,
            pages=self.writer.pages,
            received=self.writer.received,
            decoded=self.writer.decoded,
            quarantined=self.writer.quarantined,
            declared_before=self.declared[0],
            declared_after=self.declared[1],
            is_complete=not self.reasons,
            incomplete_reason="; ".join(self.reasons) or None,
            watermark=self.unread or (min(self.newest, cut_off) if self.newest else None),
            cells=tuple(self.cells.values()),
            unstated=tuple(sorted(self._stated.unstated(of_changes=self.mode == "incremental"))),
        )

    def _checked_cut_off(self) -> dt.datetime:
        """The cut-off of a pull that received something in the agreed format."""
        if self.cut_off.moment is None:
            raise SourceUnavailableError(
                self.source.source_id,
                asked="its counts",
                came="none at all",
                todo="check the options; it is asked again",
            )
        self._stated.check()
        return self.cut_off.moment
