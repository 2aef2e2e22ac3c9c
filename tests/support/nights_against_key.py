"""Nights over real HTTP against the sandbox, without Airflow, and what came of them held against its answer key.

Each function that compares returns what disagrees, counted, so that a failing test says which kinds of dossiers it is.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import requests
from doisoat.connections import connection_from_environment
from doisoat.nights import steps
from doisoat.province.file import load_province
from doisoat.province.site import Site
from sandbox.world.rates import true_rates
from sandbox.world.reference import agencies
from standalone.processes import Processes
from standalone.sandbox import Sandbox

from bench.score import at_once

NIGHTS = tuple(dt.date(2024, 4, day) for day in (17, 18, 19))
LOCAL = dt.timezone(dt.timedelta(hours=7))
#: What the key says can be known of a ministry's dossier -> what the verdict says: presence and evidence.
KNOWABLE = {
    "matched_by_code": {("matched", "listed")},
    "matched_by_link": {("matched", "listed")},
    "matched_by_time": {("matched", "receipt_time")},
    "grouped": {("matched", "counted_in_group")},
    "undetermined": {("undetermined", "listed")},
    "absent": {("ministry_only", "listed")},
}
#: On the portal it may be known by the code of the province's dossier that it is, which goes before all that time tells;
#: and the portal's code, by which the key would know it, has no column in the spreadsheet: then time tells.
_BY_CODE_OR_TIME = {("matched", "receipt_time"), ("matched", "listed")}
KNOWABLE_ON_PORTAL = {**KNOWABLE, "matched_by_time": _BY_CODE_OR_TIME, "matched_by_link": _BY_CODE_OR_TIME}
#: A second code that no record links to the dossier stands alone on the portal: which dossier it repeats is a matter of
#: causes ("Explain every gap"), not of presence. So is an import under a new code beside the ministry's own push.
UNLINKED = frozenset({("resent_new_tail", "both", "national_only"), ("code_overwritten", "both", "national_only")})
#: How the key's rows of the province are found under each of its systems.
RECORD_ID = {
    "igate": lambda row: row["record_id"],
    "opencps": lambda row: str(row["opencps"]["dossier_id"]),
}
#: The province waits for another office: the portal knows no such status, and it is sent as "in process".
INTEROPERATING, IN_PROCESS = "41", "4"
Key = list[dict[str, Any]]


@contextmanager
def served(home: Path, dossiers: int, variant: str = "a") -> Iterator[Sandbox]:
    """A world served over HTTP by a process of its own, until the block ends."""
    sandbox = Sandbox(home, NIGHTS[-1], nights=len(NIGHTS), dossiers=dossiers, variant=variant)
    processes = Processes(home)
    sandbox.start(processes, os.environ)
    try:
        sandbox.wait(processes)
        yield sandbox
    finally:
        processes.stop()


def site_of(province: Path, home: Path, dsn: str, connections: Mapping[str, str]) -> Site:
    """A province at work: its file, a warehouse, and connections in Airflow's form (AIRFLOW_CONN_*).

    It does not wait for a file to grow (2 s each) nor between two requests: nobody else writes or asks here, and both have
    tests of their own.
    """
    environment = {**connections, "AIRFLOW_CONN_WAREHOUSE": dsn}
    settings = load_province(province)
    sources = {name: at_once(source) for name, source in settings.sources.items()}
    return Site(
        settings=settings.model_copy(update={"sources": sources}),
        connections=lambda name: connection_from_environment(name, environment),
        landing_root=home / "landing",
    )


def run_night(site: Site, sandbox: Sandbox, night: dt.date) -> None:
    """Every step of a night, at 01:00 of the day after."""
    sandbox.set_clock(dt.datetime.combine(night + dt.timedelta(days=1), dt.time(1), LOCAL))
    steps.open_night(site, night, run_id="test")
    for source_id in site.settings.pulled:
        steps.collect_source(site, night, source_id)
    steps.load_night(site, night)
    steps.check_night(site, night, stage="inputs")
    for source_id in site.settings.asked:
        steps.look_up_source(site, night, source_id)
    steps.reconcile_night(site, night)
    steps.check_night(site, night, stage="results")
    steps.publish_night(site, night)


def key_of(sandbox: Sandbox) -> Key:
    """The answer key of the sandbox's moment."""
    answer = requests.get(f"{sandbox.url}/control/key", timeout=60)
    answer.raise_for_status()
    return [json.loads(line) for line in answer.text.splitlines()]


