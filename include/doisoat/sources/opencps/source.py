"""OpenCPS v2 (VietOpenCPS/opencps-v2), the open-source one-stop system, as the provincial case system.

Domain: the province's own dossiers, as its one-stop shops and departments handle them; removed ones are kept as
    evidence, marked `is_removed`. Its monthly statistics by agency, under its own names.
Contract: CONTRACTS section 3, and the public sources at their 2020 state. `GET /o/rest/v2/dossiers`, header `groupId`,
    HTTP Basic (the first filter of the REST interface; a Liferay session token is the other way) [V]. `start` and `end`
    count rows from 0, `end` is excluded [V: Liferay's habit]; `end` 0 or none means all rows [V], so it is never sent
    like that. Every answer has `total`, from a second search of the index [V]. `fromReceiveDate..toReceiveDate` go from
    00:00:00 to 23:59:59, both days included [V]. `sort` names a field, `order=true` is descending [V]; without `sort`
    rows are in order of createDate. `agency` takes codes; `agency=all` means all, none means the offices of the account [V].
    `GET /o/rest/statistics?year&month&domain&system`: opencps_statistics.py.
Caveats: the search leaves out drafts (no action yet), parts of linked dossiers (`originDossierId`) and removed ones [V].
    Removing a dossier makes `originality` negative; `originality=-1,-2,-3,-4` finds those [V]; a dossier that never had
    an office (originality 0) is deleted for good [V] and just disappears. `sort` looks for a text field of that name,
    which the 2020 index does not have for the modified date, and the list reads `modifiedDate` under another name than
    it is written [V]: whether a later version sorts by it is [A], `doisoat check` reports it, and `modified_sort: null`
    works without. Whether no `systemId` means all systems or system 0 is [A]: name them. Dates are written in local
    time, windows compare in the server's time zone [V], which for Liferay is often UTC [A]: a row outside the requested
    window stops the pull with an error that names `window_timezone`. Any failure of a search is answered with 403 [V].
    A dossier without receiveDate is in no window: it is counted as total minus dated. dossierNo is empty until it is
    accepted. referenceUid is a link if it looks like a code, or if the portal created the dossier (systemId 5); of two
    code paths one sends it, the other dossierNo [V]. Status values beyond the known table are a tenant's own.
Limits: a search shows no row beyond `deepest_row`, so days are halved until they fit. One request at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec

from doisoat.model import WHOLE, Capability, Cell, ControlTotal, DossierRecord, Page, QuarantinedRow, Side
from doisoat.months import later
from doisoat.sources.contract import Source
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.judging import months_that_hold, unreadable
from doisoat.sources.opencps.rows import RowReader
from doisoat.sources.opencps.search import Days, Filters, OpencpsOptions, Rows, Search, is_newest_first, window
from doisoat.sources.opencps.statistics import (
    TOTALS_ONLY,
    Statistics,
    at_agency_grain,
    control_totals,
    ended_periods,
    says_nothing,
)
from doisoat.sources.values import BadRowError


class Opencps(Source):
    """The connector; see the module."""

    source_kind = "opencps"
    asked_by = ("group_id", "system_ids", "search_path", "dated_from", "dated_to")
    side = Side.PROVINCIAL
    capabilities = frozenset({Capability.LISTING, Capability.CHANGES, Capability.COUNTS})
    always_states = frozenset({"status_code", "agency_code"})  # a dossier has no number before it is accepted
    Options = OpencpsOptions
    options: OpencpsOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._http = HttpSession(self.source_id, self.connection, self.limits)
        self._search = Search(self._http, self.options, self.connection, self.limits)
        self._reader = RowReader(
            self.timezone, reference_is_sent=self.options.reference_is_sent, code_shape=self.code_shape
        )
        self._days = Days(self.timezone, self.options.window_timezone)
        self.lists_days = (
            self._days.are_local
        )  # elsewhere each range of days would have two edges that no window can do
        self._statistics = msgspec.json.Decoder(Statistics)
        self.has_statistics = self.options.statistics_months > 0
        if self.options.modified_sort is None:  # an instance may support less than its kind
            self.capabilities = self.capabilities - {Capability.CHANGES}  # type: ignore[misc]

    @property
    def requests_made(self) -> int:
        return self._http.requests_made

    def close(self) -> None:
        self._http.close()

    def probe(self) -> str:
        shown, answer = self._search.total(_SHOWN)
        removed = self._removed_total({})
        facts = [f"{shown} dossiers", f"{removed} removed ones can be seen"]
        if self.options.system_ids:
            facts.append(f"{self._search.total(_SHOWN, all_systems=True)[0]} without the filter of systems")
        facts.append(self._order())
        return f"{', '.join(facts)}, its clock says {answer.time.astimezone(self.timezone):%Y-%m-%d %H:%M}"

    def _order(self) -> str:
        """Whether changes can be read: reported by `doisoat check`, before a night depends on it."""
        if self.options.modified_sort is None:
            return "its newest months are listed each night"
        answer, rows = next(self._search.walk(_SHOWN, self._newest_first), (None, []))
        records = self._read(answer, rows, "page 0")[0] if answer else []
        if records and not any(record.updated_at for record in records):
            return "no row says when it was modified: set options.modified_sort to null"
        in_order = is_newest_first(records)
        return "sorted by change" if in_order else "NOT sorted by change: set options.modified_sort to null"

    def clock(self) -> dt.datetime:
        return self._http.clock()

    # COUNTS -----------------------------------------------------------------------------------------------------
    def count(self, cell: Cell, *, removed: bool = True) -> ControlTotal:
        value, answer = self._count(cell, _agency(cell))
        if removed and self.options.removed_originalities:
            value += self._count(cell, _agency(cell) | self._removed)[0]
        return ControlTotal(
            measure="dossiers" if removed else "dossiers_not_removed",
            value=value,
            measured_at=answer.time,
            receipt_month=cell.receipt_month,
            period_kind="undated" if cell.undated else "month" if cell.receipt_month else "all",
            agency_ref=cell.agency_ref,
        )

    def _count(self, cell: Cell, filters: Filters) -> tuple[int, Answer]:
        if cell.receipt_month is None:
            total, answer = self._search.total(filters)
            return total - (self._search.total(filters | self._dated)[0] if cell.undated else 0), answer
        value, (first, last) = 0, cell.days
        for start, end, is_edge in self._days.windows(first, last):
            days = filters | window(start, end)
            total, answer = self._search.total(days)
            value += sum(page.received for page in self._edge(start, first, last, days)) if is_edge and total else total
        return value, answer

    def months(self) -> list[dt.date]:
        """Found by halving the dated range; if the server's days are not local ones, including a month's neighbours."""
        found = months_that_hold(self.options.dated_from, self.options.dated_to, self._days_total)
        if self._days.are_local:
            return found
        return sorted({near for month in found for near in (later(month, -1), month, later(month))})

    def _days_total(self, first: dt.date, last: dt.date) -> int:
        days = window(first, last)
        return self._search.total(_SHOWN | days)[0] + self._removed_total(days)

    def _removed_total(self, filters: Filters) -> int:
        return self._search.total(_SHOWN | self._removed | filters)[0] if self.options.removed_originalities else 0

    def control_totals(self, night: dt.date) -> Iterator[ControlTotal]:
        for year, month in ended_periods(night, self.options.statistics_months):
            answer, said = self._period(year, month, TOTALS_ONLY)
            rows = at_agency_grain(said.rows, year, month)
            if not rows:  # a server that takes `total` for one of its own codes
                answer, said = self._period(year, month, {})
                rows = at_agency_grain(said.rows, year, month)
            try:
                yield from control_totals(rows, answer, year, month)
            except BadRowError as error:
                raise self._search.changed(answer, f"{error.field}: {error.reason}", "fix the connector") from None

    def _period(self, year: int, month: int, filters: Filters) -> tuple[Answer, Statistics]:
        answer = self._search.get(self.options.statistics_path, {"year": year, "month": month, **filters})
        said = self._http.decode(answer, self._statistics)
        rows = len(said.rows)
        if said.total is None or said.total > rows:
            raise self._search.changed(answer, f"{rows} rows of the {said.total} that it declares", "fix the connector")
        if says_nothing(said.rows, year, month):
            raise self._search.changed(
                answer, f"{rows} rows without any known number of the period", "fix the connector"
            )
        return answer, said

    # LISTING ----------------------------------------------------------------------------------------------------
    def list_cell(self, cell: Cell) -> Iterator[Page]:
        if not cell.receipt_month and not cell.undated:
            for month in self.months():
                yield from self.list_cell(Cell(month, cell.agency_ref))
            yield from self.list_cell(Cell(agency_ref=cell.agency_ref, undated=True))
            return
        for filters in self._parts(cell):
            if cell.receipt_month:
                yield from self._list_within(*cell.days, filters)
            else:
                yield from self._list_undated(filters)

    def _parts(self, cell: Cell) -> list[Filters]:
        """Filters for the visible dossiers and for the removed ones: no search shows both."""
        agency = _agency(cell)
        can_see = self.options.removed_originalities and self._search.total(agency | self._removed)[0]
        return [agency, agency | self._removed] if can_see else [agency]

    def _list_within(self, first: dt.date, last: dt.date, filters: Filters) -> Iterator[Page]:
        for start, end, is_edge in self._days.windows(first, last):
            if is_edge:
                yield from self._edge(start, first, last, filters | window(start, end))
            else:
                yield from self._list_days(start, end, filters)

    def _list_days(self, start: dt.date, end: dt.date, filters: Filters) -> Iterator[Page]:
        days = filters | window(start, end)
        if start < end and self._search.total(days)[0] > self.options.deepest_row:
            middle = start + (end - start) // 2
            yield from self._list_days(start, middle, filters)
            yield from self._list_days(middle + dt.timedelta(days=1), end, filters)
            return
        for page, answer in self._pages(days, f"from {start} "):
            yield self._inside(page, answer, self._days.widest(start, end))

    def _inside(self, page: Page, answer: Answer, days: tuple[dt.date, dt.date]) -> Page:
        """The page without rows not received on those days, which are quarantined; off by under a day, it is the time zone."""
        kept, apart, day = [], list(page.quarantined), dt.timedelta(days=1)
        for record in page.records:
            received = self._days.received(record)
            if received and days[0] <= received <= days[1]:
                kept.append(record)
            elif received and days[0] - day <= received <= days[1] + day:
                raise self._search.changed(
                    answer,
                    "a row received on a day beside those that were asked for",
                    "the server counts days in another time zone: set options.window_timezone, UTC for most",
                )
            else:
                apart.append(_apart(record, "outside_window" if received else "no_receipt_date"))
        return Page(kept, apart, source_time=page.source_time)

    def _edge(self, day: dt.date, first: dt.date, last: dt.date, filters: Filters) -> Iterator[Page]:
        """The rows of one of the server's days that were received on the local days.

        Rows without a receipt date are assigned to the local month of that day's own date.
        """
        for page, _ in self._pages(filters, f"on {day} "):
            dated = [(record, self._days.received(record)) for record in page.records]
            apart = page.quarantined + [_apart(record, "no_receipt_date") for record, on in dated if not on]
            records = [record for record, on in dated if on and first <= on <= last]
            edge = Page(records, apart if first <= day <= last else [], source_time=page.source_time)
            if edge.received:
                yield edge

    def _list_undated(self, filters: Filters) -> Iterator[Page]:
        """No filter matches a missing date: search by status, those without a date first, then walk everything."""
        wanted = self._undated(filters)
        for status in self.options.undated_statuses:
            narrowed = filters | {"status": status}
            there = self._undated(narrowed) if wanted > 0 else 0
            if there > 0:
                yield from self._only_undated(narrowed, there)
                wanted -= there
        if wanted > 0:  # statuses that the option does not list
            yield from self._only_undated(filters, wanted, frozenset(self.options.undated_statuses))

    def _undated(self, filters: Filters) -> int:
        return self._search.total(filters)[0] - self._search.total(filters | self._dated)[0]

    def _only_undated(
        self, filters: Filters, wanted: int, skip_statuses: frozenset[str] = frozenset()
    ) -> Iterator[Page]:
        """Rows without a date; if those are fewer than the count, also rows whose date cannot be read."""
        sort, unread = {"sort": "receiveDate", "order": "false"}, list[QuarantinedRow]()
        for page, _ in self._pages(filters, f"undated {filters.get('status', '')} ", sort):
            unread += [row for row in page.quarantined if _lacks_date(row)][: max(0, wanted - len(unread))]
            page.records = [r for r in page.records if r.received_at is None and r.status_code not in skip_statuses]
            page.quarantined = []
            if page.received:
                yield page
            wanted -= page.received
            if wanted <= 0:
                return
        if unread:
            yield Page([], unread[:wanted])

    # CHANGES ----------------------------------------------------------------------------------------------------
    def changes(self, since: dt.datetime) -> Iterator[Page]:
        if self.options.modified_sort is None:
            return super().changes(since)
        return self._changes(since)

    def _changes(self, since: dt.datetime) -> Iterator[Page]:
        for filters in self._parts(WHOLE):
            walked, reached = 0, False
            for page, answer in self._pages(filters, "changes ", self._newest_first):
                self._check_order(answer, page.records)
                fresh = [r for r in page.records if r.updated_at is None or r.updated_at >= since]
                walked, reached = walked + page.received, len(fresh) < len(page.records)
                page.records = fresh
                yield page
                if reached:
                    break
            if not reached and walked >= self.options.deepest_row:  # more changes than a search can show
                yield from self.list_cell(WHOLE)
                return

    def _check_order(self, answer: Answer, records: list[DossierRecord]) -> None:
        if records and not any(record.updated_at for record in records):
            raise self._search.changed(answer, "rows without modifiedDate", "set options.modified_sort to null")
        if not is_newest_first(records):
            raise self._search.changed(
                answer, "rows not sorted by modifiedDate, newest first", "set options.modified_sort to null"
            )

    # pages and filters ------------------------------------------------------------------------------------------
    def _pages(self, filters: Filters, position: str, sort: Filters | None = None) -> Iterator[tuple[Page, Answer]]:
        kind = "removed " if "originality" in filters else ""
        for number, (answer, rows) in enumerate(self._search.walk(filters, sort)):
            records, quarantined = self._read(answer, rows, f"{kind}{position}page {number}")
            yield Page(records, quarantined, source_time=answer.time), answer

    def _read(self, answer: Answer, rows: Rows, position: str) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        records, quarantined = self._reader.read(rows, position)
        if came := unreadable(records, quarantined):
            raise self._search.changed(answer, came, "fix the connector")
        return records, quarantined

    @property
    def _removed(self) -> Filters:
        return {"originality": ",".join(self.options.removed_originalities)}

    @property
    def _dated(self) -> Filters:
        return window(self.options.dated_from, self.options.dated_to)

    @property
    def _newest_first(self) -> Filters:
        return {"sort": self.options.modified_sort or "", "order": self.options.descending}


#: Without an agency the search would be limited to the offices of the account [V].
_SHOWN = {"agency": "all"}


def _agency(cell: Cell) -> Filters:
    return {"agency": cell.agency_ref} if cell.agency_ref else _SHOWN


def _lacks_date(row: QuarantinedRow) -> bool:
    return row.read.received_at is None if row.read else row.field == "receiveDate"


def _apart(record: DossierRecord, reason: str) -> QuarantinedRow:
    return QuarantinedRow(
        position=f"record {record.record_id}",
        reason=reason,
        field="receiveDate",
        record_id=record.record_id,
        read=msgspec.structs.replace(record, received_at=None),
        unread=("received_at",),
    )
