"""The repair list as a workbook: one row per gap, in Vietnamese, and two columns for its unit to fill in.

The last column identifies the gap, so that the answer finds it (doisoat.gaps.answers) however the list was sorted or filtered.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from doisoat.gaps.repair_words import NOT_MAPPED, SEPARATOR, gap_of, words
from doisoat.reports.workbooks import save
from doisoat.warehouse.queries import Report

HEADING_ROW = 3
DATES = ("receipt_date", "opened_on")
#: Columns that the unit fills in.
FILLED_IN = ("answer", "reason")


def write_repair_list(report: Report, names: dict[str, str], night: dt.date, file: Path) -> int:
    """Write the gaps of a night (reports/gaps.sql) as a workbook; returns how many there are.

    Every text is written as text, so none is run as a formula.

    Args:
        names: names of agencies and procedures by code (reports/names.sql), shown next to the codes.
    """
    book = Workbook()
    sheet: Worksheet = book.active  # type: ignore[assignment]
    sheet.title = words()["sheet"]
    sheet["A1"] = words()["title"].format(night=night)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = words()["note"]
    rows = report.dicts()
    _head(sheet)
    for place, row in enumerate(rows, HEADING_ROW + 1):
        _write_row(sheet, place, {**row, **_in_words(row, names)})
    _make_usable(sheet, HEADING_ROW + len(rows))
    save(book, file)
    return len(rows)


def _head(sheet: Worksheet) -> None:
    for number, column in enumerate(words()["columns"], 1):
        cell = sheet.cell(HEADING_ROW, number, column["heading"])
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFF2CC" if column["shows"] in FILLED_IN else "D9E1F2")
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[get_column_letter(number)].width = column["width"]


def _kind(gap: tuple[str, str, str, str]) -> str:
    said = words()["kinds"].get(gap[2], gap[2])
    return str(said.get(gap[0], gap[2]) if isinstance(said, dict) else said)


def _in_words(row: dict[str, Any], names: dict[str, str]) -> dict[str, str | None]:
    """What each side of the pair says about an attribute, as an office reads it; a value not stated is marked as such."""
    if not row["is_difference"]:
        return {}
    attribute = row["kind"]
    known = words()["statuses"] if attribute == "status" else names
    told = {}
    for side in ("national", "provincial", "ministry"):
        value = row[f"{side}_value"]
        if value in (None, NOT_MAPPED):
            told[f"{side}_value"] = words()["unsaid"] if side in row["pair"].split("_") else None
        elif attribute.endswith("_date"):
            told[f"{side}_value"] = f"{dt.date.fromisoformat(value):%d/%m/%Y}"
        else:
            told[f"{side}_value"] = f"{known[value]} ({value})" if value in known else value
    return told


def _write_row(sheet: Worksheet, place: int, row: dict[str, Any]) -> None:
    gap = gap_of(row)
    shown = {
        **row,
        "kind": _kind(gap),
        "gap_id": SEPARATOR.join(gap),
        "answer": None,
        "reason": None,
    }
    for number, column in enumerate(words()["columns"], 1):
        value = shown[column["shows"]]
        if value is not None and column["shows"] in DATES:
            value = dt.date.fromisoformat(value)
        cell = sheet.cell(place, number, value)
        if isinstance(value, str):
            cell.data_type = "s"
        elif value is not None:
            cell.number_format = "dd/mm/yyyy"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.protection = Protection(locked=column["shows"] not in FILLED_IN)


def _make_usable(sheet: Worksheet, last: int) -> None:
    width = len(words()["columns"])
    sheet.freeze_panes = f"A{HEADING_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(width)}{last}"
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"
    if last > HEADING_ROW:
        choice = DataValidation(type="list", formula1=f'"{",".join(words()["answers"].values())}"', allow_blank=True)
        choice.showErrorMessage = True
        letter = get_column_letter(1 + [column["shows"] for column in words()["columns"]].index("answer"))
        choice.add(f"{letter}{HEADING_ROW + 1}:{letter}{last}")
        sheet.add_data_validation(choice)
