"""The papers of a published night: one workbook for each unit with gaps, one for the province; reports of periods that ended.

They are in `<papers>/<province>/nights/<night>-r<revision>/` and `periods/<period>/<night>-r<revision>/`, whole or not at all;
what is there already is left as it is.
"""

from __future__ import annotations

import datetime as dt
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from doisoat.errors import ConfigurationError
from doisoat.papers import facts as read
from doisoat.papers.facts import UNKNOWN, WHOLE, Facts
from doisoat.papers.form_book import Sent, write_form
from doisoat.papers.period_report import Period, write_report
from doisoat.papers.province_book import province_book
from doisoat.papers.unit_book import write_unit
from doisoat.papers.words import file_name, texts
from doisoat.province.file import ProvinceSettings
from doisoat.reports.form import Asked, Reading, default_counts_as, form

PROVINCE = "toan-tinh.xlsx"


def write_after(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date, root: Path) -> list[Path]:
    """Write what is due once a night is published: its workbooks, and the reports of the month and the quarter that ended last.

    A period is reported once, on its last night or the first one after it; later, or again, by `doisoat report`. Workbooks of
    nights longer ago than `papers.keep_nights` are deleted. Returns the folders that are there now.
    """
    written = [write_night(connection, settings, night, root)]
    for months in (1, 3):
        this = Period.of(night, months)
        period = this if this.last == night else Period.of(this.first - dt.timedelta(days=1), months)
        if period.last == night or not (root / "periods" / period.key).exists():
            written.append(write_period(connection, settings, night, root, (period.first, months)))
    forget_old(settings, night, root)
    return written


def write_night(connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date, root: Path) -> Path:
    """Write all workbooks of a night; returns their folder.

    Args:
        connection: one snapshot of the warehouse.
        root: the province's papers (Site.papers_root).
    """
    asked = read.night_of(connection, settings, night)
    folder = root / "nights" / f"{night}-r{asked.revision}"
    if folder.is_dir() and asked.revision:
        return folder
    with _whole(folder) as made:
        facts = read.facts_of(connection, settings, asked)
        names = {unit["owner_id"]: unit["owner_name"] for unit in facts.units}
        with province_book(made / PROVINCE, connection, facts) as add:
            listed = _passed(read.gaps(connection, asked), add)
            for owner, gaps in itertools.groupby(listed, key=lambda gap: gap["owner_id"] or UNKNOWN):
                unit = names.get(owner) or texts()["unknown_owner"]
                write_unit(_free(made, file_name(owner, unit)), facts, owner, unit, gaps)
    return folder


def write_period(
    connection: psycopg.Connection, settings: ProvinceSettings, night: dt.date, root: Path, asked: tuple[dt.date, int]
) -> Path:
    """Write the report of a month or a quarter, and form II.06a of it, as known on a night; returns their folder.

    What is there already is left as it is: an official may have edited it.

    Args:
        asked: a day in the period, and of how many months it is (1 or 3).

    Raises:
        ConfigurationError: the period has not ended on that night.
    """
    period = Period.of(*asked)
    if period.last > night:
        raise ConfigurationError(
            f"report of {period.key}: asked for a period that has ended on night {night}; got: it ends on {period.last}; "
            "do: ask once it has ended"
        )
    known = read.night_of(connection, settings, night)
    folder = root / "periods" / period.key / f"{night}-r{known.revision}"
    if folder.is_dir():
        return folder
    with _whole(folder) as made:
        facts = read.facts_of(connection, settings, known)
        write_report(made / f"bao-cao-{period.key}.docx", connection, facts, period)
        choices = settings.indicators.readings["on_time"]
        asked_form = Asked(None, period.first, period.last, night, Reading(choices), default_counts_as(settings))
        name, papers = settings.province.name, settings.papers
        sent = Sent(f"UBND tỉnh {name}", papers.receiving, papers.place or name)
        with connection.transaction(force_rollback=True):  # what it is counted in is temporary
            rows = form(connection, settings, asked_form)
        write_form(made / f"II.06a-{period.key}.xlsx", rows, asked_form, sent)
    return folder


def write_one(connection: psycopg.Connection, facts: Facts, file: Path, owner: str | None, pair: str | None) -> int:
    """Write one list: of the gaps that an agency has to act on, or of all; returns how many there are.

    Args:
        pair: only of these two sides.
    """
    names = {unit["owner_id"]: unit["owner_name"] for unit in facts.units}
    unit = names.get(owner) or facts.names.get(owner) or texts()["unknown_owner"] if owner else texts()["all_units"]
    return write_unit(file, facts, owner or WHOLE, unit, read.gaps(connection, facts.night, owner, pair))


def _passed(gaps: Iterator[dict[str, Any]], add: Callable[[dict[str, Any]], None]) -> Iterator[dict[str, Any]]:
    """The same gaps, each shown to `add` as it passes."""
    for gap in gaps:
        add(gap)
        yield gap


def _free(folder: Path, name: str) -> Path:
    """A workbook of that name that is not there yet: two ids may differ in signs that no file's name can have."""
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(file for each in names if not (file := folder / f"{each}.xlsx").exists())


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder that is there once everything in it is written.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        for above in reversed((folder.parent, *folder.parent.parents)):
            if not above.is_dir():
                above.mkdir(mode=0o700, exist_ok=True)  # lists of dossiers are for the office alone
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder.parent) as room:
            made = Path(room) / "papers"
            made.mkdir(mode=0o700)
            yield made
            if folder.is_dir():
                shutil.rmtree(folder)
            made.rename(folder)
    except OSError as error:
        raise ConfigurationError(
            f"{folder}: asked to write papers; got: {error.strerror}; do: name a folder that may be written (DOISOAT_PAPERS)"
        ) from None


def forget_old(settings: ProvinceSettings, night: dt.date, root: Path) -> int:
    """Delete the workbooks of nights longer ago than `papers.keep_nights`; returns of how many nights."""
    first, gone = night - dt.timedelta(days=settings.papers.keep_nights), 0
    for folder in sorted((root / "nights").glob("????-??-??-r*")):
        if dt.date.fromisoformat(folder.name[:10]) <= first:
            shutil.rmtree(folder)
            gone += 1
    return gone
