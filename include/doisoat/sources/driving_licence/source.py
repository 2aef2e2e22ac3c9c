"""The national driving-licence system: dossiers of a province's licensing office that a ministry's system handles.

Domain: the ministry side. Dossiers to issue, renew or exchange a driving licence. The system was the Ministry of
    Transport's and is the Ministry of Public Security's since 1 March 2025 [2]: dated `owners` in the province file.
Contract: CONTRACTS sections 4 and 8. Two ways to ask, by option `access`: `mapi` = `mapi/login` and `mapi/g` with
    `DanhSachHoSo {donViXuLy, ngayNhan1, ngayNhan2}` and `TraCuuHoSo {donViXuLy, mahoso}` [V]; `get` = `GET danhsachhoso`
    with Bearer and the unit's key [V], which has no look-up. Neither has pages: windows of receipt days are walked.
Caveats: `DanhSachHoSo` states no procedure, channel or status, only `loaiHoSo`: it is kept as procedure_code, and a dated
    `procedure` map in the province file says what it is. With `get` the channel is 0 direct, 1 online [V]. `maDangKyDvc`
    is assumed to be the code under which the portal knows the dossier [A]. Dates are a day, day and time, or ISO [A]; a
    dossier without a receipt date is in no window. `NgayHuyHoSo` says that a dossier was cancelled; whether that takes
    it out of the system's records is not known: option `cancelled_is_removed`. Errors -300 to -304 may come with status
    200, under any key [A]. Only `get` states a total. In both ways the dossier's code is the only key.
Limits: one answer holds all rows of its window, including portraits, which are skipped unread: if answers are too
    large, `days_per_window` makes the windows narrower. A server that shows fewer rows than there are is asked by halves,
    down to a day: with `mapi`, which states no total, that is noticed where the rows are a multiple of 50, or as many as in
    the largest answer before. A day that is cut makes the pull incomplete. It cannot be counted, so it is listed whole each
    night and no part of a month is asked for by itself. What was received before `dated_from` is not listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from doisoat.errors import ConfigurationError, SourceChangedError
from doisoat.model import Capability, Cell, DossierRecord, LookUp, Page, QuarantinedRow, Side
from doisoat.months import last_of
from doisoat.sources.contract import Source
from doisoat.sources.driving_licence.access import ByGet, ByMapi, Window
from doisoat.sources.judging import unreadable
from doisoat.sources.mapi.rows import FieldReader, LookUpReader, RowReader
from doisoat.sources.mapi.session import MapiOptions, platform_session

#: Limits of answers are round: a window of so many rows, or a multiple, is asked again by halves if it states no total.
_ROUND = 50
_LISTED_BY_MAPI = {
    "dossier_code": ("maHoSo",),
    "linked_codes": ("maDangKyDvc",),
    "procedure_code": ("loaiHoSo",),
    "agency_code": ("maDonVi",),
    "received_at": ("ngayNhanHoSo",),
    "due_at": ("ngayHenTraGplx",),
}
_LISTED_BY_GET = {
    "dossier_code": ("MaHoSo",),
    "procedure_code": ("MaTTHC",),
    "channel_code": ("KenhThucHien",),
    "agency_name": ("DonViXuLy",),
    "agency_code": ("MaDonViXuLy",),
    "status_code": ("TrangThaiHoSo",),
    "submitted_at": ("NgayGuiHoSo",),
    "received_at": ("NgayTiepNhan",),
    "due_at": ("NgayHenTra",),
    "finished_at": ("NgayKetThucXuLy",),
    "returned_at": ("NgayTra",),
}
_LOOKED_UP = {
    "dossier_code": ("MaHoSo",),
    "linked_codes": ("maDangKyDvc",),
    "procedure_code": ("MaTTHC",),
    "status_code": ("MaTrangThai", "TrangThaiHoSo"),
    "agency_name": ("DonViXuLy",),
    "agency_code": ("MaDonViXuLy",),
    "submitted_at": ("NgayNop",),
    "received_at": ("NgayTiepNhan",),
    "due_at": ("NgayHenTra",),
}


class DrivingLicenceOptions(MapiOptions):
    """How the system is asked.

    Attributes:
        access: which of the two ways.
        dated_from: no relevant receipt date is earlier [A].
        days_per_window: receipt days per request, within a month; 31 is the whole month.
        list_path: for `access: get`.
        key_in_query: with `get`, send the key in the query as well as in a header [V]; false keeps it out of addresses, if
            the provider allows that.
        cancelled_is_removed: a dossier with a cancellation date no longer counts as held [A].
    """

    access: Literal["mapi", "get"] = "mapi"
    dated_from: dt.date = dt.date(2020, 1, 1)
    days_per_window: int = Field(default=31, ge=1, le=31)
    list_path: str = "danhsachhoso"
    key_in_query: bool = True
    cancelled_is_removed: bool = False


class DrivingLicence(Source):
    """The connector; see the module."""

    source_kind = "driving_licence"
    asked_by = ("access", "dated_from")
    side = Side.MINISTRY
    capabilities = frozenset({Capability.LISTING, Capability.LOOKUP})
    always_states = frozenset({"dossier_code"})
    Options = DrivingLicenceOptions
    options: DrivingLicenceOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._http = platform_session(self.source_id, self.connection, self.limits)
        self._by_mapi: ByMapi | None = None
        self._access: ByMapi | ByGet
        if self.options.access == "mapi":
            self._access = self._by_mapi = ByMapi(self._http, self.connection, self.options)
            self._rows = RowReader(self._fields(_LISTED_BY_MAPI), code_shape=self.code_shape)
        else:
            self._access = ByGet(self._http, self.connection, self.options)
            cancelled = {"cancelled_at": ("NgayHuyHoSo",)} if self.options.cancelled_is_removed else {}
            self._rows = RowReader(self._fields(_LISTED_BY_GET | cancelled), tuple(cancelled), self.code_shape)
            self.__dict__["capabilities"] = frozenset({Capability.LISTING})  # this way of asking has no look-up
        self._widest = 0  # rows of the largest answer
        self._most_shown: int | None = None  # rows that an answer shows at most, once one was found to be cut
        self._full_days: list[tuple[dt.date, int]] = []
        self._look_ups = LookUpReader(self.source_id, self._fields(_LOOKED_UP))

    def _fields(self, names: Mapping[str, Sequence[str]]) -> FieldReader:
        return FieldReader(names, self.timezone, self.options.date_formats, self.options.no_dates)

    @property
    def requests_made(self) -> int:
        return self._http.requests_made

    def close(self) -> None:
        self._http.close()

    def probe(self) -> str:
        today = self._today()
        window = self._access.window(today, today)
        clock = window.answer.time.astimezone(self.timezone)
        return f"{len(window.rows)} dossiers received today, its clock says {clock:%Y-%m-%d %H:%M}"

    def clock(self) -> dt.datetime:
        return self._access.clock()

    # LISTING ----------------------------------------------------------------------------------------------------
    def list_cell(self, cell: Cell) -> Iterator[Page]:
        """The dossiers received from `dated_from` to the source's own today, or in one month; one page per window.

        The last page has the sum of the declared totals, if each window's answer stated one.

        Raises:
            ConfigurationError: an agency's or the undated cell, which cannot be requested, or nothing to request.
            SourceChangedError: two consecutive windows have the same rows, or no row of a window can be read.
        """
        if cell.agency_ref or cell.undated:
            raise ConfigurationError(f"{self.source_id}: it lists the whole or a month; ask for one of those")
        windows = list(self._windows(cell))
        if not windows and cell.is_whole:
            raise ConfigurationError(f"{self.source_id}: options.dated_from is after the source's own today")
        declared: int | None = 0
        before = b""
        answers = ((number, *answer) for number, days in enumerate(windows, 1) for answer in self._shown(*days))
        for number, first, window, is_last in answers:
            if len(window.rows) > 1 and window.answer.body == before:
                raise self._changed(window, f"the same {len(window.rows)} rows as for the window before")
            declared = None if declared is None or window.total is None else declared + window.total
            records, quarantined = self._read(window, f"window {first}")
            before = window.answer.body
            yield Page(
                records,
                quarantined,
                declared_total=declared if is_last and number == len(windows) else None,
                source_time=window.answer.time,
            )
        self._note_cut_days()

    def _shown(self, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, Window, bool]]:
        """(first day, answer, whether it is the last) of a window: one, or those of narrower ones where it is cut short."""
        answers = self._uncut(first, last)
        yield from ((day, answer, at == len(answers)) for at, (day, answer) in enumerate(answers, 1))

    def _uncut(self, first: dt.date, last: dt.date) -> list[tuple[dt.date, Window]]:
        """The answers that show a window whole. The contract has no pages, but a server may show no more than so many rows: it
        is asked by halves, down to a day, where `total` says more than came, or where the rows are a number that a limit is.
        """
        window = self._access.window(first, last)
        rows = len(window.rows)
        is_odd = rows % _ROUND == 0 or rows == self._widest
        may_be_cut = window.total > rows if window.total is not None else rows >= _ROUND and is_odd
        self._widest = max(self._widest, rows)
        if may_be_cut and first < last:
            middle = first + (last - first) // 2
            halves = [*self._uncut(first, middle), *self._uncut(middle + dt.timedelta(days=1), last)]
            if sum(len(half.rows) for _, half in halves) > rows:
                self._most_shown = rows
                return halves
        elif may_be_cut:
            self._full_days.append((first, rows))
        return [(first, window)]

    def _note_cut_days(self) -> None:
        """A day of as many rows as an answer is known to show may have more, and nothing finer can be asked for."""
        for day, rows in self._full_days:
            if self._most_shown is not None and rows >= self._most_shown:
                todo = "no narrower window can be asked for: ask the system's owner to raise what one answer shows"
                self.cut_short.append(f"{day}: an answer shows {rows} rows and no more; {todo}")
        self._full_days.clear()

    def _windows(self, cell: Cell) -> Iterator[tuple[dt.date, dt.date]]:
        """Windows of days, oldest first, none across the end of a month."""
        end = today = self._today()
        first = self.options.dated_from
        if cell.receipt_month:
            first = cell.receipt_month
            end = min(today, last_of(first))
        while first <= end:
            widest = first + dt.timedelta(days=self.options.days_per_window - 1)
            last = min(widest, last_of(first), end)
            yield first, last
            first = last + dt.timedelta(days=1)

    def _read(self, window: Window, position: str) -> tuple[list[DossierRecord], list[QuarantinedRow]]:
        records, quarantined = self._rows.read(window.rows, position)
        if came := unreadable(records, quarantined):
            raise self._changed(window, came)
        return records, quarantined

    def _today(self) -> dt.date:
        return self._access.clock().astimezone(self.timezone).date()

    # LOOKUP -----------------------------------------------------------------------------------------------------
    def look_up(self, code: str) -> LookUp:
        """What the system says about a dossier, by its own code.

        Raises:
            ConfigurationError: `access: get` has no look-up.
            SourceRejectedError: the look-up is refused.
            SourceChangedError: the answer names another dossier, or breaks the contract.
        """
        if self._by_mapi is None:
            return super().look_up(code)
        answer, rows = self._by_mapi.find(code)
        record = self._look_ups.find(code, answer, rows)
        return LookUp(code=code, is_held=record is not None, looked_up_at=answer.time, record=record)

    def _changed(self, window: Window, came: str) -> SourceChangedError:
        todo = "compare with docs/contracts.md section 4, and fix the connector or its options"
        return SourceChangedError(self.source_id, asked=window.answer.asked, came=came, todo=todo)
