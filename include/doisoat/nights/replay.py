"""Recomputing nights from their sealed landings, without asking any source (docs/adr/0010-replay-and-revisions.md).

The warehouse is rolled back to the state before the first of the nights, then each of them is recomputed in order, up to the
step it had reached before: what was never loaded, never reconciled or missed stays so. Each step commits by itself. Until
a night is published again, analysts read its previous publication from the archive; so a replay that is interrupted
shows nobody half a night, and the next `doisoat replay` finishes it.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from doisoat.collect import store
from doisoat.collect.catalogues import SHELF
from doisoat.collect.landing import Landing, is_sealed, landing_directory, night_named, open_landing
from doisoat.collect.look_ups import landing_name
from doisoat.errors import LandingNotLoadableError, NightBusyError, NightNotCollectedError, QualityGateError
from doisoat.load import landings as loading
from doisoat.load.catalogues import load_catalogue
from doisoat.load.records import identify
from doisoat.load.reference import load_reference
from doisoat.nights import provinces, steps
from doisoat.province.site import Site
from doisoat.warehouse import connect, order, revisions, writing
from doisoat.warehouse.locks import try_to_replay
from doisoat.warehouse.ranges import CATALOGUE_DIFFERENCE, CATALOGUE_ENTRY

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Planned:
    """A night to be recomputed.

    Attributes:
        reached: the state it had reached (ops.night.state).
        rests_on: as in ops.night; None if that is not known: then everything sealed is loaded.
        landings: from which sources' landings it was loaded.
        look_ups: the sources whose look-ups were loaded, with their seals; no seal means the source was asked nothing.
        checked: which stages of checks were run.
    """

    night: dt.date
    reached: str
    rests_on: dict[str, Any] | None

    @property
    def landings(self) -> list[str] | None:
        return None if self.rests_on is None else sorted(self.rests_on["landings"])

    @property
    def look_ups(self) -> dict[str, str | None] | None:
        return None if self.rests_on is None else self.rests_on["look_ups"]

    @property
    def checked(self) -> list[str]:
        if self.reached in ("published", "blocked"):
            return ["inputs", "results"]
        return list((self.rests_on or {}).get("checked", []))


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome for one night.

    Attributes:
        state: the state it reached, as in ops.night.
        revision: the one published now, None if none is.
        is_new: whether that revision differs from the one published before.
    """

    night: dt.date
    state: str
    revision: int | None
    is_new: bool


def replay(site: Site, start: dt.date | None = None) -> Iterator[Replayed]:
    """Recompute the nights from `start` on, one after the other; yields each as it is done.

    Args:
        start: the first night; None for all of them, or to finish a replay that was interrupted. A missed night that has
            sealed landings, because its run died before it loaded anything, is included if it is the first.

    Raises:
        NightBusyError: a night, or another replay, is running.
        NightNotCollectedError: a landing, or the history that it must start from, is gone; the message says from which
            night on a replay is possible. Nothing has been changed in that case.
    """
    run_id = f"replay {uuid.uuid4().hex[:8]}"
    with _alone(site):
        with writing(site.dsn) as connection:
            order.claim(connection, site.settings.province.id)
            plan = plan_replay(connection, site, start)
            _begin(connection, site, plan, run_id)
        log.info("%s: %s nights from %s on", run_id, len(plan), plan[0].night)
        for planned in plan:
            yield _derive(site, planned, run_id)
        with writing(site.dsn) as connection:
            revisions.tidy(connection)


def plan_replay(connection: psycopg.Connection, site: Site, start: dt.date | None) -> list[Planned]:
    """Which nights would be recomputed, and from what; raises the same errors as replay()."""
    pending = [night for (night,) in connection.execute("select night from ops.replay order by night")]
    known = [Planned(*row) for row in connection.execute(_KNOWN_NIGHTS).fetchall()]
    last = max((planned.night for planned in known), default=dt.date.min)
    on_disk = [night for night in _nights_on_disk(site.landing_root / site.settings.province.id) if night > last]
    everything = [*known, *(Planned(night, "published", None) for night in on_disk)]
    if pending:
        start = min(start or pending[0], pending[0])
    if start and start <= last and all(planned.night != start for planned in known) and _is_collected(site, start):
        everything = sorted([*everything, Planned(start, "published", None)], key=lambda planned: planned.night)
    plan = [planned for planned in everything if start is None or planned.night >= start]
    if not plan:
        raise NightNotCollectedError(
            f"no night{f' from {start} on' if start else ''} was ever collected: there is nothing to replay; see `doisoat nights`"
        )
    _refuse_while_at_work(connection, plan)
    _refuse_without_ground(connection, site, plan, is_from_the_first=plan == everything)
    return plan


