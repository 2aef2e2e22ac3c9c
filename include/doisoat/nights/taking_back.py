"""Taking back, by a named decision, what stands in the way: a night opened by mistake, or a landing that is of no use.

Neither undoes what was loaded: of a night or a landing of which anything is in the warehouse, nothing can be taken back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import psycopg

from doisoat.collect import store
from doisoat.collect.landing import MANIFEST, is_sealed, landing_directory
from doisoat.errors import ConfigurationError, DecisionRefusedError, NightNotCollectedError, NightOrderError
from doisoat.privacy import is_note
from doisoat.province.site import Site
from doisoat.warehouse import order, writing


def take_back_night(site: Site, night: dt.date, *, who: str, reason: str) -> list[dt.date]:
    """Take back a night of which nothing is loaded: it was never opened, and earlier ones can be opened again.

    Args:
        who: the operating-system user.
        reason: why, in the operator's words.

    Returns the nights before it that it had made missed, and that are free again.

    Raises:
        DecisionRefusedError: something of it is loaded, or the reason must not be stored.
        NightOrderError: it was never opened, or it stands in no other night's way.
        NightBusyError: one of its tasks, or a replay, is running.
    """
    with writing(site.dsn) as connection:
        freed = order.take_back(connection, night)
        _record(connection, night, who=who, reason=reason)
    return freed


def take_back_landing(site: Site, night: dt.date, source_id: str, *, who: str, reason: str) -> Path:
    """Take back a source's sealed landing of which nothing is loaded, so that the source is asked again.

    Args:
        who, reason: as for a night.

    Returns where the landing is kept.

    Raises:
        DecisionRefusedError: it is loaded, or the reason must not be stored.
        NightOrderError: the night was never opened, or later nights have been since.
        NightNotCollectedError: the source has no sealed landing of that night.
        NightBusyError: a task of the night, or a replay, is running.
    """
    if source_id not in site.settings.sources:
        raise ConfigurationError(f"source {source_id!r}: the province file names {', '.join(site.settings.sources)}")
    directory = landing_directory(site.landing_root, site.settings.province.id, night, source_id)
    with writing(site.dsn) as connection:
        order.hold(connection, night, None)
        if not order.is_latest(connection, night):
            raise NightOrderError(
                f"night {night}: later nights have been opened since; what is collected now belongs to the latest"
            )
        order.refuse_at_work(connection, night)
        loaded = "select 1 from ops.load where (night, source_id) = (%s, %s)"
        if connection.execute(loaded, [night, source_id]).fetchone():
            raise DecisionRefusedError(
                f"{source_id}: its landing of night {night} is loaded; what was read is not taken back. What it says wrong "
                "is corrected at the source, and the next night shows it"
            )
        if not is_sealed(directory):
            raise NightNotCollectedError(
                f"{source_id}: night {night} has no sealed landing: there is nothing to take back"
            )
        seal = hashlib.sha256(store.content(directory / MANIFEST)).hexdigest()
        _record(connection, night, source_id, seal, who=who, reason=reason)
        connection.execute("update ops.night set inputs = null where night = %s", [night])
        return store.set_aside(directory, f".{source_id}.{seal[:12]}.taken_back", MANIFEST)


def _record(
    connection: psycopg.Connection,
    night: dt.date,
    source_id: str | None = None,
    seal: str | None = None,
    *,
    who: str,
    reason: str,
) -> None:
    if not is_note(reason):
        raise DecisionRefusedError("reason: give a few words, without anybody's address or number; nothing was changed")
    connection.execute(
        "insert into ops.taken_back (night, source_id, seal, taken_by, reason) values (%s, %s, %s, %s, %s)",
        [night, source_id, seal, who, reason.strip()],
    )
