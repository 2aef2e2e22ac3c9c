"""How long data are kept, as set by `retention` in the province file (docs/adr/0010-replay-and-revisions.md).

Three things expire, counted in nights back from the last published one (never by our clock): sealed landings, the history of
the warehouse, and replaced revisions. Never deleted are: landings of nights that are not published, the newest landing of
each source and any that a kept night still uses for a source, the current contents of the warehouse, identity links, and
the record of what was pulled, loaded, published and decided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from doisoat.collect import store
from doisoat.collect.catalogues import SHELF as CATALOGUES
from doisoat.collect.landing import MANIFEST, night_named
from doisoat.collect.look_ups import landing_name
from doisoat.collect.provinces import SHELF as PROVINCES
from doisoat.errors import NightBusyError
from doisoat.nights import disk
from doisoat.province.site import Site
from doisoat.reconcile.run import know_sides
from doisoat.warehouse import archived, order, revisions, writing

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Applied:
    """What retention did (a row of ops.retention).

    Attributes:
        as_of_night: the last published night.
        landing_from, history_from, revisions_from: the night from which on all of that kind is kept; None: nothing is deleted.
    """

    as_of_night: dt.date
    landing_from: dt.date | None
    history_from: dt.date | None
    revisions_from: dt.date | None
    landings_deleted: int
    bytes_deleted: int
    rows_deleted: int
    revisions_expired: int


def apply_retention(site: Site) -> dict[str, Any]:
    """Delete what is older than the province file allows, and record what was deleted and how much disk is free.

    Returns the fields of Applied; empty before the first publication, when nothing is old yet.

    Raises:
        NightBusyError: a replay is running or was interrupted: it may need old data.
    """
    with writing(site.dsn) as connection:
        if order.unfinished_replay(connection):
            raise NightBusyError(f"retention: {order.UNFINISHED_REPLAY}")
        row = connection.execute("select max(night) from ops.publication where withdrawn_at is null").fetchone()
        if row is None or row[0] is None:
            return {}
        applied = _apply(connection, site, row[0])
        connection.execute(
            """insert into ops.retention (as_of_night, landing_from, history_from, revisions_from, landings_deleted,
                bytes_deleted, rows_deleted, revisions_expired)
            values (%(as_of_night)s, %(landing_from)s, %(history_from)s, %(revisions_from)s, %(landings_deleted)s,
                %(bytes_deleted)s, %(rows_deleted)s, %(revisions_expired)s)""",
            asdict(applied),
        )
    disk.write_down(site)
    return {name: str(value) if isinstance(value, dt.date) else value for name, value in asdict(applied).items()}


def _apply(connection: psycopg.Connection, site: Site, as_of: dt.date) -> Applied:
    settings = site.settings.retention
    before = connection.execute("select max(history_from) from ops.retention").fetchone()
    landing_from = _back(as_of, settings.landing_nights)
    history_from = max(filter(None, (_back(as_of, settings.history_nights), before and before[0])), default=None)
    revisions_from = _back(as_of, settings.revision_nights)
    expired = connection.execute(
        """update ops.publication set expired_at = now(), withdrawn_at = coalesce(withdrawn_at, now())
        where expired_at is null and (night < %(history)s or withdrawn_at is not null and night < %(revisions)s)""",
        {"history": history_from, "revisions": revisions_from},
    ).rowcount
    revisions.tidy(connection)
    rows = _cut_history(connection, history_from) if history_from else 0
    landings, size = 0, 0
    if landing_from:
        for directory in list(_doomed(connection, site, landing_from)):
            landings, size = landings + 1, size + store.size_of(directory)
            store.delete(directory, MANIFEST)
    return Applied(as_of, landing_from, history_from, revisions_from, landings, size, rows, expired)


def _back(as_of: dt.date, count: int | None) -> dt.date | None:
    return None if count is None else as_of - dt.timedelta(days=count)


def _cut_history(connection: psycopg.Connection, cut: dt.date) -> int:
    (latest,) = connection.execute("select max(night) from ops.pull").fetchone() or (None,)
    know_sides(connection, latest)  # what is judged as of an earlier night is kept
    cursor = connection.execute((HERE / "cut_history.sql").read_text("utf-8") + archived.cut_history(), {"cut": cut})
    deleted = cursor.rowcount
    while cursor.nextset():
        deleted += cursor.rowcount
    return deleted


def _doomed(connection: psycopg.Connection, site: Site, landing_from: dt.date) -> Iterator[Path]:
    """The landings to delete: of catalogues and provinces, and of published nights before `landing_from`, but what a kept night
    uses."""
    province = site.landing_root / site.settings.province.id
    published = {n for (n,) in connection.execute("select night from ops.night where state = 'published'")}
    stood_on = set(
        connection.execute(
            "select distinct snapshot_night, source_id from ops.pull where night >= %s and snapshot_night is not null",
            [landing_from],
        ).fetchall()
    )
    undated = [(site.landing_root / shelf / province.name, None) for shelf in (CATALOGUES, PROVINCES)]
    for shelf, may_go in ((province, published), *undated):
        there = store.entries(shelf)
        newest = {path.name: path for path in there if not path.name.startswith(".")}
        for path in there:
            night = night_named(path.parent.name)
            if night is None or night >= landing_from or (may_go is not None and night not in may_go):
                continue
            if newest.get(path.name) != path and (
                may_go is None or (night, path.name.removesuffix(landing_name(""))) not in stood_on
            ):
                yield path
