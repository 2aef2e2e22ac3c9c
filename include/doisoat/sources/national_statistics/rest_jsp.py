"""The old statistics API, until 2025: `POST /jsp/rest.jsp` with one form field `params` (CONTRACTS section 2).

It returns a bare JSON array, one row per unit. Of each pair of names the bare one is a rate in percent and the one with
`_TOTAL` is the count; values may be texts, a point is always decimal. Whether HS_TOTAL is the portal's own count or the larger
of two is not known: the numbers are kept as declared, under their own names (section 8).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from doisoat.errors import SourceChangedError
from doisoat.model import ControlTotal
from doisoat.sources.declared import includes_children, per_10000, whole
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.judging import most_rows, no_end

_PAIRS = ("HTN_TRUCTIEP", "HTN_BUUCHINH", "HTN_TRUCTUYEN", "HTDH", "HTQH", "DXLTH", "DXLQH")
MEASURES = ("HS_TOTAL", "DB_TOTAL", *(f"{rate}_TOTAL" for rate in _PAIRS))
RATIO = "TILE_DB"
_PAGE_SIZE = 200
Row = dict[str, Any]


class Options(Protocol):
    """What this API needs of the source's options."""

    @property
    def old_province_id(self) -> str: ...
    @property
    def old_service(self) -> str: ...
    @property
    def old_unit_code_keys(self) -> tuple[str, ...]: ...
    @property
    def old_unit_name_keys(self) -> tuple[str, ...]: ...


class RestJsp:
    """One month at a time; see the module."""

    def __init__(self, http: HttpSession, options: Options) -> None:
        self._http, self._options = http, options
        # Statistics hold no personal data, and the keys of the unit are options: rows are decoded as they are.
        self._rows = msgspec.json.Decoder(list[Row])

    def month(self, month: dt.date) -> Iterator[ControlTotal]:
        """The declared numbers of each unit; none if the API has none for that month.

        Raises:
            SourceChangedError: rows without a known number or without a unit, a count that is no whole number.
        """
        rows, answer = self._all_rows(month)
        units = [(self._unit(row, answer), row) for row in rows]
        whole_at = self._province(rows)
        for measure in MEASURES:
            values = {at: self._count(row[measure], measure, answer) for at, row in enumerate(rows) if measure in row}
            parts = [value for at, value in values.items() if at != whole_at]
            for at, value in values.items():
                yield ControlTotal(
                    measure=measure,
                    value=value,
                    measured_at=answer.time,
                    receipt_month=month,
                    period_kind="month",
                    agency_code=units[at][0][0],
                    agency_name=units[at][0][1],
                    includes_children=includes_children(value, parts) if at == whole_at else None,
                )
        for (code, name), row in units:
            if (ratio := per_10000(row.get(RATIO))) is not None:
                yield ControlTotal(
                    measure=f"{RATIO}_PER_10000",
                    value=ratio,
                    measured_at=answer.time,
                    receipt_month=month,
                    period_kind="month",
                    agency_code=code,
                    agency_name=name,
                )

    def _all_rows(self, month: dt.date) -> tuple[list[Row], Answer]:
        """The rows of all pages; [A] it may have no pages at all, and then repeats the first."""
        found: list[Row] = []
        page = 1
        while True:
            answer = self._ask(month, page)
            rows = self._http.decode(answer, self._rows)
            if rows and not any(measure in row for row in rows for measure in MEASURES):
                raise self._changed(answer, f"{len(rows)} rows without any known number")
            is_repeated = bool(rows) and rows == found[-len(rows) :]
            if not is_repeated:
                found += rows
            if is_repeated or len(rows) < _PAGE_SIZE:
                return found, answer
            if len(found) > most_rows(None, _PAGE_SIZE):
                raise self._changed(answer, no_end(len(found), None))
            page += 1

    def _unit(self, row: Row, answer: Answer) -> tuple[str | None, str | None]:
        """Code and name of a row's unit: a row that names none must not be taken for the whole province."""
        code, name = _first(row, self._options.old_unit_code_keys), _first(row, self._options.old_unit_name_keys)
        if code is None and name is None:
            raise self._changed(answer, "a row that names no unit")
        return code, name

    def _province(self, rows: Sequence[Row]) -> int | None:
        """The position of the row of the province itself: the one asked for by its id, or whose code all others begin with."""
        asked = self._options.old_province_id
        codes = [_first(row, self._options.old_unit_code_keys) for row in rows]
        for at, row in enumerate(rows):
            if asked and asked in (_first(row, ("ID",)), codes[at]):
                return at
        for at, code in enumerate(codes):
            others = codes[:at] + codes[at + 1 :]
            if code and others and all(other and other.startswith(f"{code}.") for other in others):
                return at
        return None

    def _ask(self, month: dt.date, page: int) -> Answer:
        params = {
            "type": "ref",
            "service": self._options.old_service,
            "p_nam": month.year,
            "p_6thang": 0,
            "p_quy": 0,
            "p_thang": month.month,
            "p_tinh_id": self._options.old_province_id,
            "p_huyen_id": "",
            "p_xa_id": "",
            "p_linhvuc": 0,
            "pageIndex": page,
            "pageSize": _PAGE_SIZE,
        }
        return self._http.request("POST", "/jsp/rest.jsp", data={"params": json.dumps(params)})

    def _count(self, value: object, measure: str, answer: Answer) -> int | None:
        try:
            return whole(value)
        except ValueError as error:
            raise self._changed(answer, f"{measure} that is {error}") from None

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        todo = "compare with docs/contracts.md section 2"
        return SourceChangedError(self._http.source_id, asked=answer.asked, came=came, todo=todo)


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """The row's value under the first of the keys that it fills; a number without its decimal point."""
    plain = {key.replace("_", "").upper(): value for key, value in row.items()}
    found = next((plain[key] for key in keys if plain.get(key) not in (None, "")), None)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return None if found is None else str(found)