#: For nights older than this record, the loads tell which pulls they used.
_KNOWN_NIGHTS = """
    select n.night, coalesce(r.reached, n.state), case when r.night is not null then r.rests_on else coalesce(n.rests_on, (
        select jsonb_build_object(
            'landings', coalesce(jsonb_object_agg(l.source_id, l.seal) filter (where u.seal is null), '{}'),
            'look_ups', (select coalesce(jsonb_object_agg(source_id, seal), '{}') from ops.look_up_pull where night = n.night))
        from ops.load l left join ops.look_up_pull u on (u.night, u.source_id, u.seal) = (l.night, l.source_id, l.seal)
        where l.night = n.night having count(*) > 0)) end
    from ops.night n left join ops.replay r using (night)
    where n.state <> 'missed' or n.rests_on -> 'landings' <> '{}' order by n.night
"""


def _refuse_while_at_work(connection: psycopg.Connection, plan: list[Planned]) -> None:
    at_work = connection.execute(
        """select night, state from ops.night where state in ('open', 'loaded', 'reconciled')
        and touched_at >= now() - %s and night not in (select night from ops.replay)
        and night = (select max(night) from ops.night) and night >= %s""",
        [order.ABANDONED_AFTER, plan[0].night],
    ).fetchone()
    if at_work:
        raise NightBusyError(
            f"night {at_work[0]} is {at_work[1]}: let it finish (doisoat nights), then replay. If its run died, run it again, "
            f"or wait {order.ABANDONED_AFTER} after its last step"
        )


def _refuse_without_ground(
    connection: psycopg.Connection, site: Site, plan: list[Planned], *, is_from_the_first: bool
) -> None:
    """Refuse a replay that lacks a landing of its nights, or the state before them if there was one."""
    missing = [(planned.night, name) for planned in plan for name in _missing(site, planned)]
    row = connection.execute("select max(history_from) from ops.retention").fetchone()
    cut = None if is_from_the_first or row is None else row[0]
    if not missing and (cut is None or plan[0].night > cut):
        return
    whole_from = max([night for night, _ in missing], default=dt.date.min)
    possible = [p.night for p in plan if p.night > whole_from and (row is None or row[0] is None or p.night > row[0])]
    said = (
        f"{len(missing)} of its landings are gone, the first {missing[0][1]} of night {missing[0][0]}"
        if missing
        else f"the history before night {cut} was cut by retention"
    )
    raise NightNotCollectedError(
        f"replay from night {plan[0].night}: {said}; sources show only the present, so they cannot be collected again. "
        f"Restore them under {site.landing_root} from a backup, or "
        + (
            f"replay from what is kept: `doisoat replay --from {possible[0]}`"
            if possible
            else "leave the nights as they are"
        )
    )


def _missing(site: Site, planned: Planned) -> list[str]:
    """The landings the night was loaded from that are gone. A source that is no longer enabled is ignored."""
    if planned.reached == "open":
        return []
    wanted = [name for name in planned.landings or [] if name in site.source_ids]
    asked = [name for name, seal in (planned.look_ups or {}).items() if seal]
    wanted += [landing_name(name) for name in asked if name in site.settings.asked]
    missing = [name for name in wanted if not is_sealed(_directory(site, planned.night, name))]
    if planned.landings is None and not _is_collected(site, planned.night):
        missing.append("every landing")
    return missing


def _begin(connection: psycopg.Connection, site: Site, plan: list[Planned], run_id: str) -> None:
    """Archive what is published, roll the warehouse back to the night before, and record what has to be done."""
    first = plan[0].night
    revisions.set_aside(connection, first)
    connection.execute("delete from ops.replay")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ops.replay (night, reached, rests_on, run_id) values (%s, %s, %s, %s)",
            [(p.night, p.reached, Jsonb(p.rests_on) if p.rests_on else None, run_id) for p in plan],
        )
    _note_nights_on_disk(connection, plan)
    revisions.rewind_nights(connection, first)
    load_reference(connection, site.settings)
    # also a missed night: sources that do not deliver every night were loaded anyway
    (before,) = connection.execute("select max(night) from ops.load where night < %s", [first]).fetchone() or (None,)
    if before:
        identify(connection, before, as_a_whole=True)
    since = first if before else dt.date.min
    _derive_catalogues(connection, site, since)
    provinces.load_sealed(connection, site, since)


def _note_nights_on_disk(connection: psycopg.Connection, plan: list[Planned]) -> None:
    """Record nights whose landings the warehouse does not know (it was lost, or restored from an older backup)."""
    last = connection.execute("select max(night) from ops.night").fetchone()
    for planned in plan:
        if last is None or last[0] is None or planned.night > last[0]:
            connection.execute(
                """insert into ops.night (night, state)
                select day::date, case when day = %(night)s then 'open' else 'missed' end
                from generate_series(coalesce((select max(night) + 1 from ops.night), %(night)s)::timestamp, %(night)s, '1 day')
                    day""",
                {"night": planned.night},
            )