def ministries_of(site: Site) -> list[str]:
    """The enabled sources of ministries' systems."""
    return [name for name in site.source_ids if site.settings.sources[name].side == "ministry"]


# presence ---------------------------------------------------------------------------------------------------------
def wrongly_present(connection: psycopg.Connection, key: Key, system: str = "igate") -> Counter[tuple[Any, ...]]:
    """(kind, presence by the key, presence by the verdict) of each row whose dossier is judged otherwise.

    Args:
        system: which of the province's systems was read.
    """
    said = _presence(connection)
    wanted = {"both": "matched", "national_only": "national_only", "provincial_only": "provincial_only"}
    return Counter(
        (line["kind"], line["presence"], found)
        for line in key
        if line["presence"] in wanted
        for side, row in _present_rows(line)
        if (found := said.get(_place(side, row, system))) != wanted[line["presence"]]
    )


def _presence(connection: psycopg.Connection) -> dict[tuple[str, str], str]:
    """(source, record id) or ("national", code) -> presence."""
    return {
        ("national", code) if side == "national" else (source_id, record_id): presence
        for side, source_id, record_id, code, presence in connection.execute(
            """select s.side, r.source_id, r.record_id, r.dossier_code, coalesce(v.presence, 'matched')
            from core.dossier_record r
            join core.source s on s.source_id = r.source_id and s.side <> 'ministry'
            left join recon.verdict v on v.pair = 'national_provincial' and v.dossier_id = r.dossier_id
                and v.to_night = 'infinity'
            where r.to_night = 'infinity' and not r.is_removed"""
        ).fetchall()
    }


