"""One night, step by step: what each task of the Dag calls, and what a script without Airflow may call in this order.

    open_night -> collect_source (each source on its own) -> load_night -> check_night("inputs")
        -> look_up_source (each that can be asked) -> reconcile_night -> check_night("results") -> publish_night
        -> write_papers, write_open_table -> tell_night, however the others ended

An operator's decision about a night that a check blocked is handled by doisoat.nights.acceptance.
Every step may be repeated; a step of a night that later nights build on changes nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

import psycopg

from doisoat.collect.known import key_of, screen_of
from doisoat.collect.landing import is_sealed, landing_directory, sealed_landings, sealed_nights, versions
from doisoat.errors import NightNotCollectedError, NightOrderError, QualityGateError, SourceError
from doisoat.load.landings import inputs_hash, keep_as_loaded, load_answers, load_landings, refuse_unsealed
from doisoat.load.pulls import forget_failure, record_failure, stand_ins
from doisoat.load.reference import load_reference
from doisoat.nights.waiting import waited_for
from doisoat.province.file import ProvinceSettings
from doisoat.province.site import Site
from doisoat.province.working_days import FIRST_DAY
from doisoat.warehouse import connect, order, revisions, writing

log = logging.getLogger(__name__)

#: What to do about a check that could not be run.
BROKEN = (
    "A broken check could not run and says nothing about the data: fix its query (include/doisoat/quality/sql) or the "
    "warehouse's schema (`doisoat migrate`), then run the night again"
)


def open_night(site: Site, night: dt.date, *, run_id: str, collect_late: bool = False) -> None:
    """Take the night for this run, once the night before is finished.

    Args:
        night: the local calendar date to report on.
        run_id: identifies this run; a later run of the same night takes it over.
        collect_late: allow collecting a night whose own time is past (the landing is marked).

    Raises:
        NightOrderError: it has not ended yet in the province, or it is before the first day of the calendar; nothing is
            written. See doisoat.warehouse.order.open_night for the other rules on the order of nights.
    """
    refuse_impossible(site.settings, night, now=dt.datetime.now(dt.UTC))
    sealed = sealed_nights(site.landing_root, site.settings.province.id)
    with writing(site.dsn) as connection:
        order.claim(connection, site.settings.province.id)
        order.open_night(connection, night, run_id=run_id, collect_late=collect_late, sealed=sealed)
    log.info("night %s is open for %s", night, run_id)


def refuse_impossible(settings: ProvinceSettings, night: dt.date, *, now: dt.datetime) -> None:
    """Refuse a night that has not ended yet, and one before the first day of the calendar; see open_night."""
    today = now.astimezone(settings.timezone).date()
    if night >= today:
        last = dt.date.fromordinal(today.toordinal() - 1)
        raise NightOrderError(
            f"night {night}: it has not ended yet in {settings.timezone}, where it is {today}; nothing was written. "
            f"The last night that has ended is {last}"
        )
    if night < FIRST_DAY:
        raise NightOrderError(
            f"night {night}: the calendar begins on {FIRST_DAY}, before there was a portal; nothing was written. Check the year"
        )


def collect_source(site: Site, night: dt.date, source_id: str, *, run_id: str | None = None) -> dict[str, Any]:
    """Pull one source and seal its landing, or find it sealed already; returns its certificate in short.

    Nothing is pulled for a night that later nights build on: it could not be loaded, and a file would be read in vain. In
    a planned outage (`outages` in the province file) the source is asked once, and no answer is not an error.
    """
    try:
        told = _collect(site, night, source_id, run_id)
    except SourceError as error:
        outage = site.settings.outage_of(source_id, night)
        _note_failure(site, night, error)
        if outage is None:
            raise
        log.info("%s: outage planned (%s), and it does not answer: %s", source_id, outage.reason, error.came)
        return {"received": 0, "requests": 0, "mode": "outage planned", "is_complete": False}
    if told["mode"] != "too late":
        with connect(site.dsn) as connection:
            forget_failure(connection, night, source_id)
    return told


def _collect(site: Site, night: dt.date, source_id: str, run_id: str | None) -> dict[str, Any]:
    from doisoat.collect import collect
    from doisoat.load.held import WarehouseHolding
    from doisoat.load.procedures import wanted_procedures
    from doisoat.sources.registry import make_source

    settings = waited_for(site, night, source_id)
    source = make_source(source_id, settings, site.connections(source_id), *site.settings.reads_with)
    if settings.expected_every_days > 1 and not source.has_news() and source_id not in sealed_landings(site, night):
        source.close()
        log.info("%s: nothing new; data are expected every %s days", source_id, settings.expected_every_days)
        return {"received": 0, "requests": 0, "mode": "nothing new", "is_complete": True}
    with order.at_work(site.dsn, night, run_id) as connection:
        if not order.is_latest(connection, night) and source_id not in sealed_landings(site, night):
            source.close()
            log.info("%s: later nights build on %s: what arrives now belongs to them", source_id, night)
            return {"received": 0, "requests": 0, "mode": "too late", "is_complete": False}
        was_sealed = is_sealed(landing_directory(site.landing_root, site.settings.province.id, night, source_id))
        collect_late = connection.execute("select collects_late from ops.night where night = %s", [night]).fetchone()
        try:
            landing = collect(
                source,
                province_id=site.settings.province.id,
                night=night,
                held=WarehouseHolding(connection, source_id, night),
                landing_root=site.landing_root,
                versions=versions(site),
                screen=screen_of(site.settings, source_id, key_of(connection)),
                collect_late=bool(collect_late and collect_late[0]),
                procedures=[] if was_sealed else wanted_procedures(connection, source, night),
            )
        finally:
            source.close()
    certificate = landing.certificate
    if landing.manifest.withheld:
        log.warning("%s: values that nothing knows were kept as fingerprints: %s; `doisoat check` shows them", source_id,
                    landing.manifest.withheld)  # fmt: skip
    how = "sealed before, not asked again" if was_sealed else "asked"
    log.info("%s: %s; %s rows in %s requests, cut-off %s", source_id, how, certificate.received, certificate.requests,
             certificate.cut_off)  # fmt: skip
    return {"received": certificate.received, "requests": certificate.requests, "mode": certificate.mode,
            "is_complete": certificate.is_complete, "was_sealed": was_sealed}  # fmt: skip


def load_night(site: Site, night: dt.date, *, run_id: str | None = None) -> dict[str, dict[str, int]]:
    """Load every sealed landing of the night; a source without one is stale and its last good snapshot stays in use.

    So is a source whose pull the flood guard holds (doisoat.load.flood_guard), or whose landing the warehouse cannot take
    (doisoat.load.not_loadable).

    Returns, by source, what became of the rows; for a source whose earlier snapshot is used, its state and the age in
    nights (`{"stale": 2}`; rows that were not loaded as `held` or `not_loadable`); empty if exactly this was loaded before.

    Raises:
        NightNotCollectedError: none of the sources that are read every night has a landing that could be loaded: the night
            does not count.
        NightOrderError: later nights build on this one, and what is sealed is not what they were built on.
    """
    missed: NightNotCollectedError | None = None
    landings = sealed_landings(site, night)
    inputs = inputs_hash(site, landings)
    with writing(site.dsn) as connection:
        order.hold(connection, night, run_id)
        loaded = connection.execute("select inputs from ops.night where night = %s", [night]).fetchone()
        if loaded == (inputs,):
            log.info("night %s: already loaded from exactly these landings", night)
            return {}
        if not order.is_latest(connection, night):
            keep_as_loaded(connection, night, landings)
            return {}
        refuse_unsealed(connection, site, night, landings)
        if order.is_begun(connection, night):
            revisions.set_aside(connection, night)
            revisions.rewind_nights(connection, night)
        counts = load_landings(connection, site, night, landings)
        standing_in = stand_ins(connection, night)
        taken = [source_id for source_id in landings if "not_loadable" not in counts[source_id]]
        if not any(site.expected_every[source_id] == 1 for source_id in taken):
            missed = order.miss(connection, night)  # occasional sources are loaded anyway: their files are gone
    if missed:
        raise missed
    for source_id, count in counts.items():
        log.info("%s: %s", source_id, count)
    for source_id, state, age, said in standing_in:
        if source_id not in site.look_up_only:  # that is asked later
            counts.setdefault(source_id, {})[state] = age or 0
            log.log(logging.INFO if state == "standing" else logging.WARNING, "%s: %s", source_id, said)
    return counts


def look_up_source(site: Site, night: dt.date, source_id: str, *, run_id: str | None = None) -> dict[str, int]:
    """Ask a source for the dossiers that tonight's listings leave undecided, seal the answers and load them.

    Returns how many codes were wanted, asked for and held; nothing if later nights build on this one, or if the source
    does not answer during a planned outage.
    """
    try:
        return _look_up(site, night, source_id, run_id)
    except SourceError as error:
        if source_id in site.look_up_only:
            _note_failure(site, night, error)
        outage = site.settings.outage_of(source_id, night)
        if outage is None:
            raise
        log.info("%s: outage planned (%s), and it does not answer: %s", source_id, outage.reason, error.came)
        return {"wanted": 0, "asked": 0, "held": 0}


def _look_up(site: Site, night: dt.date, source_id: str, run_id: str | None) -> dict[str, int]:
    from doisoat.collect.look_ups import collect_look_ups
    from doisoat.load.look_ups import control_codes
    from doisoat.sources.registry import make_source

    settings = site.settings.sources[source_id]
    with order.at_work(site.dsn, night, run_id) as connection:
        if not order.is_latest(connection, night):
            return {}
        wanted, spare = wanted_of(connection, site, night, source_id)
        controls = control_codes(connection, source_id, night)
        screen = screen_of(site.settings, source_id, key_of(connection))
        source = make_source(source_id, settings, site.connections(source_id), *site.settings.reads_with)
        try:
            landing = collect_look_ups(source, wanted, spare=spare, controls=controls, province_id=site.settings.province.id,
                                       night=night, landing_root=site.landing_root, versions=versions(site),
                                       screen=screen)  # fmt: skip
        finally:
            source.close()
    with writing(site.dsn) as connection:
        order.hold(connection, night, run_id)
        if not order.is_latest(connection, night):
            return {}
        counts = load_answers(connection, site, night, source_id, landing)
    log.info("%s: %s", source_id, counts)
    return counts


def wanted_of(
    connection: psycopg.Connection, site: Site, night: dt.date, source_id: str
) -> tuple[list[str], list[str]]:
    """The codes worth asking this source for tonight, most informative first: those due, and those for what is left."""
    from doisoat.load.look_ups import wanted_codes
    from doisoat.reconcile.run import night_end

    settled_before = site.settings.lag_began(night_end(site.settings, night))
    age_days = site.settings.sources[source_id].limits.look_up_age_days
    return wanted_codes(connection, source_id, night, settled_before=settled_before, age_days=age_days)


def sync_catalogue(site: Site, source_id: str, *, at: dt.datetime) -> dict[str, int]:
    """Read a source's catalogues, seal and load them; returns how many entries and differences there are now, nothing at all
    where it keeps none on that day.

    Args:
        at: when the run was due; its local calendar date is the day on which the catalogue was read.
    """
    from doisoat.collect.catalogues import collect_catalogue
    from doisoat.load.catalogues import load_catalogue
    from doisoat.sources.registry import make_source

    settings = site.settings.sources[source_id]
    with connect(site.dsn) as connection:
        screen = screen_of(site.settings, source_id, key_of(connection))
    source = make_source(source_id, settings, site.connections(source_id), *site.settings.reads_with)
    day = at.astimezone(site.settings.timezone).date()
    try:
        if not source.keeps_catalogue(day):
            log.info("%s: it keeps no catalogue on %s", source_id, day)
            return {}
        landing = collect_catalogue(source, province_id=site.settings.province.id, day=day, clock=at,
                                    landing_root=site.landing_root, versions=versions(site),
                                    screen=screen)  # fmt: skip
    finally:
        source.close()
    with writing(site.dsn) as connection:
        load_reference(connection, site.settings)
        counts = load_catalogue(connection, landing)
    log.info("%s: %s", source_id, counts)
    return counts


def check_night(site: Site, night: dt.date, *, stage: str, run_id: str | None = None) -> None:
    """Check what was loaded ("inputs") or what will be published ("results") and store the outcome in ops.check_result.

    Raises:
        QualityGateError: a critical check failed or could not run; the night is blocked.
    """
    from doisoat.quality import blocking, can_be_accepted, run_checks, told
    from doisoat.reports.night_page import unmapped_in_short

    with order.at_work(site.dsn, night, run_id) as connection:
        if order.is_latest(connection, night):
            run_checks(site, night, stage=stage, run_id=run_id)
            for said in unmapped_in_short(connection, night) if stage == "inputs" else ():
                log.warning("%s", said)
    with writing(site.dsn) as connection:
        order.hold(connection, night, run_id)
        blocked, latest = blocking(connection, night, stage=stage), order.is_latest(connection, night)
        if latest:
            order.note_checked(connection, night, stage)
        if blocked and latest:
            revisions.withdraw(connection, night)
            order.set_state(connection, night, "blocked")
    if not blocked:
        return
    is_acceptable = latest and can_be_accepted(blocked)
    error = QualityGateError(
        f"night {night}, {stage}: critical checks failed: {told(blocked)}; nothing is published, the last good night "
        f"stays. See `doisoat checks --night {night}`, fix the cause and run the night again"
        + (f", or decide: doisoat publish --night {night} --accept REASON" if is_acceptable else "")
        + ("" if all(check.outcome != "broken" for check in blocked) else f". {BROKEN}")
    )
    error.acceptable = told(blocked) if is_acceptable else None
    raise error


def reconcile_night(site: Site, night: dt.date, *, run_id: str | None = None) -> None:
    """Compare the sides and store verdicts, differences, the ledger, the counts of each cell and the rates."""
    from doisoat.rates.run import indicate
    from doisoat.reconcile import reconcile

    with writing(site.dsn) as connection:
        order.hold(connection, night, run_id)
        if not order.is_latest(connection, night):
            log.info("night %s: later nights build on it; nothing to do", night)
            return
        revisions.set_aside(connection, night)
        comparison = reconcile(connection, site.settings, night)
        indicate(connection, site.settings, comparison)
        if order.state_of(connection, night) == "loaded":
            order.set_state(connection, night, "reconciled")
    log.info("night %s: compared as of %s", night, comparison.as_of)


def publish_night(site: Site, night: dt.date, *, run_id: str | None = None) -> int:
    """Let analysts see the night, if both stages of checks passed or were accepted; returns the revision.

    Raises:
        QualityGateError: a stage was not checked, or a critical check in it failed and nobody accepted that.
    """
    from doisoat.quality import blocking, carry_over, told
    from doisoat.rates.outlook import keep_outlook

    with writing(site.dsn) as connection:
        order.hold(connection, night, run_id)
        for stage in ("inputs", "results"):
            blocked = blocking(connection, night, stage=stage)
            if blocked:
                raise QualityGateError(f"night {night}: not published; {stage}: {told(blocked)}")
        if order.is_latest(connection, night):
            keep_outlook(connection, site.settings, night)
        revision = order.publish(connection, night, run_id)
        carry_over(connection, night, revision)
        return revision


def write_papers(site: Site, night: dt.date) -> list[str]:
    """Write the papers that are due once the night is published (docs/papers.md); returns their folders."""
    from doisoat.papers.write import write_after

    with connect(site.dsn) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return list(map(str, write_after(connection, site.settings, night, site.papers_root)))


def write_open_table(site: Site, night: dt.date) -> list[str]:
    """Write the published night into the open table, if there is one (docs/open_table.md); returns what is new in it.

    Raises:
        TableNotWrittenError: its store did not take or give something; the night itself is not affected.
    """
    from doisoat.open_table.store import Store
    from doisoat.open_table.write import synchronise

    if site.open_table is None:
        return []
    made = synchronise(site, Store(site.open_table), [night])
    return [f"{commit.night}, revision {commit.revision}: {commit.rows} rows" for commit in made]


def tell_night(
    site: Site, night: dt.date, *, dag_id: str | None = None, run_id: str | None = None, failed: Sequence[str] = ()
) -> int:
    """Send the alerts that are due, and the night's metrics if they are wanted; returns how many alerts were sent.

    Args:
        failed: the tasks of the run that failed for good.

    Raises:
        NewsNotSentError, MetricsNotSentError: a receiver did not accept them; the night itself is not affected.
    """
    from doisoat import news
    from doisoat.news import metrics

    try:
        return len(news.tell(site, night=night, dag_id=dag_id, run_id=run_id, failed=failed))
    finally:
        metrics.send(site, night)


def tell_late(site: Site, at: dt.datetime) -> int:
    """Alert if the night that has to be published by then is not, and send whatever else was not sent yet.

    Args:
        at: when the morning run was due.
    """
    from doisoat import news

    due = news.due_night(site.settings, at)
    return len(news.tell(site, night=due, due=due))


def tell_run(site: Site, at: dt.datetime, *, dag_id: str, run_id: str, failed: Sequence[str]) -> int:
    """Alert about failed tasks of a run that is not a night's, as of the last night that has to be published by then."""
    from doisoat import news

    return len(news.tell(site, night=news.due_night(site.settings, at), dag_id=dag_id, run_id=run_id, failed=failed))


def _note_failure(site: Site, night: dt.date, error: SourceError) -> None:
    with connect(site.dsn) as connection:
        record_failure(connection, night, error)