def _derive(site: Site, planned: Planned, run_id: str) -> Replayed:
    night = planned.night
    before = _standing(site, night)
    with writing(site.dsn) as connection:
        connection.execute(
            """update ops.night set run_id = %s, state = 'open', inputs = null, rests_on = null, touched_at = now()
            where night = %s""",
            [run_id, night],
        )
        if planned.reached != "open":
            loading.load_landings(connection, site, night, _landings(site, planned))
        if planned.reached == "missed":  # only sources that do not deliver every night were loaded
            order.miss(connection, night)
    try:
        _go_on(site, planned, run_id)
    except QualityGateError as error:
        log.warning("%s", error)
    with writing(site.dsn) as connection:
        connection.execute("delete from ops.replay where night = %s", [night])
        connection.execute(  # what was unfinished before must not look as if it were running now
            "update ops.night set touched_at = opened_at where night = %s and state in ('open', 'loaded', 'reconciled')",
            [night],
        )
        state = order.state_of(connection, night)
    after = _standing(site, night)
    return Replayed(night, state, after, is_new=after is not None and after != before)


def _go_on(site: Site, planned: Planned, run_id: str) -> None:
    """The steps after the load, up to the state the night had reached."""
    night = planned.night
    if planned.reached in ("open", "missed"):
        return
    if "inputs" in planned.checked:
        steps.check_night(site, night, stage="inputs", run_id=run_id)
    with writing(site.dsn) as connection:
        for source_id in site.settings.asked:
            _answer(connection, site, planned, source_id)
    if planned.reached == "loaded":
        return
    steps.reconcile_night(site, night, run_id=run_id)
    if "results" in planned.checked:
        steps.check_night(site, night, stage="results", run_id=run_id)
    if planned.reached in ("published", "blocked"):
        steps.publish_night(site, night, run_id=run_id)


def _answer(connection: psycopg.Connection, site: Site, planned: Planned, source_id: str) -> None:
    """Load what was answered that night; if the source had failed, nothing was loaded then and nothing is now."""
    night, name = planned.night, landing_name(source_id)
    seal = (planned.look_ups or {}).get(source_id)
    if is_sealed(_directory(site, night, name)) and (seal or planned.look_ups is None):
        landing = open_landing(site.landing_root, site.settings.province.id, night, name)
        loading.load_answers(connection, site, night, source_id, landing)
        return
    if planned.look_ups is None:
        was_quiet = source_id in site.look_up_only and not any(steps.wanted_of(connection, site, night, source_id))
    else:
        was_quiet = source_id in planned.look_ups and not seal
    if was_quiet:
        loading.load_answers(connection, site, night, source_id, None)


def _landings(site: Site, planned: Planned) -> dict[str, Landing]:
    names = site.source_ids if planned.landings is None else planned.landings
    for name in set(names) - set(site.source_ids):
        log.warning("night %s: source %s is no longer enabled and is ignored", planned.night, name)
    province_id = site.settings.province.id
    return {
        name: open_landing(site.landing_root, province_id, planned.night, name)
        for name in names
        if name in site.source_ids and is_sealed(_directory(site, planned.night, name))
    }


def _derive_catalogues(connection: psycopg.Connection, site: Site, since: dt.date) -> None:
    """Reload the catalogues read since that day. They belong to days: no night is based on them."""
    root, province_id = site.landing_root / SHELF, site.settings.province.id
    sealed = [
        open_landing(root, province_id, day, source_id)
        for day in _nights_on_disk(root / province_id)
        for source_id in site.settings.with_catalogue
        if day >= since and is_sealed(landing_directory(root, province_id, day, source_id))
    ]
    kept = {(landing.certificate.night, landing.certificate.source_id) for landing in sealed}
    loaded = connection.execute(
        "select synced_on, source_id from ops.catalogue_pull where synced_on >= %s and source_id = any (%s)",
        [since, site.settings.with_catalogue],
    ).fetchall()
    if not set(loaded) <= kept:
        log.warning("catalogues: a landing is gone, so what was read since %s is left unchanged", since)
        return
    for table in (CATALOGUE_ENTRY, CATALOGUE_DIFFERENCE):
        connection.execute(f"delete from {table.name} where from_night >= %s", [since])
        connection.execute(f"update {table.name} set to_night = 'infinity' where to_night >= %s", [since])
    connection.execute("delete from ops.catalogue_pull where synced_on >= %s", [since])
    for landing in sealed:
        try:
            load_catalogue(connection, landing)
        except LandingNotLoadableError as error:  # as on its own day
            log.warning("%s", error)


def _standing(site: Site, night: dt.date) -> int | None:
    with connect(site.dsn) as connection:
        row = connection.execute(
            "select revision from ops.publication where night = %s and withdrawn_at is null", [night]
        ).fetchone()
    return row[0] if row else None


def _is_collected(site: Site, night: dt.date) -> bool:
    return any(is_sealed(_directory(site, night, name)) for name in site.source_ids)


def _directory(site: Site, night: dt.date, name: str) -> Path:
    return landing_directory(site.landing_root, site.settings.province.id, night, name)


def _nights_on_disk(directory: Path) -> list[dt.date]:
    """The nights that have a folder in it, in order."""
    return sorted(night for night in map(night_named, store.nights(directory)) if night)


@contextmanager
def _alone(site: Site) -> Iterator[None]:
    """Allow one replay at a time; the lock ends with the process."""
    with connect(site.dsn) as connection:
        try_to_replay(connection)
        yield
