"""What the warehouse holds of one source, for the pull plan (doisoat.collect.expected.Held)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import psycopg

from doisoat.collect.expected import HeldCount, Place, review_nights, rows_listed
from doisoat.province.file import ProvinceSettings


def review_nights_of(connection: psycopg.Connection, settings: ProvinceSettings) -> dict[str, int]:
    """Source -> the number of nights in which each of its quiet months is listed again; only sources that list and count."""
    rows = connection.execute(
        """select source_id, receipt_month, sum(current_rows)::bigint, sum(kept_rows)::bigint
        from core.listed_cell join core.source using (source_id)
        where receipt_month is not null and has_listing and has_counts and is_enabled
        group by 1, 2 order by 1"""
    ).fetchall()
    counts: dict[str, dict[dt.date, int]] = {}
    for source_id, month, *count in rows:
        counts.setdefault(source_id, {})[month] = rows_listed(HeldCount(*count))
    nights = {
        source_id: review_nights(held, settings.sources[source_id].limits)
        for source_id, held in counts.items()
        if source_id in settings.sources
    }
    return {source_id: number for source_id, number in nights.items() if number}


class WarehouseHolding:
    """Answers doisoat.collect.expected.Held from core, as of before `night`.

    Args:
        connection: an open connection, used for reading only.
        source_id: the source.
        night: the night to be collected; an earlier load of this same night does not count as held.
    """

    def __init__(self, connection: psycopg.Connection, source_id: str, night: dt.date) -> None:
        self._connection = connection
        self._scope = {"source_id": source_id, "night": night}
        self._current = "source_id = %(source_id)s and from_night < %(night)s and to_night >= %(night)s"

    def watermark(self) -> dt.datetime | None:
        """Where the last loaded pull before this night ended, None before the first."""
        row = self._connection.execute(
            """select p.watermark from ops.pull p join ops.load l using (night, source_id)
            where p.source_id = %(source_id)s and p.night < %(night)s and p.state = 'fresh'
            order by p.night desc limit 1""",
            self._scope,
        ).fetchone()
        return row[0] if row else None

    def counts_by_month(self) -> Mapping[dt.date | None, HeldCount]:
        """Current records by receipt month; None is the named cell "no receipt date"."""
        rows = self._connection.execute(
            f"""select receipt_month, count(*), count(*) filter (where not is_removed)
            from core.dossier_record where {self._current} group by 1""",
            self._scope,
        )
        return {month: HeldCount(total, not_removed) for month, total, not_removed in rows}

    def counts_by_agency(self, month: dt.date) -> Mapping[str | None, HeldCount]:
        """Current records of a month by the source's own agency id."""
        rows = self._connection.execute(
            f"""select agency_ref, count(*), count(*) filter (where not is_removed)
            from core.dossier_record where {self._current} and receipt_month = %(month)s group by 1""",
            {**self._scope, "month": month},
        )
        return {agency_ref: HeldCount(total, not_removed) for agency_ref, total, not_removed in rows}

    def counts_by_day(self, month: dt.date) -> Mapping[dt.date | None, HeldCount]:
        """Current records of a month by day of receipt; None: their date could not be read."""
        rows = self._connection.execute(
            f"""select receipt_date, count(*), count(*) filter (where not is_removed)
            from core.dossier_record where {self._current} and receipt_month = %(month)s group by 1""",
            {**self._scope, "month": month},
        )
        return {day: HeldCount(total, not_removed) for day, total, not_removed in rows}

    def places(self, record_ids: Sequence[str]) -> Mapping[str, Place]:
        """The cells of the records before tonight; records not held are left out."""
        rows = self._connection.execute(
            f"""select record_id, receipt_month, agency_ref, is_removed, receipt_date
            from core.dossier_record where {self._current} and record_id = any (%(record_ids)s)""",
            {**self._scope, "record_ids": list(record_ids)},
        )
        return {record_id: Place(*place) for record_id, *place in rows}
