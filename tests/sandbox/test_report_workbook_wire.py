"""The simulated offices send the workbooks of CONTRACTS section 2b: three forms, with the truth's numbers in them."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from contract import contract
from sandbox.systems.report_workbook_counts import Row, Tally
from sandbox.systems.report_workbook_forms import Form
from sandbox.world.canaries import PATTERN
from sandbox.world.truth import ONLINE, LocalRow
from standalone.sandbox import Sandbox
from support.sandboxes import Served, serve

CONTRACT = contract("report_workbook")
LOCAL = dt.timezone(dt.timedelta(hours=7))
OFFICES = ("province", "portal", "reporting_system")
FORMS = {"a": ("units", "units", "II.06a"), "b": ("II.06a", "units", "07a")}
MONTH_END = dt.date(2024, 3, 31)
MARCH = (dt.date(2024, 3, 1), dt.date(2024, 4, 1))


def night(day: dt.date) -> int:
    """When the night of a day is read: 01:00 of the day after."""
    at = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(1), LOCAL)
    return int(at.timestamp())


def moment(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), LOCAL).timestamp())


@dataclass
class Sheet:
    """A form as somebody reads it who goes by its labels."""

    rows: list[list[Any]]

    @property
    def text(self) -> str:
        return "\n".join(str(cell) for row in self.rows for cell in row if cell not in ("", None))

    @property
    def numbered(self) -> int:
        """Where the row "(1) (2) (3)" stands."""
        return next(at for at, row in enumerate(self.rows) if "(1)" in row)

    @property
    def first(self) -> int:
        """The first column that is used."""
        return self.rows[self.numbered].index("(1)")

    @property
    def header(self) -> list[list[Any]]:
        """The rows of labels, two or three of them."""
        top = next(at for at, row in enumerate(self.rows) if row[self.first] in ("STT", "TT"))
        return self.rows[top : self.numbered]

    def columns(self) -> dict[str, int]:
        """Labels from the top down, " > " between, and their columns; what is merged is one label."""
        paths: dict[str, int] = {}
        above = [""] * len(self.header)
        for column in range(self.first + 2, len(self.rows[self.numbered])):
            for level, row in enumerate(self.header):
                if row[column] not in ("", None):
                    above[level:] = [" ".join(str(row[column]).split())] + [""] * (len(above) - level - 1)
            paths[" > ".join(part for part in above if part)] = column
        return paths

    def named(self, name: str) -> list[Any]:
        """The row whose name begins so."""
        [found] = [row for row in self.rows if str(row[self.first + 1]).startswith(name)]
        return found

    def body(self) -> list[list[Any]]:
        """The rows with a running number."""
        return [row for row in self.rows[self.numbered + 1 :] if isinstance(row[self.first], int | float)]

    def total(self, label: str) -> int:
        return number(self.named("TỔNG CỘNG")[self.columns()[label]])


def number(cell: Any) -> int:
    """A number as a number or as text, with or without a mark for thousands."""
    return int(str(cell).replace(".", "").replace(",", "")) if isinstance(cell, str) else int(cell)


def read(path: Path) -> Sheet:
    book = python_calamine.load_workbook(str(path))
    return Sheet(book.get_sheet_by_index(0).to_python(skip_empty_area=False))


@dataclass
class Offices:
    """What the offices of one world sent by the night of 31 March."""

    served: Served
    variant: str
    inbox: Path
    files: dict[str, list[Path]]

    def form(self, office: str) -> str:
        return FORMS[self.variant][OFFICES.index(office)]

    def march(self, office: str) -> Path:
        return next(path for path in self.files[office] if "31/03/2024" in read(path).text)

    def local(self, at: int) -> list[tuple[Any, LocalRow]]:
        """The truth: what the province holds at a moment and has not removed."""
        rows = self.served.world.local_rows()
        return [(made, row) for made, row in rows if row.is_held(at) and not row.is_removed(at)]

    def received(self, month: tuple[dt.date, dt.date] = MARCH) -> list[tuple[Any, LocalRow]]:
        """Of those, what was received in a month."""
        start, end = moment(month[0]), moment(month[1])
        at = night(MONTH_END)
        return [
            (made, row)
            for made, row in self.local(at)
            if start <= (row.received_at or 0) < end and row.received_at <= at
        ]


@pytest.fixture(scope="module", params=["a", "b"])
def offices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    inbox = tmp_path_factory.mktemp(f"inbox_{request.param}")
    for office in OFFICES:
        (inbox / "reports" / office).mkdir(parents=True)
    with serve(request.param, 600, inbox=inbox) as served:
        served.move_to(night(MONTH_END))
        files = {office: sorted((inbox / "reports" / office).iterdir()) for office in OFFICES}
        yield Offices(served, str(request.param), inbox, files)


def test_every_office_sends_each_month_before_at_once(offices: Offices) -> None:
    for office in OFFICES:
        periods = sorted(
            next(line for line in read(path).text.splitlines() if "đến ngày" in line) for path in offices.files[office]
        )
        assert len(periods) == len(set(periods)) == 16
        assert all(path.stat().st_mtime == night(MONTH_END) for path in offices.files[office])


def test_sent_again_it_is_the_same_file(offices: Offices, tmp_path: Path) -> None:
    """Byte for byte, whenever it is made: a file is known by its content."""
    for office in OFFICES:
        (tmp_path / "reports" / office).mkdir(parents=True)
    with serve(offices.variant, 600, inbox=tmp_path) as again:
        again.move_to(night(MONTH_END))
    for office in OFFICES:
        for path in offices.files[office]:
            assert (tmp_path / "reports" / office / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_form_has_its_title_period_and_every_column(offices: Offices) -> None:
    for office in OFFICES:
        known = CONTRACT[offices.form(office)]
        sheet = read(offices.march(office))
        assert known["title"].lower() in sheet.text.lower()
        assert "Từ ngày 01/03/2024 đến ngày 31/03/2024" in sheet.text
        assert list(sheet.columns()) == known["columns"]
        assert len(sheet.header) == (2 if offices.form(office) == "units" else 3)


def test_headers_are_merged(offices: Offices) -> None:
    for office in OFFICES:
        path = offices.march(office)
        if path.suffix == ".xlsx":
            sheet = openpyxl.load_workbook(path).worksheets[0]
            merged = [(one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges]
        else:
            [sheet] = python_calamine.load_workbook(str(path)).sheet_names
            found = python_calamine.load_workbook(str(path)).get_sheet_by_name(sheet).merged_cell_ranges
            merged = [(top, left, bottom, right) for (top, left), (bottom, right) in found or []]
        assert any(right > left and bottom == top for top, left, bottom, right in merged)
        assert any(right == left and bottom > top for top, left, bottom, right in merged)


def test_the_form_of_the_ministry_of_justice_is_an_old_workbook_with_an_empty_first_column(offices: Offices) -> None:
    for office in OFFICES:
        path = offices.march(office)
        is_justice = offices.form(office) == "07a"
        assert path.suffix == (".xls" if is_justice else ".xlsx")
        assert read(path).first == (1 if is_justice else 0)
        assert all(row[0] == "" for row in read(path).rows) == is_justice


def test_totals_stand_below_in_one_world_and_above_in_the_other(offices: Offices) -> None:
    sheet = read(offices.march("portal"))
    names = [str(row[sheet.first + 1]) for row in sheet.rows]
    total, part = names.index("TỔNG CỘNG"), next(at for at, name in enumerate(names) if name.startswith("Trong đó"))
    assert part == total + 1
    bodies = [at for at, row in enumerate(sheet.rows) if row in sheet.body()]
    assert all(at < total for at in bodies) if offices.variant == "a" else all(at > part for at in bodies)


def test_a_total_is_the_sum_of_its_rows(offices: Offices) -> None:
    for office in OFFICES:
        sheet = read(offices.march(office))
        for label, column in sheet.columns().items():
            assert sum(number(row[column]) for row in sheet.body()) == sheet.total(label), label
        assert sheet.total(CONTRACT[offices.form(office)]["columns"][0]) > 30


def test_columns_add_up(offices: Offices) -> None:
    for office in OFFICES:
        sheet, labels = read(offices.march(office)), CONTRACT[offices.form(office)]["columns"]
        groups: dict[str, list[str]] = {}
        for label in labels:
            groups.setdefault(label.split(" > ")[0], []).append(label)
        for group in groups.values():
            if group[0].endswith("> Tổng số"):
                assert sum(sheet.total(label) for label in group[1:]) == sheet.total(group[0]), group[0]


def test_the_province_counts_what_it_holds(offices: Offices) -> None:
    sheet, rows = read(offices.march("province")), offices.received()
    online = sum(made.channel == ONLINE for made, _ in rows)
    if offices.variant == "a":
        assert sheet.total("Số hồ sơ tiếp nhận > Tổng số") == len(rows)
        assert sheet.total("Số hồ sơ tiếp nhận > Trực tuyến") == online
    else:
        head = "Số lượng hồ sơ tiếp nhận > "
        assert sheet.total(head + "Trong kỳ > Trực tuyến") == online
        assert sheet.total(head + "Trong kỳ > Trực tiếp, dịch vụ bưu chính") == len(rows) - online


def test_what_was_received_and_carried_is_resolved_or_pending(offices: Offices) -> None:
    """Pending at the end of March: received by then, and not ended by then (a form of April would carry it over)."""
    end = moment(MARCH[1])
    pending = [
        row
        for _, row in offices.local(night(MONTH_END))
        if row.received_at
        and row.received_at < end
        and not any(status in (7, 8, 9, 10) and at < end for at, status in row.life)
    ]
    sheet = read(offices.march("province"))
    assert sheet.total("Số hồ sơ đang giải quyết > Tổng số") == len(pending)


def test_units_are_counted_one_by_one(offices: Offices) -> None:
    if offices.variant == "b":  # the portal's is the form by units there
        assert offices.form("portal") == "units"
        return
    sheet, column = read(offices.march("province")), "Số hồ sơ tiếp nhận > Tổng số"
    counted = [number(row[sheet.columns()[column]]) for row in sheet.body()]
    agencies = [one for one in offices.served.world.agencies if one.is_valid_on("2024-03-31")]
    truth = [sum(made.agency.agency_id == one.agency_id for made, _ in offices.received()) for one in agencies]
    assert counted == truth


def test_the_reporting_system_holds_the_ministries_dossiers_too(offices: Offices) -> None:
    at, (start, end) = night(MONTH_END), (moment(day) for day in MARCH)
    left_out = [
        row
        for made, row in offices.served.world.ministry_rows()
        if row.is_held(at) and start <= row.received_at < end and not any(one.is_held(at) for one in made.local)
    ]
    assert left_out
    sheet, form = read(offices.march("reporting_system")), offices.form("reporting_system")
    labels = [label for label in CONTRACT[form]["columns"] if "tiếp nhận > " in label]
    received = sum(
        sheet.total(label) for label in labels[1:] if not label.endswith(("Từ kỳ trước", "Kỳ trước chuyển sang"))
    )
    assert received == len(offices.received()) + len(left_out)


def test_numbers_are_numbers_and_text_and_text_with_thousands(offices: Offices) -> None:
    sheet = read(offices.march("province"))
    kinds = {type(cell) for row in sheet.body() for cell in row[sheet.first + 2 :]}
    assert str in kinds
    assert kinds & {int, float}


def test_thousands_have_the_mark_of_the_world(offices: Offices) -> None:
    world = offices.served.world
    counted = {Row(world.agencies[1], world.procedures[0].field_code): Tally(direct=1_234)}
    grid = Form(world, offices.form("province"), "province").grid(MARCH[0], counted)
    [total] = [row for row in grid.rows if "TỔNG CỘNG" in row]
    assert total[2] == ("1.234" if offices.variant == "a" else "1,234")


def test_units_are_named_loosely_and_partly_decomposed(offices: Offices) -> None:
    sheet = read(offices.march("portal"))
    names = [str(row[sheet.first + 1]) for row in sheet.body()]
    decomposed = [name for name in names if unicodedata.normalize("NFC", name) != name]
    assert 0 < len(decomposed) < len(names)
    composed = [unicodedata.normalize("NFC", name) for name in names]
    ways: dict[str, Callable[[str], bool]] = {
        "spelled out": lambda name: name.startswith("Ủy ban nhân dân xã"),
        "with the province": lambda name: name.startswith("UBND xã") and name.endswith(", tỉnh Lạng Sơn"),
        "bare": lambda name: name.startswith("Xã "),
        "as it is": lambda name: name in {one.name for one in offices.served.world.agencies},
    }
    assert {way for way, fits in ways.items() if any(fits(name) for name in composed)} == set(ways)


def test_names_that_repeat_bear_their_district(offices: Offices) -> None:
    valid = [one.name for one in offices.served.world.agencies if one.is_valid_on("2024-03-31")]
    repeated = {name for name in valid if valid.count(name) > 1}
    assert repeated
    sheet = read(offices.march("portal"))
    names = [unicodedata.normalize("NFC", str(row[sheet.first + 1])).strip() for row in sheet.body()]
    for name in repeated:
        assert name not in names
        assert sum(told.startswith(f"{name}, ") for told in names) >= valid.count(name)


def test_fields_are_grouped_by_level(offices: Offices) -> None:
    office = "reporting_system"
    sheet = read(offices.march(office))
    levels = [row[sheet.first + 1] for row in sheet.rows if row[sheet.first] in ("I", "II", "III")]
    assert levels == ["TTHC CẤP TỈNH", "TTHC CẤP HUYỆN", "TTHC CẤP XÃ"]


def test_whoever_signs_is_a_canary(offices: Offices) -> None:
    for office in OFFICES:
        assert PATTERN.search(read(offices.march(office)).text)


def test_some_books_have_a_second_sheet_without_numbers(offices: Offices) -> None:
    names = openpyxl.load_workbook(offices.march("portal")).sheetnames
    assert len(names) == (1 if offices.variant == "a" else 2)


# when ---------------------------------------------------------------------------------------------------------------------
@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "reports" / "province").mkdir(parents=True)
    return tmp_path


def test_a_month_is_sent_on_the_first_night_after_its_end_and_once(inbox: Path) -> None:
    with serve("a", 60, inbox=inbox) as served:
        served.move_to(night(MONTH_END))
        for day in (dt.date(2024, 4, 1), dt.date(2024, 4, 29)):
            assert "T4" not in " ".join(served.move_to(night(day)))
        for day, expected in ((dt.date(2024, 4, 30), 1), (dt.date(2024, 5, 1), 0)):
            assert sum("T4-2024" in name for name in served.move_to(night(day))) == expected
        assert not any(path.is_file() for path in (inbox / "reports").iterdir())
        assert [path.name for path in (inbox / "reports").iterdir()] == ["province"]  # nobody else has a folder


def test_files_fail_as_faults_have_it(inbox: Path) -> None:
    with serve("a", 60, inbox=inbox) as served:
        served.spoil("report_workbook", "missing")
        assert not any("Tổng hợp" in name for name in served.move_to(night(MONTH_END)))
        served.spoil("report_workbook", "changed_shape", field="Đơn vị", to="Cơ quan")
        assert sum("Tổng hợp" in name for name in served.move_to(night(dt.date(2024, 4, 1)))) > 12
        sheet = read(next((inbox / "reports" / "province").iterdir()))
        assert sheet.header[0][1] == "Cơ quan"
        served.spoil("report_workbook", "cut_off")
        [name] = [name for name in served.move_to(night(dt.date(2024, 4, 30))) if "Tổng hợp" in name]
        with pytest.raises(python_calamine.CalamineError):
            read(inbox / "reports" / "province" / name)


def test_connections_lead_to_the_folders(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, dt.date(2024, 4, 19), 3, 100)
    connections = sandbox.connections()
    for name, office in zip(("PROVINCIAL", "NATIONAL", "REPORTING_SYSTEM"), OFFICES, strict=True):
        assert str(tmp_path / "inbox" / "reports" / office) in connections[f"AIRFLOW_CONN_{name}_REPORT"]
