"""What a report prints is what it says, whatever program opens it."""

from __future__ import annotations

import io
import json
import re

import pytest
from doisoat.reports import printing
from doisoat.reports.printing import as_csv, as_json, print_table
from doisoat.warehouse.queries import Report
from rich.cells import cell_len
from rich.console import Console


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "－1", "＠SUM(A1)", "  =1"])
@pytest.mark.parametrize("separator", ["", "xã A;", "xã A,", "xã A\t", "xã A|", "xã A\n"])
def test_a_text_is_never_a_formula_in_a_spreadsheet(text: str, separator: str) -> None:
    """Whichever of the signs it splits lines at: within our quotes, too, for a text that another sign split is in none."""
    report = Report(
        ("text", "number", "share", "unknown"), [(separator + text, -1, -0.5, None), ("a=b; c-d", 2, 0.5, None)]
    )
    head, rest = as_csv(report).split("\n", 1)
    assert head == '"text","number","share","unknown"'
    assert rest.endswith(',-1,-0.5,""\n"a=b; c-d",2,0.5,""\n')
    shown = rest.removesuffix(',-1,-0.5,""\n"a=b; c-d",2,0.5,""\n')
    cells = [cell.strip(' "') for cell in re.split(r"[,;\t|\r\n]", shown)]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝", "－", "＠"))] == []
    assert shown.replace("'", "") == f'"{separator}{text}"'
    assert json.loads(as_json(report))[0] == {"text": separator + text, "number": -1, "share": -0.5, "unknown": None}


OBEYED = "\x1b[31mđỏ\x1b[0m \x07a\u202eb\u200bc\ud800"


def test_what_a_terminal_would_obey_is_left_out() -> None:
    report = Report(("code",), [(OBEYED,), ("[bold]H37[/bold]",)])
    assert as_csv(report) == '"code"\n"[31mđỏ[0m abc"\n"[bold]H37[/bold]"\n'
    assert printed(report, 120)[2:4] == ["[31mđỏ[0m abc", "[bold]H37[/bold]"]


def test_a_title_is_shown_as_it_is() -> None:
    printed = io.StringIO()
    print_table(Console(width=120, file=printed, highlight=False), Report(("a",), [(1,)]), f"Dossier [/red]{OBEYED}")
    assert printed.getvalue().splitlines()[0] == "Dossier [/red][31mđỏ[0m abc"


def printed(report: Report, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), highlight=False)
    print_table(console, report, "Title")
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


WIDE = Report(
    ("cause", "ratio_least", "ratio_most", "gaps", "seen_at"),
    [
        ("ministry_dossier_not_on_portal", 0.25, 0.5, 1234, "2024-04-20T01:00:02.123456+07:00"),
        ("left_out", 0.75, 0.75, None, "2024-04-20T01:00:02+07:00"),
    ],
)


def test_what_lies_between_a_least_and_a_most_is_one_column_of_a_table() -> None:
    assert printed(WIDE, 120)[1:4] == [
        "cause                              ratio     gaps  seen at",
        "ministry_dossier_not_on_portal  0.25–0.5    1,234  2024-04-20 01:00:02",
        "left_out                            0.75  unknown  2024-04-20 01:00:02",
    ]


@pytest.mark.parametrize("width", range(46, 90, 4))
def test_a_table_breaks_its_lines_between_words_and_never_within_a_number(width: int) -> None:
    lines = printed(WIDE, width)
    assert max(map(len, lines)) <= width
    assert sum("0.25–0.5" in line and "1,234" in line for line in lines) == 1
    joined = "".join(line[:30].split("  ")[0].strip() for line in lines[2:])
    assert "ministry_dossier_not_on_portal" in joined


def test_a_table_that_has_no_room_is_told_row_by_row() -> None:
    assert printed(WIDE, 30)[:6] == [
        "Title", "row 1", "  cause: ministry_dossier_not_on_portal", "  ratio: 0.25–0.5", "  gaps: 1,234",
        "  seen at: 2024-04-20 01:00:02",
    ]  # fmt: skip


def test_a_long_table_is_cut_and_says_so() -> None:
    lines = printed(Report(("number",), [(number,) for number in range(1500)]), 120)
    assert lines[0] == "Title: the first 1,000 of 1,500 rows (--format csv gives all)"
    assert (lines[2], lines[1001], lines[1002:]) == ("     0", "   999", [""])


def test_what_is_taken_for_one_column_is_one_column() -> None:
    counted = [chr(code) for code in range(0x20, 0x3000) if printing._ONE_COLUMN_EACH(chr(code))]
    assert {"a", "đ", "ộ", "–"} <= set(counted)
    assert [sign for sign in counted if cell_len(sign) != 1] == []