def _present_rows(line: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for side in ("local", "national"):
        yield from ((side, row) for row in line[side] if row["state"] == "present")


def _place(side: str, row: dict[str, Any], system: str) -> tuple[str, str]:
    return ("national", row["code"]) if side == "national" else (system, RECORD_ID[system](row))


def wrongly_covered(
    connection: psycopg.Connection, key: Key, source_ids: Sequence[str], side: str
) -> Counter[tuple[Any, ...]]:
    """(source, kind, what can be known by the key, what the verdict says) of each ministry's dossier judged otherwise.

    Args:
        side: against which the ministries are compared, "provincial" or "national".
    """
    said = {
        (source_id, record_id): (presence, evidence)
        for source_id, record_id, presence, evidence in connection.execute(
            """select r.source_id, r.record_id, coalesce(v.presence, 'matched'), coalesce(v.evidence, 'listed')
            from core.dossier_record r
            join core.source s on s.source_id = r.source_id and s.side = 'ministry'
            left join recon.verdict v on v.pair = %s and v.dossier_id = r.dossier_id and v.to_night = 'infinity'
            where r.to_night = 'infinity' and r.duplicate_rank = 1""",
            [f"ministry_{side}"],
        ).fetchall()
    }
    knowable = KNOWABLE if side == "provincial" else KNOWABLE_ON_PORTAL
    return Counter(
        (row["source"], kind, row[side], found)
        for kind, row in _ministry_rows(key, source_ids)
        if (found := said.get((row["source"], row["record_key"]))) not in knowable[row[side]]
    )


def _ministry_rows(key: Key, source_ids: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in key:
        for row in line["ministry"]:
            if row["state"] == "present" and row["source"] in source_ids:
                yield line["kind"], row


# completeness -----------------------------------------------------------------------------------------------------
def held_otherwise(
    connection: psycopg.Connection, key: Key, ministries: Sequence[str], system: str = "igate"
) -> dict[str, tuple[int, int]]:
    """Source -> (rows held, rows by the key) where they are not as many or not the same ones; removed rows left out."""
    held: dict[str, Counter[str]] = {name: Counter() for name in (system, "national", *ministries)}
    for side, source_id, record_id, code in connection.execute(
        """select s.side, r.source_id, r.record_id, r.dossier_code
        from core.dossier_record r join core.source s using (source_id)
        where r.to_night = 'infinity' and not r.is_removed and s.has_listing"""
    ).fetchall():
        held["national" if side == "national" else source_id][code if side == "national" else record_id] += 1
    known: dict[str, Counter[str]] = {name: Counter() for name in held}
    for line in key:
        for side, row in _present_rows(line):
            source, record = _place(side, row, system)
            known[source][record] += 1
    for _, row in _ministry_rows(key, ministries):
        known[row["source"]][row["record_key"]] += 1
    return {name: (held[name].total(), known[name].total()) for name in held if held[name] != known[name]}


def incomplete_pulls(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    """(night, source, state, reason) of every pull that is not fresh and complete, or stands where none was expected."""
    return connection.execute(
        """select night, source_id, state, incomplete_reason from ops.pull
        where state not in ('fresh', 'standing') or is_complete is distinct from true order by 1, 2"""
    ).fetchall()


def failed_checks(connection: psycopg.Connection) -> list[tuple[Any, ...]]:
    """(night, check, outcome, what was seen) of every check that did not pass."""
    return connection.execute(
        """select night, check_id, outcome, unexpected_count from ops.check_result
        where outcome <> 'passed' order by 1, 2"""
    ).fetchall()


# statuses ---------------------------------------------------------------------------------------------------------
def wrong_statuses(
    connection: psycopg.Connection, key: Key, ministries: Sequence[str] = (), system: str = "igate"
) -> Counter[tuple[Any, ...]]:
    """(source, the source's word, status by the key, ours) of each record whose status is taken for another.

    Of the province's rows those of ministries' dossiers are left out: the key tells the status of a dossier, and an
    imported row may have stood still at another. A code that the portal holds twice may have either's status.

    Args:
        ministries: those that state statuses.
    """
    wanted: dict[tuple[str, str], set[str]] = {}
    for line in key:
        for side, row in _present_rows(line):
            if side == "national":
                wanted.setdefault(("national", row["code"]), set()).add(row["status"])
            elif not line["ministry"]:
                wanted[_place(side, row, system)] = {_sent(line["status"])}
    for _, row in _ministry_rows(key, ministries):
        wanted[row["source"], row["record_key"]] = {_sent(row["status"])}
    return Counter(
        (source_id, word, "/".join(sorted(wanted[place])), status)
        for place, source_id, word, status in _statuses(connection)
        if place in wanted and (status or "") not in wanted[place]
    )


def _statuses(connection: psycopg.Connection) -> Iterator[tuple[tuple[str, str], str, str | None, str | None]]:
    for side, source_id, record_id, code, word, status in connection.execute(
        """select s.side, r.source_id, r.record_id, r.dossier_code, r.status_code, r.status
        from core.dossier_record r join core.source s using (source_id)
        where r.to_night = 'infinity' and not r.is_removed and s.has_listing"""
    ).fetchall():
        yield ("national", code) if side == "national" else (source_id, record_id), source_id, word, status


def _sent(status: int) -> str:
    return IN_PROCESS if str(status) == INTEROPERATING else str(status)


# rates ------------------------------------------------------------------------------------------------------------
def wrong_rates(connection: psycopg.Connection, key: Key) -> dict[tuple[str, str | None, str], tuple[Any, ...]]:
    """(rate, agency, month) -> (true rate, ratio at least, at most) of each rate that does not hold the true one.

    An agency is meant with all below it; None is the whole.
    """
    found = {
        (indicator, agency, f"{month:%Y-%m}"): (least, most)
        for indicator, agency, month, least, most in connection.execute(
            """select indicator, agency_id, period_start, ratio_least, ratio_most from mart.rate_month
            where is_latest and ratio_least is not null"""
        ).fetchall()
    }
    return {
        (name, agency, month): (f"{part}/{whole}", *found.get((name, agency, month), (None, None)))
        for name, by in true_rates(key, agencies()).items()
        for (agency, month), (part, whole) in by.items()
        if (name, agency, month) not in found
        or not found[name, agency, month][0] <= round(Decimal(part) / whole, 6) <= found[name, agency, month][1]
    }
