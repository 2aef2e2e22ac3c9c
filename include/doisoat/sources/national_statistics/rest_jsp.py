"""The old statistics API, until 2025: `POST /jsp/rest.jsp` with one form field `params` (CONTRACTS section 2).

It returns a bare JSON array, one row per unit. Whether HS_TOTAL is the portal's own count or the larger of two is not
known: the numbers are kept as declared, under their own names (section 8).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec

from doisoat.errors import SourceChangedError
from doisoat.model import ControlTotal
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.national_statistics.reporting_2026 import includes_children, per_10000

MEASURES = (
    "HS_TOTAL",
    "DB_TOTAL",
    "HTN_TRUCTIEP",
    "HTN_BUUCHINH",
    "HTN_TRUCTUYEN",
    "HTDH",
    "HTQH",
    "DXLTH",
    "DXLQH",
)
RATIO = "TILE_DB"
_PAGE_SIZE = 200
_MOST_PAGES = 100


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
        self._rows = msgspec.json.Decoder(list[dict[str, Any]])

    def month(self, month: dt.date) -> Iterator[ControlTotal]:
        """The declared numbers of each unit; none if the API has none for that month."""
        rows, answer = self._all_rows(month)
        units = [(_first(row, self._options.old_unit_code_keys), row) for row in rows]
        for measure in MEASURES:
            values = [(code, row, self._number(row[measure], measure, answer)) for code, row in units if measure in row]
            children = [value for code, _, value in values if code != self._options.old_province_id]
            for code, row, value in values:
                is_parent = code is not None and code == self._options.old_province_id
                yield ControlTotal(
                    measure=measure,
                    value=value,
                    measured_at=answer.time,
                    receipt_month=month,
                    period_kind="month",
                    agency_code=code,
                    agency_name=_first(row, self._options.old_unit_name_keys),
                    includes_children=includes_children(value, children) if is_parent else None,
                )
        for code, row in units:
            if isinstance(ratio := row.get(RATIO), (int, float)):  # in a text, a comma may be a decimal point
                yield ControlTotal(
                    measure=f"{RATIO}_PER_10000",
                    value=per_10000(ratio),
                    measured_at=answer.time,
                    receipt_month=month,
                    period_kind="month",
                    agency_code=code,
                    agency_name=_first(row, self._options.old_unit_name_keys),
                )

    def _all_rows(self, month: dt.date) -> tuple[list[dict[str, Any]], Answer]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self._ask(month, page)
            rows = self._http.decode(answer, self._rows)
            is_repeated = bool(rows) and rows == found[-len(rows) :]  # [A] it may have no pages at all
            if rows and not any(measure in row for row in rows for measure in MEASURES):
                raise SourceChangedError(
                    self._http.source_id,
                    asked=answer.asked,
                    came=f"{len(rows)} rows without any known number",
                    todo="compare with docs/contracts.md section 2",
                )
            if not is_repeated:
                found += rows
            if is_repeated or len(rows) < _PAGE_SIZE or page == _MOST_PAGES:
                return found, answer
            page += 1

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

    def _number(self, value: Any, measure: str, answer: Answer) -> int | None:
        """A count: a number, or a text of digits that may be grouped by points or commas."""
        if value is None or value == "":
            return None
        if isinstance(value, (int, float)) and abs(value) < 1e15:
            return round(value)
        digits = str(value).strip().replace(".", "").replace(",", "")
        if digits.isascii() and digits.isdigit() and len(digits) <= 15:
            return int(digits)
        raise SourceChangedError(
            self._http.source_id,
            asked=answer.asked,
            came=f"{measure} that is no number ({type(value).__name__})",
            todo="compare with docs/contracts.md section 2",
        )


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """The row's value under the first of the keys that it fills."""
    plain = {key.replace("_", "").upper(): value for key, value in row.items()}
    return next((str(plain[key]) for key in keys if plain.get(key) not in (None, "")), None)
