"""The workbook of a unit: a cover that says whose it is, until when and why, and the list to be filled in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from doisoat.papers.books import Book, Sheet
from doisoat.papers.facts import WHOLE, Facts, Rows
from doisoat.papers.unit_list import Todo, write_list
from doisoat.papers.words import texts

#: Of the cover's columns: running number, text, three numbers.
WIDTHS = (6, 88, 16, 16, 16)


def write_unit(file: Path, facts: Facts, owner: str, unit: str, rows: Iterable[dict[str, Any]]) -> int:
    """Write the workbook of a unit; returns how many gaps are in it.

    Args:
        owner: the agency that has to act; WHOLE for a list of all gaps.
        unit: how it is addressed.
        rows: its gaps (facts.gaps), read as they come.
    """
    said = texts()["list"]
    footer = said["footer"].format(night=facts.night.night, unit=unit)[:150]
    with Book(file, said["title"], facts.settings.papers.office, facts.night.night) as book:
        cover = book.sheet(said["cover"], WIDTHS, footer)
        todo = write_list(book, rows, facts.names, footer)
        _cover(cover, facts, owner, unit, todo)
    return sum(one.gaps for one in todo)


def _cover(cover: Sheet, facts: Facts, owner: str, unit: str, todo: list[Todo]) -> None:
    said, night, papers = texts()["list"], facts.night, facts.settings.papers
    bridge = facts.bridges.get(owner, [])
    write_office(cover, facts)
    cover.gap()
    cover.across(said["title"], "title")
    cover.across(said["addressee"].format(unit=unit), "title")
    cover.gap()
    cover.across((said["as_of"] if night.revision else said["as_of_unpublished"]).format(
        night=night.night, revision=night.revision), "centre")  # fmt: skip
    months = [(row["first_month"], row["last_month"]) for row in bridge if row["first_month"]]
    if months:
        first, last = min(one for one, _ in months), max(one for _, one in months)
        cover.across(said["period"].format(first=first, last=last), "centre")
    cover.across(said["deadline"].format(deadline=night.deadline, days=papers.answer_days), "office")
    cover.across(said["contact"].format(contact=papers.contact or papers.office), "centre")
    cover.gap()
    cover.across(said["how"], "italic")
    cover.gap()
    _todo(cover, todo)
    cover.gap()
    write_bridge(cover, said["bridge"], bridge)
    cover.gap()
    write_rates(cover, night.night.year, facts.rates.get(owner, []))
    cover.protect()


def write_office(sheet: Sheet, facts: Facts) -> None:
    """Who sends the paper, as at the head of a document."""
    papers = facts.settings.papers
    if papers.superior:
        sheet.side_by_side([(papers.superior.upper(), "centre", 0, 1)])
    sheet.side_by_side([(papers.office.upper(), "office", 0, 1)])


def _todo(cover: Sheet, todo: list[Todo]) -> None:
    said = texts()["list"]
    cover.across(said["todo"], "section")
    cover.row(said["todo_heads"], "head")
    for number, one in enumerate(todo, 1):
        row = cover.row(
            [number, one.action, one.sheet, one.gaps, one.oldest], ["centred", "cell", "centred", "number", "day"]
        )
        cover.raw.write_url(row, 2, f"internal:'{one.sheet}'!A1", cover.book.look("link"), one.sheet)
    total = sum(one.gaps for one in todo)
    cover.row([None, said["total"], None, total, None], ["total", "total", "total", "total_number", "total"])


def write_bridge(sheet: Sheet, title: str, bridge: Rows) -> None:
    """What each side lists, and the difference by cause: the rows of unit_bridge.sql of one agency."""
    said = texts()["list"]
    listed = next((row for row in bridge if row["cause"] is None), None)
    sheet.across(title, "section")
    sheet.row(said["bridge_heads"], "head")
    looks = ["centred", "cell", "number", "number", "signed"]
    if listed is None:
        sheet.row([None, said["none"], None, None, None], looks)
        return
    national, provincial = listed["national_listed"], listed["provincial_listed"]
    causes = [row for row in bridge if row["cause"] is not None]
    more, less = sum(row["national_more"] for row in causes), sum(row["provincial_more"] for row in causes)
    sheet.row([None, said["national"], None, None, national], [*looks[:4], "number"])
    sheet.row([None, said["provincial"], None, None, provincial], [*looks[:4], "number"])
    total = ["total", "total", "total_number", "total_number", "total_signed"]
    sheet.row([None, said["difference"], more, less, national - provincial], total)
    for number, row in enumerate(causes, 1):
        entries = row["national_more"], row["provincial_more"]
        sheet.row([number, row["cause_label"] or row["cause"], *entries, entries[0] - entries[1]], looks)


def write_rates(sheet: Sheet, year: int, rates: Rows) -> None:
    """The indicators of a year, each with its bounds: the rows of unit_rates.sql of one agency."""
    said = texts()["list"]
    sheet.across(said["rates"].format(year=year), "section")
    sheet.row(said["rates_heads"], "head")
    for number, row in enumerate(rates, 1):
        label = f"{row['label']} ({row['code']})" if row["code"] else row["label"]
        is_known = row["ratio_least"] is not None
        bounds = [row["ratio_least"], row["ratio_most"]] if is_known else [texts()["unknown"]] * 2
        points = row["points_least"] if is_known or row["points_full"] is None else texts()["unknown"]
        sheet.row([number, label, *bounds, points], ["centred", "cell", "share", "share", "points"])
    if rates:
        sheet.across(said["rates_note"], "italic")
    else:
        sheet.row([None, said["none"], None, None, None], "cell")


def of_the_province(facts: Facts) -> tuple[Rows, Rows]:
    """The bridge and the rates of the province as a whole."""
    return facts.bridges.get(WHOLE, []), facts.rates.get(WHOLE, [])
