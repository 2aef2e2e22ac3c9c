"""Pulls for tests: a small loader that answers what is held, and what a landing holds."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from doisoat.collect import collect
from doisoat.collect.expected import Held, HeldCount, NothingHeld, Place
from doisoat.collect.landing import Landing, Versions

from support.servers import LOCAL

NIGHT = dt.date(2024, 4, 17)
NEXT = NIGHT + dt.timedelta(days=1)
VERSIONS = Versions(doisoat="0.1", config_fingerprint="f", reference_hash="r")


def rows_of(landing: Landing) -> list[dict[str, str]]:
    """The landed rows, the last of each record."""
    text = b"".join(landing.records_csv()).decode()
    rows = csv.DictReader(io.StringIO(text), doublequote=False, escapechar="\\")
    return list(
        {row["record_id"] if row["record_id"] != "null" else number: row for number, row in enumerate(rows)}.values()
    )


class Loaded:
    """A loader in a few lines: keeps what landings say, by the rules of the certificate, and answers Held."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, str]] = {}
        self.last: dt.datetime | None = None

    def load(self, landing: Landing) -> None:
        certificate = landing.certificate
        rows = {row["record_id"]: row for row in rows_of(landing)}
        listed = [cell for cell in certificate.cells if cell.is_complete]
        for record_id in set(self.rows) - set(rows):
            month, agency, _, day = self._place(self.rows[record_id])
            for cell in listed:
                is_within = not (cell.first_day and cell.last_day) or (day and cell.first_day <= day <= cell.last_day)
                if cell.receipt_month == month and cell.agency_ref in (None, agency) and is_within:
                    del self.rows[record_id]
                    break
        self.rows |= rows
        self.last = certificate.watermark

    def _place(self, row: Mapping[str, str]) -> Place:
        received = row["received_at"]
        day = None if received == "null" else dt.datetime.fromisoformat(received).astimezone(LOCAL).date()
        return Place(day and day.replace(day=1), row["agency_ref"], row["is_removed"] == "true", day)

    def watermark(self) -> dt.datetime | None:
        return self.last

    def counts_by_month(self) -> Mapping[dt.date | None, HeldCount]:
        return self._counts(lambda place: place.receipt_month)

    def counts_by_agency(self, month: dt.date) -> Mapping[str | None, HeldCount]:
        return self._counts(lambda place: place.agency_ref, lambda place: place.receipt_month == month)

    def counts_by_day(self, month: dt.date) -> Mapping[dt.date | None, HeldCount]:
        return self._counts(lambda place: place.receipt_date, lambda place: place.receipt_month == month)

    def _counts(self, key: Any, of: Any = lambda place: True) -> dict[Any, HeldCount]:
        counts: dict[Any, HeldCount] = {}
        for place in filter(of, map(self._place, self.rows.values())):
            total, shown = counts.get(key(place), HeldCount(0, 0))
            counts[key(place)] = HeldCount(total + 1, shown + (not place.is_removed))
        return counts

    def places(self, record_ids: Sequence[str]) -> Mapping[str, Place]:
        return {record_id: self._place(self.rows[record_id]) for record_id in record_ids if record_id in self.rows}


def pull(source: Any, root: Path, *, night: dt.date = NIGHT, held: Held | None = None, **given: Any) -> Landing:
    """What collect() seals of a source."""
    return collect(
        source, province_id="p", night=night, held=held or NothingHeld(), landing_root=root, versions=VERSIONS, **given
    )
