"""Registration of businesses, co-operatives and household businesses, a ministry's system ("CSDLDKDN").

Domain: the registration dossiers of the province's registration offices. They are handled in the ministry's system, so
    many of them are in no provincial system although the province is accountable for them (the notice's complaint).
Contract: CONTRACTS sections 4 and 8. Bearer from the integration platform's token; `GET danhSachHoSo?from_date&to_date&
    offset&limit`, days `dd/MM/yyyy`, at most 5 days per window [V], both ends included [A]; rows IN_JOURNAL_NO,
    DOCUMENT_TYPE, SITE_ID, RECEIPT_DATE, PLAN_DATE, PROCESS_STATUS; DataCount; Status "1" or "0" [V]. The nesting is
    [A]: see business_registration/rows.py for what is tolerated. `offset` counts rows from 0 [A].
Caveats: the key is a receipt number, not a dossier code, and there is no procedure: DOCUMENT_TYPE is stated as
    `procedure_code` and SITE_ID as `agency_code`, and dated code maps of the province file (`procedure`, `agency`) turn
    them into ours. Whether DataCount is the total or the page's is decided by asking for a second page. Rows of offices
    outside `site_ids` are set aside: they are neither records nor quarantined, and no count includes them; DataCount
    does include them, so with `site_ids` (or `document_types`) rows are counted by listing the keys, and what DataCount
    declares beyond the rows received is added. A row without a receipt date, or with one outside the requested window,
    goes into quarantine: so there is no undated cell. Nothing marks a removed dossier: counts with and without removed
    ones are the same. NAME, ENTERPRISE_CODE and ENTERPRISE_GDT_CODE are never read.
Limits: a month takes at least seven requests. Some of its days can be asked for by themselves, and are where a month
    differs, unless rows must be listed to be counted (`site_ids`, `document_types`). Pages that end before DataCount make
    the pull incomplete and are named; where DataCount counts the page alone, an empty or shorter page is the end. The count
    of the whole adds up the newest counts of the months, and requests only months that this pull has not counted yet. If a
    window is refused while a single day of it is answered, the contract has changed.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, model_validator

from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.model import Capability, Cell, ControlTotal, Page, Side
from doisoat.months import between, first_of
from doisoat.sources.business_registration.rows import Listing, RowReader, Selection, head_of, key_of, read_listing
from doisoat.sources.contract import Source, SourceOptions
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.judging import most_rows, no_end, unreadable
from doisoat.sources.values import BadRowError

log = logging.getLogger(__name__)
Window = tuple[dt.date, dt.date]
_TOO_WIDE = (None, 400, 413, 416, 422)  # the ways in which a window may be refused; None: Status "0"


class System(SourceOptions):
    """One of the registration systems that this instance serves.

    Attributes:
        kind: which of the three.
        path: where its dossiers are listed, below the connection's base_path; several may share one [A].
        document_types: the DOCUMENT_TYPEs of its dossiers; other rows of the path are set aside. Empty takes all, so
            that an unknown type is not missed.
        prefix: put before key and type; needed if several paths are read.
    """

    kind: Literal["business", "cooperative", "household_business"]
    path: str = "danhSachHoSo"
    document_types: tuple[str, ...] = ()
    prefix: str = ""


class RegistrationOptions(SourceOptions):
    """What the instance serves and which part of it is ours.

    Attributes:
        systems: which of the three systems are read.
        site_ids: the province's registration offices [A]; empty takes every row.
        dated_from: no receipt date is earlier.
        window_days: days per window, both ends included.
        number_is_code: the portal or an import, if it refers to a registration, uses its receipt number [A].
        most_rows: a window of an answer that declares no total has no more rows than this: more are pages without an end.
    """

    systems: tuple[System, ...] = Field(default=(System(kind="business"),), min_length=1)
    site_ids: tuple[str, ...] = ()
    dated_from: dt.date = dt.date(2020, 1, 1)
    window_days: int = Field(default=5, ge=1, le=5)
    number_is_code: bool = True
    most_rows: int = Field(default=50_000, ge=1)

    @model_validator(mode="after")
    def _prefixes(self) -> RegistrationOptions:
        prefixes = {(system.path, system.prefix) for system in self.systems}
        if len({path for path, _ in prefixes}) < len(prefixes):
            raise ValueError("systems: one path takes one prefix")
        if len({prefix for _, prefix in prefixes}) < len(prefixes):
            raise ValueError("systems: each path needs its own prefix, or keys of two systems could be the same")
        return self


class BusinessRegistration(Source):
    """The connector; see the module."""

    source_kind = "business_registration"
    asked_by = ("site_ids", "systems", "dated_from")
    side = Side.MINISTRY
    capabilities = frozenset({Capability.LISTING, Capability.COUNTS})
    always_states = frozenset({"status_code", "agency_code"})
    Options = RegistrationOptions
    options: RegistrationOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._http = HttpSession(self.source_id, self.connection, self.limits, use_token=True)
        self._reader = RowReader(self.timezone, self.options.number_is_code)
        self._clock: dt.datetime | None = None
        self._is_total: dict[str, bool] = {}  # by path: whether DataCount is a total, once that is known
        self._counted: dict[tuple[Window, str | None], tuple[int, dt.datetime]] = {}
        #: Where rows must be listed to be counted, counting some days costs as much as listing them.
        self.lists_days = all(selection.takes_all for selection in self._feeds(None).values())

    @property
    def requests_made(self) -> int:
        return self._http.requests_made

    def close(self) -> None:
        self._http.close()

    def probe(self) -> str:
        window = (self._today() - dt.timedelta(days=self.options.window_days - 1), self._today())
        found, measured_at = self._count([window], None)
        aside = f", {self._reader.set_aside} of other offices set aside" if self._reader.set_aside else ""
        clock = measured_at.astimezone(self.timezone)
        return f"{found} dossiers received since {window[0]}{aside}, its clock says {clock:%Y-%m-%d %H:%M}"

    def clock(self) -> dt.datetime:
        return self._now()

    # COUNTS -----------------------------------------------------------------------------------------------------
    def count(self, cell: Cell, *, removed: bool = True) -> ControlTotal:
        if cell.undated:
            value, measured_at = 0, self._now()
        elif cell.receipt_month:
            value, measured_at = self._part(cell.days, cell.agency_ref, again=removed)
        else:
            months = [Cell(month).days for month in self.months()]
            parts = [self._part(days, cell.agency_ref, again=False) for days in months]
            value, measured_at = sum(part for part, _ in parts), max(time for _, time in parts)
        return ControlTotal(
            measure="dossiers" if removed else "dossiers_not_removed",
            value=value,
            measured_at=measured_at,
            receipt_month=cell.receipt_month,
            period_kind="undated" if cell.undated else "month" if cell.receipt_month else "all",
            agency_ref=cell.agency_ref,
        )

    def _part(self, days: Window, site: str | None, *, again: bool) -> tuple[int, dt.datetime]:
        """The count of a month or of some of its days; `again` requests it again, otherwise one from this pull will do."""
        if again or (days, site) not in self._counted:
            self._counted[days, site] = self._count(self._windows(*days), site)
        return self._counted[days, site]

    def _count(self, windows: list[Window], site: str | None) -> tuple[int, dt.datetime]:
        value, measured_at = 0, self._now()
        for window in windows:
            for path, selection in self._feeds(site).items():
                found, measured_at = self._count_window(path, selection, window)
                value += found
        return value, measured_at

    def _count_window(self, path: str, selection: Selection, window: Window) -> tuple[int, dt.datetime]:
        if selection.takes_all:
            answer, listing = self._ask(path, window, 0, 1)
            if not listing.rows and not listing.declared:
                return 0, answer.time
            if listing.declared is not None and self._counts_all(path, window, answer, listing):
                return listing.declared, answer.time
        return self._count_keys(path, selection, window)

    def _counts_all(self, path: str, window: Window, answer: Answer, listing: Listing) -> bool:
        """Whether DataCount counts all rows of a window; if the first page leaves it open, a second one decides."""
        rows = len(listing.rows)
        if listing.declared is not None and listing.declared > rows:
            self._is_total[path] = True
        if path in self._is_total:
            return self._is_total[path]
        further, second = self._ask(path, window, rows, 1)
        if second.rows:
            self._refuse_repeated(further, answer)
            self._is_total[path] = False
        return not second.rows

    def _count_keys(self, path: str, selection: Selection, window: Window) -> tuple[int, dt.datetime]:
        """Count our own rows by their keys; rows that DataCount declares but that were not received are counted too."""
        keys: set[str] = set()
        came, declared, measured_at = 0, 0, self._now()
        for page, (answer, listing) in enumerate(self._walk(path, window)):
            measured_at, came = answer.time, came + len(listing.rows)
            declared = max(declared, listing.declared or 0)
            for number, raw in enumerate(listing.rows):
                head = head_of(raw)
                if head is None or selection.takes(head):
                    try:
                        keys.add(key_of(head, selection.prefix) if head else f"{page}/{number}")
                    except BadRowError:
                        keys.add(f"{page}/{number}")
                else:
                    self._reader.set_aside += 1
        return len(keys) + (max(0, declared - came) if self._is_total.get(path) else 0), measured_at

    def months(self) -> list[dt.date]:
        """Every month from `dated_from` to the source's own: finding the empty ones would cost as much as counting."""
        return between(self.options.dated_from, self._today()) or [first_of(self._today())]

    # LISTING ----------------------------------------------------------------------------------------------------
    def list_cell(self, cell: Cell) -> Iterator[Page]:
        before = self._reader.set_aside
        months = [] if cell.undated else [Cell(month).days for month in self.months()]
        for days in [cell.days] if cell.receipt_month else months:
            for window in self._windows(*days):
                for path, selection in self._feeds(cell.agency_ref).items():
                    yield from self._list_window(path, selection, window)
        if self._reader.set_aside > before:
            log.info("%s: %s rows of other offices set aside", self.source_id, self._reader.set_aside - before)

    def _list_window(self, path: str, selection: Selection, window: Window) -> Iterator[Page]:
        for number, (answer, listing) in enumerate(self._walk(path, window)):
            position = f"{path} from {window[0]} page {number}"
            records, quarantined = self._reader.read(listing.rows, selection, window, position)
            if came := unreadable(records, quarantined):
                raise self._changed(answer, came)
            if records or quarantined:
                yield Page(records, quarantined, source_time=answer.time)

    def _walk(self, path: str, window: Window) -> Iterator[tuple[Answer, Listing]]:
        """Page after page of a window, to its end: the declared total, an empty page, or one shorter than the last."""
        came, most, declared, before = 0, 0, 0, None
        first: int | None = None
        while True:
            answer, listing = self._ask(path, window, came, self.limits.page_size)
            rows = len(listing.rows)
            if not rows:
                self._note_short(path, window, came, declared)
                return
            if before is not None:
                self._refuse_repeated(answer, before)
            if listing.declared is not None and listing.declared > rows:
                self._is_total[path] = True
            came, declared, first = came + rows, max(declared, listing.declared or 0), first or listing.declared
            self._refuse_endless(answer, came, first, path)
            yield answer, listing
            if self._is_total.get(path) and declared and came >= declared:
                return
            if not self._is_total.get(path) and rows < most:
                return
            most, before = max(most, rows), answer

    def _note_short(self, path: str, window: Window, came: int, declared: int) -> None:
        """Pages that end before the declared total: a server may turn no more than so many of them."""
        if self._is_total.get(path) and came < declared:
            narrower = (
                "lower options.window_days" if window[0] < window[1] else "ask the platform's owner for more pages"
            )
            said = f"{path} from {window[0]} to {window[1]}: DataCount {declared}, but the pages end after {came} rows"
            self.cut_short.append(f"{said}; {narrower}")

    def _refuse_endless(self, answer: Answer, came: int, declared: int | None, path: str) -> None:
        """A walk ends at twice the total that its first page declared, or at `most_rows` if none is declared."""
        is_total = self._is_total.get(path, False)
        most = most_rows(declared, self.limits.page_size) if is_total else self.options.most_rows
        if came > most:
            todo = "compare with docs/contracts.md section 4"
            if not is_total:
                todo = f"raise options.most_rows ({most}) if the window holds more, or lower options.window_days"
            came_back = no_end(came, declared if is_total else None)
            raise SourceChangedError(self.source_id, asked=answer.asked, came=came_back, todo=todo)

    def _refuse_repeated(self, answer: Answer, before: Answer) -> None:
        if answer.body == before.body:
            raise self._changed(answer, "the same page as before")

    # requests ---------------------------------------------------------------------------------------------------
    def _ask(self, path: str, window: Window, offset: int, limit: int) -> tuple[Answer, Listing]:
        try:
            return self._ask_window(path, window, offset, limit)
        except SourceRejectedError as error:
            if error.status not in _TOO_WIDE or window[0] == window[1]:
                raise
            refused = error
        try:
            self._ask_window(path, (window[1], window[1]), 0, limit)
        except SourceRejectedError:
            raise refused from None
        days = (window[1] - window[0]).days + 1
        raise SourceChangedError(
            self.source_id,
            asked=refused.asked,
            came=f"a refusal of {days} days, while one day is answered",
            todo="lower options.window_days, and record it in docs/contracts.md section 4",
        )

    def _ask_window(self, path: str, window: Window, offset: int, limit: int) -> tuple[Answer, Listing]:
        query = {"from_date": f"{window[0]:%d/%m/%Y}", "to_date": f"{window[1]:%d/%m/%Y}"}
        answer = self._http.get(path, {**query, "offset": offset, "limit": limit})
        self._clock = answer.time
        listing = read_listing(self._http, answer)
        if listing.declared and not listing.rows and not offset:
            raise self._changed(answer, f"a DataCount of {listing.declared}, but no row")
        return answer, listing

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        todo = "compare with docs/contracts.md section 4 and fix the connector"
        return SourceChangedError(self.source_id, asked=answer.asked, came=came, todo=todo)

    # windows, feeds, clock --------------------------------------------------------------------------------------
    def _windows(self, first: dt.date, end: dt.date) -> list[Window]:
        """The windows of a part of a month, up to the source's own day: the future is not requested."""
        last, width = min(end, self._today()), dt.timedelta(days=self.options.window_days - 1)
        windows = []
        while first <= last:
            windows.append((first, min(first + width, last)))
            first += width + dt.timedelta(days=1)
        return windows

    def _feeds(self, site: str | None) -> dict[str, Selection]:
        """Each path that is read, and which of its rows are ours."""
        sites = frozenset({site} if site else self.options.site_ids)
        feeds: dict[str, Selection] = {}
        for path in dict.fromkeys(system.path for system in self.options.systems):
            systems = [system for system in self.options.systems if system.path == path]
            takes_all = any(not system.document_types for system in systems)
            types = frozenset() if takes_all else frozenset(t for system in systems for t in system.document_types)
            feeds[path] = Selection(systems[0].prefix, sites, types)
        return feeds

    def _now(self) -> dt.datetime:
        if self._clock is None:
            self._clock = self._http.clock()
        return self._clock

    def _today(self) -> dt.date:
        return self._now().astimezone(self.timezone).date()
