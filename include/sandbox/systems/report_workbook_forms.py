"""The three forms of CONTRACTS section 2b as grids of cells: titles, merged headers, rows, a total, signatures.

Forms "units" (one row per unit), "II.06a" and "07a" (one row per field, grouped by level). In the first two, what ended
without a result counts as resolved on time, as in one province's template; "07a" keeps it separate.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.systems.report_workbook_counts import PORTAL, Row, Tally, by_field, by_unit
from sandbox.world import canaries
from sandbox.world.moments import next_month
from sandbox.world.reference import Agency
from sandbox.world.world import World

UNITS, FIELDS, JUSTICE = "units", "II.06a", "07a"

Cell = str | int | None
_Column = tuple[tuple[str, ...], Callable[[Tally], int]]
_LEVELS = {"department": "TTHC CẤP TỈNH", "district": "TTHC CẤP HUYỆN", "commune": "TTHC CẤP XÃ"}
_ROMAN = ("I", "II", "III")
_SIGNATORY = 7


def _on_time(tally: Tally) -> int:
    return tally.on_time + tally.withdrawn + tally.stopped


def _all(tally: Tally) -> int:
    return tally.received + tally.carried


def _ended(tally: Tally) -> int:
    return tally.early + _on_time(tally) + tally.late


_PENDING: list[_Column] = [
    (("Số hồ sơ đang giải quyết", "Tổng số"), lambda one: one.pending),
    (("Số hồ sơ đang giải quyết", "Trong hạn"), lambda one: one.open_in_time),
    (("Số hồ sơ đang giải quyết", "Quá hạn"), lambda one: one.open_late),
]
_UNITS: list[_Column] = [
    (("Số hồ sơ tiếp nhận", "Tổng số"), lambda one: one.received),
    (("Số hồ sơ tiếp nhận", "Trực tiếp"), lambda one: one.direct),
    (("Số hồ sơ tiếp nhận", "Trực tuyến"), lambda one: one.online),
    (("Số hồ sơ tiếp nhận", "Bưu chính công ích"), lambda one: one.post),
    (("Số hồ sơ đã giải quyết", "Tổng số"), _ended),
    (("Số hồ sơ đã giải quyết", "Trước và đúng hạn"), lambda one: one.early + _on_time(one)),
    (("Số hồ sơ đã giải quyết", "Quá hạn"), lambda one: one.late),
    *_PENDING,
]
_FIELDS: list[_Column] = [
    (("Số lượng hồ sơ tiếp nhận", "Tổng số"), _all),
    (("Số lượng hồ sơ tiếp nhận", "Trong kỳ", "Trực tuyến"), lambda one: one.online),
    (("Số lượng hồ sơ tiếp nhận", "Trong kỳ", "Trực tiếp, dịch vụ bưu chính"), lambda one: one.direct + one.post),
    (("Số lượng hồ sơ tiếp nhận", "Từ kỳ trước"), lambda one: one.carried),
    (("Số lượng hồ sơ đã giải quyết", "Tổng số"), _ended),
    (("Số lượng hồ sơ đã giải quyết", "Trước hạn"), lambda one: one.early),
    (("Số lượng hồ sơ đã giải quyết", "Đúng hạn"), _on_time),
    (("Số lượng hồ sơ đã giải quyết", "Quá hạn"), lambda one: one.late),
    *_PENDING,
]
_JUSTICE: list[_Column] = [
    (("Số hồ sơ tiếp nhận", "Tổng số"), _all),
    (("Số hồ sơ tiếp nhận", "Trực tuyến", "Toàn trình"), lambda one: one.full_online),
    (("Số hồ sơ tiếp nhận", "Trực tuyến", "Một phần"), lambda one: one.part_online),
    (("Số hồ sơ tiếp nhận", "Trực tiếp, bưu chính"), lambda one: one.direct + one.post),
    (("Số hồ sơ tiếp nhận", "Kỳ trước chuyển sang"), lambda one: one.carried),
    (("Số hồ sơ đã giải quyết", "Tổng số"), lambda one: one.resolved),
    (("Số hồ sơ đã giải quyết", "Trước hạn"), lambda one: one.early),
    (("Số hồ sơ đã giải quyết", "Đúng hạn"), lambda one: one.on_time),
    (("Số hồ sơ đã giải quyết", "Quá hạn"), lambda one: one.late),
    *_PENDING,
    (("Số hồ sơ từ chối",), lambda one: one.refused),
    (("Số hồ sơ dừng xử lý",), lambda one: one.stopped),
    (("Số hồ sơ rút",), lambda one: one.withdrawn),
    (("Số hồ sơ chờ tiếp nhận",), lambda one: one.unaccepted),
    (("Số hồ sơ thanh toán trực tuyến",), lambda one: one.paid_online),
]
_COLUMNS = {UNITS: _UNITS, FIELDS: _FIELDS, JUSTICE: _JUSTICE}
_WHAT = {UNITS: "Đơn vị", FIELDS: "Lĩnh vực giải quyết", JUSTICE: "Lĩnh vực"}


@dataclass
class Grid:
    """Cells by row and column (from 0), and what is merged: (first row, first column, last row, last column)."""

    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)


class Form:
    """Lays one form of a month out.

    Args:
        kind: "units", "II.06a" or "07a".
        office: who sends it.
    """

    def __init__(self, world: World, kind: str, office: str) -> None:
        self._world, self._kind, self._office = world, kind, office
        self._variant = world.variant
        self._columns = _COLUMNS[kind]
        self._agencies = {one.agency_id: one for one in world.agencies}
        self._fields = {one.field_code: one.field_name for one in world.procedures}

    def grid(self, month: dt.date, counted: dict[Row, Tally]) -> Grid:
        """The form of a month that has ended."""
        grid = Grid([[line] for line in self._titles(month)])
        grid.rows.append([])
        self._add_header(grid)
        total = Tally()
        for tally in counted.values():
            total.add(tally)
        body = self._unit_rows(month, by_unit(counted)) if self._kind == UNITS else self._field_rows(by_field(counted))
        closing = self._closing(counted, total)
        grid.rows += [*closing, *body] if self._variant.report_total_first else [*body, *closing]
        grid.rows += [[], [None, "Người lập biểu"], [None, canaries.full_name(_SIGNATORY)]]
        if self._kind == JUSTICE:
            grid.rows = [[None, *cells] for cells in grid.rows]
            grid.merges = [(top, left + 1, bottom, right + 1) for top, left, bottom, right in grid.merges]
        return grid

    # above the rows -------------------------------------------------------------------------------------------------
    def _titles(self, month: dt.date) -> list[str]:
        last = next_month(month) - dt.timedelta(days=1)
        period = f"(Từ ngày {month:%d/%m/%Y} đến ngày {last:%d/%m/%Y})"
        sender = "CỔNG DỊCH VỤ CÔNG QUỐC GIA" if self._office == PORTAL else "UBND TỈNH LẠNG SƠN"
        if self._kind == UNITS:
            return [sender, "TỔNG HỢP KẾT QUẢ GIẢI QUYẾT TTHC THEO ĐƠN VỊ", period]
        name = "II.06a/VPCP/KSTT" if self._kind == FIELDS else "07a/BTP"
        return [
            f"Biểu số {name}",
            "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH",
            f"Kỳ báo cáo: Tháng {month.month} năm {month.year}",
            period,
            f"Đơn vị báo cáo: {sender}",
            "Đơn vị tính: Hồ sơ",
        ]

    def _add_header(self, grid: Grid) -> None:
        """Labels to the depth of the deepest; equal neighbours are merged, shallower ones are extended downwards."""
        number = "TT" if self._variant.report_total_first else "STT"
        paths = [(number,), (_WHAT[self._kind],), *(path for path, _ in self._columns)]
        depth, top = max(len(path) for path in paths), len(grid.rows)
        labels: list[list[Cell]] = [[None] * len(paths) for _ in range(depth)]
        for level in range(depth):
            column = 0
            while column < len(paths):
                head = paths[column][: level + 1]
                end = column
                while end + 1 < len(paths) and paths[end + 1][: level + 1] == head:
                    end += 1
                if len(head) == level + 1:
                    labels[level][column] = self._label(head[-1])
                    bottom = depth - 1 if len(paths[column]) == level + 1 else level
                    if (bottom, end) != (level, column):
                        grid.merges.append((top + level, column, top + bottom, end))
                column = end + 1
        grid.rows += labels
        grid.rows.append([f"({place})" for place in range(1, len(paths) + 1)])

    def _label(self, text: str) -> str:
        """A label as written in a cell: in one of the worlds broken into lines."""
        return text.replace(" hồ sơ ", " hồ sơ\n") if self._variant.report_total_first else text

    # rows -----------------------------------------------------------------------------------------------------------
    def _unit_rows(self, month: dt.date, counts: dict[str, Tally]) -> list[list[Cell]]:
        last = (next_month(month) - dt.timedelta(days=1)).isoformat()
        units = [one for one in self._world.agencies if one.is_valid_on(last) or one.agency_id in counts]
        names = Counter(one.name for one in units)
        return [
            [place, self._unit_name(one, place, names[one.name] > 1), *self._numbers(counts.get(one.agency_id), place)]
            for place, one in enumerate(units, 1)
        ]

    def _unit_name(self, unit: Agency, place: int, is_repeated: bool) -> str:
        """A unit's name as people type it: shortened, spelled out, with the province; some in decomposed Unicode."""
        name, parent = unit.name, self._agencies.get(unit.parent_id)
        if is_repeated and parent is not None and parent.level == "district":
            name = f"{name}, {parent.name.removeprefix('UBND ')}"
        elif place % 5 == 1:
            name = name.replace("UBND", "Ủy ban nhân dân")
        elif place % 5 == 2 and "Lạng Sơn" not in name:
            name = f"{name}, tỉnh Lạng Sơn"
        elif place % 5 == 3 and unit.level in ("district", "commune"):
            bare = name.removeprefix("UBND ")
            name = bare[0].upper() + bare[1:]
        elif place % 5 == 4:
            name = f"{name} "
        return unicodedata.normalize("NFD", name) if place % 4 == 0 else name

    def _field_rows(self, counts: dict[tuple[str, str], Tally]) -> list[list[Cell]]:
        rows: list[list[Cell]] = []
        levels = [level for level in _LEVELS if any(key[0] == level for key in counts)]
        for numeral, level in zip(_ROMAN, levels, strict=False):
            rows.append([numeral, _LEVELS[level]])
            codes = sorted(code for of, code in counts if of == level)
            for place, code in enumerate(codes, 1):
                name = self._fields[code]
                name = unicodedata.normalize("NFD", name) if place % 4 == 0 else name
                rows.append([place, name, *self._numbers(counts[level, code], place)])
        return rows

    def _closing(self, counted: dict[Row, Tally], total: Tally) -> list[list[Cell]]:
        """The row of totals, and the part of it at province level."""
        part = Tally()
        for row, tally in counted.items():
            if row.unit.level in ("province", "department"):
                part.add(tally)
        return [
            [None, "TỔNG CỘNG", *self._numbers(total, 2)],
            [None, "Trong đó: cấp tỉnh", *self._numbers(part, 2)],
        ]

    def _numbers(self, tally: Tally | None, place: int) -> list[Cell]:
        """Numbers as numbers, as text, or as text with thousands separators, varying from row to row as people type them."""
        values = [value(tally or Tally()) for _, value in self._columns]
        if place % 3 == 0:
            return [*values]
        if place % 3 == 1:
            return [str(value) for value in values]
        point = "," if self._variant.report_numbers == "1,234" else "."
        return [f"{value:,}".replace(",", point) for value in values]
