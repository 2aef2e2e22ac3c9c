"""VNPT iGate 2.0, a provincial case system that is documented well enough to build on.

Domain: the province's own dossiers, as its one-stop shops and departments handle them; removed ones are kept as
    evidence, marked `is_removed`.
Contract: CONTRACTS sections 3 and 8. Keycloak token (realm `digo`), Bearer; `GET /pa/dossier/search` with pages from 0,
    `sort=updatedDate,desc`, windows `accepted-from`/`accepted-to`, `ancestor-agency-id`, `remove-status=0` (all [V]).
    `spec=page` answers `totalElements` [A: Spring's names].
Caveats: no row says that it was removed: that shows only as the difference between a listing with and one without
    `remove-status=0`, which is requested only in windows where the two counts differ; what that listing may have skipped
    is looked up by its code before it is marked. There is no `updated-from`:
    changes are read newest first until the watermark. A dossier without acceptedDate is in no accepted window: it is
    counted as total minus dated, and searched for by status (option `undated_statuses` [A]) before walking everything.
    Dates mix +0700 and +0000. `dossierStatus.id` is not the national table: a dated map in the province file [A].
    Windows are local days, both included [A]. `ancestor-agency-id` may mean a subtree [A]: it is never assumed exact.
Limits: the page-size cap is unknown, so any page size returned is accepted; deep pages are avoided by walking month by
    month. One request at a time; the next page is fetched while the previous one is being read.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import msgspec

from doisoat.errors import SourceChangedError
from doisoat.model import WHOLE, Capability, Cell, ControlTotal, DossierRecord, Page, QuarantinedRow, Side
from doisoat.sources.contract import Source, SourceOptions
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.igate.rows import KeySlice, RawSlice, RowReader, Slice, Totals, Wanted, all_rows
from doisoat.sources.judging import is_hollow, months_that_hold, most_rows, no_end, unreadable
from doisoat.sources.values import BadRowError, moment

_SHOWN = {"remove-status": "0"}
Filters = dict[str, str]


class IgateOptions(SourceOptions):
    """What may differ from one iGate to the next; all of it is [A] except the path.

    Attributes:
        dated_from, dated_to: no receipt date is outside; "dated" means within.
        undated_statuses: the status ids that dossiers without a receipt date usually have.
        window_format: how a day is written in accepted-from/to.
    """

    search_path: str = "/pa/dossier/search"
    agency_filter: str = "ancestor-agency-id"
    dated_from: dt.date = dt.date(2000, 1, 1)
    dated_to: dt.date = dt.date(2099, 12, 31)
    undated_statuses: tuple[str, ...] = ()
    window_format: str = "%Y-%m-%d"


class Igate(Source):
    """The connector; see the module."""

    source_kind = "igate"
    asked_by = ("search_path", "dated_from", "dated_to")
    side = Side.PROVINCIAL
    capabilities = frozenset({Capability.LISTING, Capability.CHANGES, Capability.COUNTS})
    always_states = frozenset({"dossier_code", "status_code", "agency_ref"})
    lists_days = True
    Options = IgateOptions
    options: IgateOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._http = HttpSession(self.source_id, self.connection, self.limits, use_token=True)
        self._fetcher = ThreadPoolExecutor(1, "igate-next-page")
        self._reader = RowReader(self.timezone)
        self._totals = msgspec.json.Decoder(Totals)
        self._slices = msgspec.json.Decoder(Slice)
        self._raw_slices = msgspec.json.Decoder(RawSlice)
        self._key_slices = msgspec.json.Decoder(KeySlice)

    @property
    def requests_made(self) -> int:
        return self._http.requests_made

    def close(self) -> None:
        self._fetcher.shutdown(cancel_futures=True)
        self._http.close()

    def probe(self) -> str:
        total = self.count(WHOLE)
        return f"{total.value} dossiers, its clock says {total.measured_at.astimezone(self.timezone):%Y-%m-%d %H:%M}"

    def clock(self) -> dt.datetime:
        return self._http.clock()

    # COUNTS -----------------------------------------------------------------------------------------------------
    def count(self, cell: Cell, *, removed: bool = True) -> ControlTotal:
        hidden = {} if removed else _SHOWN
        if cell.undated:
            agency = self._filters(Cell(agency_ref=cell.agency_ref)) | hidden
            total, answer = self._total(agency)
            value = total - self._total(agency | self._window(self.options.dated_from, self.options.dated_to))[0]
        else:
            value, answer = self._total(self._filters(cell) | hidden)
        return ControlTotal(
            measure="dossiers" if removed else "dossiers_not_removed",
            value=value,
            measured_at=answer.time,
            receipt_month=cell.receipt_month,
            period_kind="undated" if cell.undated else "month" if cell.receipt_month else "all",
            agency_ref=cell.agency_ref,
        )

    def months(self) -> list[dt.date]:
        """Found by halving the dated range: a half with a count of zero is not asked again."""
        return months_that_hold(
            self.options.dated_from,
            self.options.dated_to,
            lambda first, last: self._total(self._window(first, last))[0],
        )

    # LISTING ----------------------------------------------------------------------------------------------------
    def list_cell(self, cell: Cell) -> Iterator[Page]:
        if cell.undated:
            yield from self._list_undated(self._filters(Cell(agency_ref=cell.agency_ref)))
        elif cell.receipt_month:
            yield from self._list_window(*cell.days, self._filters(Cell(agency_ref=cell.agency_ref)))
        else:
            for month in self.months():
                yield from self.list_cell(Cell(month, cell.agency_ref))
            yield from self.list_cell(Cell(agency_ref=cell.agency_ref, undated=True))

    def _list_window(self, first: dt.date, last: dt.date, filters: Filters) -> Iterator[Page]:
        """List a window of days; if very few of its rows are removed, halve it until they are located.

        Halving costs about eight counts per removed row; listing without the removed ones costs all pages again.
        """
        window = filters | self._window(first, last)
        total, removed = self._removed(window)
        if total == 0:
            return
        if first < last and 0 < removed * 8 < total / self.limits.page_size:
            middle = first + (last - first) / 2
            yield from self._list_window(first, middle, filters)
            yield from self._list_window(middle + dt.timedelta(days=1), last, filters)
        else:
            yield from self._list_marked(window, total, removed)

    def _list_undated(self, filters: Filters) -> Iterator[Page]:
        """No filter matches a missing date: try the likely statuses, then walk everything until all are found."""
        dated = self._window(self.options.dated_from, self.options.dated_to)
        wanted = self._total(filters)[0] - self._total(filters | dated)[0]
        for status in self.options.undated_statuses:
            narrowed = filters | {"dossier-status": status}
            there = self._total(narrowed)[0] - self._total(narrowed | dated)[0] if wanted > 0 else 0
            if there > 0:
                yield from self._only_undated(narrowed, there)
                wanted -= there
        if wanted > 0:  # statuses that the option does not list
            yield from self._only_undated(filters, wanted, skip_statuses=frozenset(self.options.undated_statuses))

    def _only_undated(
        self, filters: Filters, wanted: int, skip_statuses: frozenset[str] = frozenset()
    ) -> Iterator[Page]:
        total, removed = self._removed(filters)
        if removed and wanted * self.limits.page_size < total:  # looking each up costs less than all pages once more
            found = list(self._undated_of(self._list_undated_rows(filters, total), wanted, skip_statuses))
            looked_up = _LookedUp(self, filters)
            if all(looked_up.can_mark(page) for page in found):
                yield from map(looked_up.page, found)
                return
        pages = self._list_marked(filters, total, removed) if removed else self._list_undated_rows(filters, total)
        yield from self._undated_of(pages, wanted, skip_statuses)

    @staticmethod
    def _undated_of(pages: Iterator[Page], wanted: int, skip_statuses: frozenset[str]) -> Iterator[Page]:
        """Of these pages the rows without a receipt date, until that many were found."""
        for page in pages:
            page.records = [r for r in page.records if r.received_at is None and r.status_code not in skip_statuses]
            page.quarantined = [
                row
                for row in page.quarantined
                if row.read and row.read.received_at is None and row.read.status_code not in skip_statuses
            ]
            if page.received:
                yield page
            wanted -= page.received
            if wanted <= 0:
                return

    def _list_undated_rows(self, filters: Filters, total: int) -> Iterator[Page]:
        """The rows of a listing that may have no receipt date, unmarked: of the others nothing but that date is read."""
        for number, (answer, rows) in enumerate(self._walk(filters, self._decode_rows, total, ahead=True)):
            records, quarantined = self._read(answer, rows, f"page {number}", self._reader.may_be_undated)
            yield Page(records, quarantined, source_time=answer.time)

    # CHANGES ----------------------------------------------------------------------------------------------------
    def changes(self, since: dt.datetime) -> Iterator[Page]:
        yield from self._list_marked({}, *self._removed({}), since)

    # pages ------------------------------------------------------------------------------------------------------
    def _list_marked(
        self, filters: Filters, total: int, removed: int, since: dt.datetime | None = None
    ) -> Iterator[Page]:
        """The rows of a listing, with those that `remove-status=0` hides marked; newest first, down to `since` if given."""
        shown = _Shown(self, filters, since) if removed else None
        pages = self._walk(filters, self._decode_rows, total, ahead=since is None)
        for number, (answer, rows) in enumerate(pages):
            records, quarantined = self._read(answer, rows, f"page {number}")
            if since is not None:
                self._check_order(answer, records)
            fresh = [r for r in records if since is None or r.updated_at is None or r.updated_at >= since]
            marked = [shown.mark(record) for record in fresh] if shown else fresh
            yield Page(marked, shown.marked(quarantined) if shown else quarantined, source_time=answer.time)
            if len(fresh) < len(records):
                return

    def _walk(
        self, filters: Filters, decode: Any, declared: int | None = None, *, ahead: bool = False
    ) -> Iterator[tuple[Answer, Any]]:
        """Page after page, until one says that it is the last or has fewer rows than the previous ones.

        A page that is short only because the server caps its size is not the end: the first page never is, unless it
        says so or is empty. With `ahead`, the next page is fetched while this one is processed, until `declared` rows.
        """
        number, most, before, came, fetched = 0, 0, None, 0, None
        try:
            while True:
                answer = fetched.result() if fetched else self._page(filters, number)
                more = ahead and (number + 1) * self.limits.page_size < (declared or 0)
                fetched = self._fetcher.submit(self._page, filters, number + 1) if more else None
                page = decode(answer)
                rows = page.content
                if is_hollow(declared, came + len(rows)):
                    raise self._changed(answer, f"no row, after a count of {declared}", "ask what the page shows now")
                if not rows:
                    return
                if before == answer.body and len(rows) > 1:
                    raise self._changed(answer, "the same page as before", "the server no longer pages by `page`")
                came += len(rows)
                if came > most_rows(declared, self.limits.page_size):
                    raise self._changed(answer, no_end(came, declared), "ask whether the server still pages by `page`")
                yield answer, rows
                if page.last or (page.last is None and number and len(rows) < most):
                    return
                number, most, before = number + 1, max(most, len(rows)), answer.body
        finally:
            if fetched and not fetched.cancel():
                wait([fetched])

    def _page(self, filters: Filters, number: int) -> Answer:
        query = {"page": number, "size": self.limits.page_size, "spec": "slice", "sort": "updatedDate,desc"}
        return self._http.get(self.options.search_path, query | filters)

    def _decode_rows(self, answer: Answer) -> Slice | RawSlice:
        try:
            return self._slices.decode(answer.body)
        except (
            msgspec.DecodeError,
            UnicodeDecodeError,
        ):  # one bad row, or the whole answer: decoding row by row decides
            return self._http.decode(answer, self._raw_slices)

    def _read(
        self, answer: Answer, rows: list[Any], position: str, wanted: Wanted = all_rows
    ) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        raw = isinstance(rows[0], msgspec.Raw)
        records, quarantined = (self._reader.read_raw if raw else self._reader.read)(rows, position, wanted)
        is_judged = len(records) + len(quarantined) == len(rows)  # a row that is not wanted was read so far
        if is_judged and (came := unreadable(records, quarantined)):
            raise self._changed(answer, came, "fix the connector")
        return records, quarantined

    def _check_order(self, answer: Answer, records: list[DossierRecord]) -> None:
        moments = [record.updated_at for record in records if record.updated_at]
        if any(later > earlier for earlier, later in itertools.pairwise(moments)):
            raise self._changed(
                answer, "rows not sorted by updatedDate, newest first", "collect in full: changes need that order"
            )

    def _changed(self, answer: Answer, came: str, todo: str) -> SourceChangedError:
        return SourceChangedError(
            self.source_id, asked=answer.asked, came=came, todo=f"{todo}; compare with docs/contracts.md"
        )

    # filters and totals -----------------------------------------------------------------------------------------
    def _filters(self, cell: Cell) -> Filters:
        filters = {self.options.agency_filter: cell.agency_ref} if cell.agency_ref else {}
        if cell.receipt_month:
            filters |= self._window(*cell.days)
        return filters

    def _window(self, first: dt.date, last: dt.date) -> Filters:
        write = self.options.window_format
        return {"accepted-from": first.strftime(write), "accepted-to": last.strftime(write)}

    def _total(self, filters: Mapping[str, str]) -> tuple[int, Answer]:
        answer = self._http.get(self.options.search_path, {"page": 0, "size": 1, "spec": "page", **filters})
        totals = self._http.decode(answer, self._totals)
        found = totals.totalElements if totals.page is None else totals.page.totalElements
        if found is None or found < 0:
            raise self._changed(answer, "an answer without totalElements", "completeness depends on counts")
        return found, answer

    def _removed(self, filters: Filters) -> tuple[int, int]:
        """How many rows there are, and how many of them `remove-status=0` hides."""
        total = self._total(filters)[0]
        return total, max(0, total - self._total(filters | _SHOWN)[0])


class _LookedUp:
    """Which rows are removed, each looked up by its code: one request a row, and true of the moment it is asked."""

    def __init__(self, source: Igate, filters: Filters) -> None:
        self._source, self._filters = source, filters

    def can_mark(self, page: Page) -> bool:
        """Whether each of the page's rows has a code to look it up by."""
        read = [*page.records, *(row.read for row in page.quarantined)]
        return all(record is not None and record.dossier_code for record in read)

    def page(self, page: Page) -> Page:
        """The page with its removed rows marked."""
        page.records, page.quarantined = [self.mark(record) for record in page.records], self.marked(page.quarantined)
        return page

    def mark(self, record: DossierRecord) -> DossierRecord:
        """The record, marked as removed if it is."""
        return record if self._is_shown(record) else msgspec.structs.replace(record, is_removed=True)

    def marked(self, rows: list[QuarantinedRow]) -> list[QuarantinedRow]:
        """The same for rows that were read in part; whether one without a key is removed is not known, and it is unidentified."""
        return [
            msgspec.structs.replace(row, read=self.mark(row.read)) if row.read and row.read.record_id else row
            for row in rows
        ]

    def _decode(self, answer: Answer) -> KeySlice:
        return self._source._http.decode(answer, self._source._key_slices)

    def _is_shown(self, record: DossierRecord) -> bool:
        if not record.dossier_code:
            return True  # cannot be looked up: tomorrow's counts will show
        query = {"code": record.dossier_code} | _SHOWN
        return any(row.id == record.record_id for _, rows in self._source._walk(query, self._decode) for row in rows)


