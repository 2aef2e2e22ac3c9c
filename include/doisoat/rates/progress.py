"""The progress of every dossier of the province at the end of a day, as known on a night (progress.sql; ADR 21)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg

from doisoat.errors import NightNotCollectedError
from doisoat.province.file import ProvinceSettings
from doisoat.warehouse.database import run_file

HERE = Path(__file__).parent
#: The files that make the temporary table `progress`, in order, and the tables that they leave behind.
FILES = ("of_interest", "supplement", "progress")
LEFT = ("night_read", "reads_until", *FILES)


def progress_parameters(
    settings: ProvinceSettings,
    night: dt.date,
    cut_off: dt.datetime,
    day: dt.date | None = None,
    since: dt.date | None = None,
) -> dict[str, dt.date | dt.datetime | None]:
    """The point in time that progress.sql judges, and what could be known about it.

    Args:
        night: the night as of which it is known.
        cut_off: the province's own clock when it was read for that night.
        day: the day whose end is judged, no later than the night; the night itself if none is given.
        since: what was received and ended before that day is left out; nothing if none is given.
    """
    judged_on = day or night
    midnight = dt.datetime.combine(judged_on + dt.timedelta(days=1), dt.time(), settings.timezone)
    return {
        "judged_on": judged_on,
        "known_at": min(cut_off, midnight),
        "cut_off": cut_off,
        "of_interest_from": since,
    }


def make_progress(
    connection: psycopg.Connection,
    settings: ProvinceSettings,
    night: dt.date,
    day: dt.date,
    since: dt.date | None = None,
) -> None:
    """Make the temporary table `progress` for a night that was loaded, in the current transaction (progress_parameters).

    Raises:
        NightNotCollectedError: that night has no data of the province's own system.
    """
    row = connection.execute(
        """select array_agg(source_id order by source_id),
            coalesce(min(p.cut_off) filter (where s.has_listing), min(p.cut_off))
        from core.source s join ops.pull p using (source_id)
        where s.side = 'provincial' and (s.has_listing or s.has_look_ups) and p.night = %s and p.cut_off is not null""",
        [night],
    ).fetchone()
    sources, cut_off = row or (None, None)
    if not sources:
        raise NightNotCollectedError(
            f"night {night}: it has no data of the province's own system; `doisoat nights` lists the nights there are"
        )
    parameters = {
        "night": night,
        "timezone": settings.province.timezone,
        "provincial_sources": sources,
        **progress_parameters(settings, night, cut_off, day, since),
    }
    for name in FILES:
        run_file(connection, HERE / f"{name}.sql", parameters)
