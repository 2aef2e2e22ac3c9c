"""The workbook of the province: the bridge and the rates, every unit, cause and gap, the trend, and what repairs would regain."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from doisoat.months import later
from doisoat.papers import facts as read
from doisoat.papers.books import Book, Sheet
from doisoat.papers.facts import TREND, UNKNOWN, WHOLE, Facts, Rows
from doisoat.papers.unit_book import WIDTHS, of_the_province, write_bridge, write_office, write_rates
from doisoat.papers.unit_list import in_words
from doisoat.papers.words import texts
from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part
from doisoat.reports.query import query

#: The sync rate that a unit can mend by itself.
OWN = "sync_own"


@contextmanager
def province_book(
    file: Path, connection: psycopg.Connection, facts: Facts
) -> Iterator[Callable[[dict[str, Any]], None]]:
    """The workbook of all units of a night, written but for the rows of its last sheet; gives what adds a gap there.

    So whoever reads the gaps for the units' workbooks writes them here as they come: they are asked for once.
    """
    said = texts()["province"]
    footer = said["footer"].format(night=facts.night.night)
    title = said["title"].format(province=facts.settings.province.name.upper())
    with Book(file, title, facts.settings.papers.office, facts.night.night) as book:
        names = said["sheets"]
        _cover(book.sheet(names["cover"], WIDTHS, footer), facts, title)
        _units(book.sheet(names["units"], (5, 34, *[10] * 4, 11.5, *[11] * 3, 10, 10, 8), footer), facts)
        _causes(book.sheet(names["causes"], (5, 44, 22, 10, 10, 60), footer), connection, facts)
        _trend(book.sheet(names["trend"], (13, *[12] * 8), footer), connection, facts)
        _points(book.sheet(names["points"], (5, 52, 12, 14, 14, 14, 18), footer), connection, facts)
        with _gaps(book.sheet(names["gaps"], (6, 28, 32, 26, 22, 22, 11, 11, 14), footer), facts) as add:
            yield add


def _cover(sheet: Sheet, facts: Facts, title: str) -> None:
    said, night = texts()["province"], facts.night
    of_list = texts()["list"]
    bridge, rates = of_the_province(facts)
    write_office(sheet, facts)
    sheet.gap()
    sheet.across(title, "title")
    as_of = of_list["as_of"] if night.revision else of_list["as_of_unpublished"]
    sheet.across(as_of.format(night=night.night, revision=night.revision), "centre")
    sheet.gap()
    sheet.across(said["todo"], "section")
    sums = {name: sum(unit[name] for unit in facts.units) for name in
            ("gaps", "new_tonight", "older_than_30_nights", "done", "in_progress", "disputed")}  # fmt: skip
    unanswered = sums["gaps"] - sums["done"] - sums["in_progress"] - sums["disputed"]
    told = [("open", sums["gaps"]), ("of_units", len(facts.units)), ("new", sums["new_tonight"]),
            ("old", sums["older_than_30_nights"]), ("done", sums["done"]), ("in_progress", sums["in_progress"]),
            ("disputed", sums["disputed"]), ("unanswered", unanswered)]  # fmt: skip
    for number, (name, value) in enumerate(told, 1):
        sheet.row([number, said[name], None, None, value], ["centred", "cell", "cell", "cell", "number"])
    sheet.gap()
    write_bridge(sheet, said["bridge"], bridge)
    sheet.gap()
    write_rates(sheet, night.night.year, rates)


def _units(sheet: Sheet, facts: Facts) -> None:
    said = texts()["province"]
    sheet.across(said["units"], "title")
    sheet.repeated(sheet.row(said["units_heads"], "head"))
    looks = ["centred", "cell", *["number"] * 4, "day", *["number"] * 3, "share", "share", "points"]
    points_of = facts.settings.indicators.readings["sync"]
    counts = ("gaps", "of_ministries", "new_tonight", "older_than_30_nights")
    answers = ("done", "in_progress", "disputed")
    for number, unit in enumerate(facts.units, 1):
        rates = {one["indicator"]: one for one in facts.rates.get(unit["owner_id"], [])}
        own, rated = rates.get(OWN, {}), rates.get(points_of, {})
        bounds = [own.get("ratio_least"), own.get("ratio_most"), rated.get("points_least")]
        bounds = [texts()["unknown"] if one is None else one for one in bounds]
        name = unit["owner_name"] or texts()["unknown_owner"]
        sheet.row([number, name, *(unit[one] for one in counts), unit["oldest"], *(unit[one] for one in answers), *bounds],
                  looks)  # fmt: skip
    sums = {name: sum(unit[name] for unit in facts.units) for name in (*counts, *answers)}
    total = [None, texts()["list"]["total"], *(sums[one] for one in counts), None, *(sums[one] for one in answers)]
    sheet.row(
        [*total, None, None, None],
        ["total", "total", *["total_number"] * 4, "total", *["total_number"] * 3, *["total"] * 3],
    )


def _causes(sheet: Sheet, connection: psycopg.Connection, facts: Facts) -> None:
    said = texts()["province"]
    sheet.across(said["causes"], "title")
    sheet.repeated(sheet.row(said["causes_heads"], "head"))
    rows = [row for row in query(connection, "causes", facts.night.asked).dicts() if row["findings"]]
    for number, row in enumerate(rows, 1):
        sheet.row([number, row["label"], said["pairs"][row["pair"]], row["findings"], row["dossiers"], row["action"]],
                  ["centred", "cell", "cell", "number", "number", "cell"])  # fmt: skip


def _trend(sheet: Sheet, connection: psycopg.Connection, facts: Facts) -> None:
    said, night = texts()["province"], facts.night.night
    sheet.across(said["trend"], "title")
    rows = read.ask(connection, "trend", {"night": night, "first_night": night - TREND})
    head = sheet.row(said["trend_heads"], "head")
    for row in rows:
        sheet.row([row["night"], row["open"], row["opened"], row["resolved"]], ["day", *["number"] * 3])
    _line(sheet, head, [1], len(rows), said["trend"], ("dd/mm", "#,##0"))
    for _ in range(max(1, 16 - len(rows))):
        sheet.gap()
    sheet.raw.set_h_pagebreaks([sheet.at])
    months = _months(connection, facts)
    sheet.across(said["months"], "title")
    head = sheet.row(said["months_heads"], "head")
    for row in months:
        points = texts()["unknown"] if row["points_least"] is None else row["points_least"]
        sheet.row([row["period_start"], row["ratio_least"], row["ratio_most"], points],
                  ["month", "share", "share", "points"])  # fmt: skip
    _line(sheet, head, [1, 2], len(months), said["months"], ("mm/yyyy", "0.0%"))


def _months(connection: psycopg.Connection, facts: Facts) -> Rows:
    """The sync rate of the province by month, of a year back."""
    first, sync = later(facts.night.night, -11), facts.settings.indicators.readings["sync"]
    months = {"period_kind": "month", "period_starts": [later(first, back) for back in range(12)], "agency": WHOLE}
    rows = read.ask(connection, "unit_rates", {**facts.night.asked, **months})
    return [row for row in rows if row["indicator"] == sync]


def _line(sheet: Sheet, head: int, columns: list[int], count: int, title: str, written: tuple[str, str]) -> None:
    """A chart beside the table: its first column along, others as lines; `written`: the forms of both axes' numbers."""
    if not count:
        return
    chart, name = sheet.book.chart("line"), sheet.raw.get_name()
    for column in columns:
        chart.add_series({
            "name": [name, head, column], "categories": [name, head + 1, 0, head + count, 0],
            "values": [name, head + 1, column, head + count, column], "marker": {"type": "circle", "size": 4},
        })  # fmt: skip
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_x_axis({"num_format": written[0], "text_axis": True})
    chart.set_y_axis({"num_format": written[1], "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 560, "height": 280})
    sheet.raw.insert_chart(head, 4, chart, {"x_offset": 12, "y_offset": 4})


def _points(sheet: Sheet, connection: psycopg.Connection, facts: Facts) -> None:
    said, night = texts()["province"], facts.night.night
    sheet.across(said["points"].format(year=night.year), "title")
    sheet.across(said["points_note"], "italic")
    first = dt.date(night.year, 1, 1)
    part = Part(period="year", first_month=first, last_month=later(first, 11))
    question = Question(night, facts.night.archive_id, facts.settings.indicators.readings["sync"], part)
    rows = ranked(connection, facts.settings, question, Repair(), "cause").dicts()
    labels = {row["cause"]: row["cause_label"] for row in facts.bridges.get(WHOLE, [])} | _labels(connection)
    if not rows or rows[0]["ratio_now"] is None:
        sheet.across(said["points_unknown"], "italic")
    sheet.repeated(sheet.row(said["points_heads"], "head"))
    for number, row in enumerate(rows, 1):
        told = [
            row[name] for name in ("to_repair", "ratio_now", "ratio_if_repaired", "points", "points_with_all_before")
        ]
        sheet.row([number, labels.get(row["label"], row["label"]), *told],
                  ["centred", "cell", "number", "share", "share", "gain", "gain"])  # fmt: skip


def _labels(connection: psycopg.Connection) -> dict[str, str]:
    return dict(connection.execute("select cause, label from core.cause_rule").fetchall())


@contextmanager
def _gaps(sheet: Sheet, facts: Facts) -> Iterator[Callable[[dict[str, Any]], None]]:
    said = texts()["province"]
    sheet.across(said["gaps"], "title")
    head = sheet.row(said["gaps_heads"], "head")
    sheet.repeated(head)
    looks = ["centred", *["cell"] * 5, "day", "day", "cell"]
    numbers = itertools.count(1)

    def add(gap: dict[str, Any]) -> None:
        told = {**gap, **in_words(gap, facts.names)}
        owner = told["owner_name"] or (texts()["unknown_owner"] if told["owner_id"] == UNKNOWN else told["owner_id"])
        sheet.row([next(numbers), told["codes"], told["difference"], told["cause_label"], told["agency_name"], owner,
                   told["receipt_date"], told["opened_on"], told["state"]], looks)  # fmt: skip

    yield add
    sheet.raw.autofilter(head, 0, max(head, sheet.at - 1), len(looks) - 1)