class _Shown(_LookedUp):
    """The rows that a listing shows when removed ones are hidden: what it hides is removed.

    It is walked first, so a row that was created or changed since then may be missing from it for that reason: such a row
    is not marked, and appears again tomorrow as a change. A row may also have slipped between two of its pages, because
    one before it left. So a listing of several pages counts as whole only if it was walked to its end and every row that
    was counted before and after it was seen, once; if not, each row about to be marked is looked up by its code.
    """

    def __init__(self, source: Igate, filters: Filters, since: dt.datetime | None) -> None:
        super().__init__(source, filters | _SHOWN)
        before, answer = source._total(self._filters)
        self._began, self._ids = answer.time, set[str]()
        rows_seen, pages, is_whole = 0, 0, True
        for page_answer, rows in source._walk(self._filters, self._decode, before, ahead=since is None):
            self._ids.update(row.id for row in rows if isinstance(row.id, str))
            rows_seen, pages = rows_seen + len(rows), pages + 1
            if since and not self._reaches(page_answer, rows[-1], since):
                is_whole = False
                break
        after = source._total(self._filters)[0]
        counts = {before, after, rows_seen, len(self._ids)} if is_whole else {before, after}
        self._is_settled = len(counts) == 1 and (is_whole or pages == 1)

    def mark(self, record: DossierRecord) -> DossierRecord:
        if record.record_id in self._ids or (record.updated_at and record.updated_at >= self._began):
            return record
        return msgspec.structs.replace(record, is_removed=True) if self._is_settled else super().mark(record)

    def _reaches(self, answer: Answer, row: Any, since: dt.datetime) -> bool:
        try:
            updated_at = moment(row.updatedDate, self._source.timezone, "updatedDate")
        except BadRowError:
            return True
        return updated_at is None or updated_at >= since
