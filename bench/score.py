"""Measures the causes against the sandbox's answer key: `make score`.

For each cause that the key says can be seen: of the dossiers of which it was claimed, how many it is true of (precision); of
those it is true of, of how many it was claimed (recall). Where the evidence does not decide, a claimed cause is an error. A
cause that names what is seen (`decides: false`) claims nothing; nor does one that blames nobody, and one that the sandbox
does not plant (MEANS) is not judged.

In the last world the portal has no listing: it is known by its statistics and by look-ups of single dossiers. Much cannot be
seen then, so that recall says little there and does not count; what is claimed must be true all the same.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import doisoat.quality
import psycopg
import requests
from doisoat.connections import connection_from_environment
from doisoat.explain import UNDETERMINED, load_causes
from doisoat.nights import steps
from doisoat.province.file import ProvinceSettings, SourceSettings, load_province
from doisoat.province.site import Site
from doisoat.warehouse import migrate
from sandbox.world.reference import successions_csv
from standalone import postgres
from standalone.processes import Processes
from standalone.sandbox import Sandbox

from bench.located import located

QUALITY = Path(doisoat.quality.__file__).with_name("sql")
PROVINCE = Path(__file__).parents[1] / "config" / "lang_son.yaml"
NIGHTS = tuple(dt.date(2024, 4, day) for day in (17, 18, 19))
#: Three nights some weeks after the districts went.
REFORMED_NIGHTS = tuple(dt.date(2025, 8, day) for day in (20, 21, 22))
#: Six nights on which the portal's statistics can be asked by procedure: without listings nothing else says where it differs.
STATISTICS_NIGHTS = tuple(dt.date(2026, 3, day) for day in range(10, 16))
LOCAL = dt.timezone(dt.timedelta(hours=7))
#: What the sandbox calls what went wrong -> the causes that say so.
MEANS = {
    "never_pulled": {"not_pulled"},
    "two_codes": {"two_codes"},
    "resent_new_tail": {"sent_again_new_tail"},
    "code_overwritten": {"code_overwritten"},
    "rolled_back": {"never_seen_locally"},
    "deleted_locally": {"deleted_locally"},
    "deleted_without_trace": {"gone_locally"},
    "not_pushed_undated": {"no_receipt_date"},
    "not_pushed_converted": {"sync_overdue"},
    "not_pushed_odd_answer": {"sync_overdue"},
    "overdue_sync": {"sync_overdue"},
    "status_distorted": {"status_distorted"},
    "status_unmapped": {"status_not_mapped"},
    "progress_lost": {"progress_lost"},
    "wrong_agency": {"wrong_agency", "agency_of_same_name", "agency_succession"},
    "procedure_replaced": {"procedure_variant"},
    "receipt_moved": {"receipt_in_utc"},
    "test_dossier": {"test_dossier"},
    "repeated_locally": {"repeated_locally"},
    "repeated_nationally": {"repeated_nationally"},
    "code_claimed_twice": {"code_claimed_twice"},
    "left_out": {"left_out"},
    "on_portal_only": {"handled_by_ministry"},
    "group_partly_imported": {"group_partly_imported"},
    "imported_twice": {"imported_twice"},
}
#: What the sandbox plants in several ways -> the one of MEANS that it is counted as.
COUNTED_AS = {
    "recorded_twice": "repeated_locally",
    "resent_and_named": "resent_new_tail",
    "resent_old_id": "resent_new_tail",
    "status_unnamed": "status_unmapped",
}
#: The portal's listings: without them it is known by its statistics and by look-ups alone.
LISTINGS = frozenset({"national_export"})
#: Seed, rates, sources that the province does not have: the default world, five with other seeds and rates, one without listings.
WORLDS: tuple[tuple[int, str, frozenset[str]], ...] = (
    (1, "", frozenset()),
    (2, "lookalikes=2", frozenset()),
    (3, "two_codes=0.02,resent_new_tail=0.01,code_overwritten=0.01,repeated_nationally=0.01", frozenset()),
    (4, "deleted_locally=0.015,deleted_without_trace=0.01,rolled_back=0.01,never_pulled=0.02", frozenset()),
    (
        5,
        "status_distorted=0.02,status_unmapped=0.01,progress_lost=0.02,wrong_agency=0.01,receipt_moved=0.01",
        frozenset(),
    ),
    (6, "ministries=0.3,lookalikes=0.5,overdue_sync=0.02,not_pushed_undated=0.01", frozenset()),
    (7, "lookalikes=2", LISTINGS),
)
#: One more without listings, after 2025, when the portal's statistics can be asked by procedure (STATISTICS_NIGHTS).
WITH_STATISTICS = (8, "lookalikes=2", LISTINGS)
#: The checks of quality/ that say whether the ledger adds up.
LEDGER_CHECKS = ("ledger_adds_up", "ledger_adds_up_in_finest_cells")


@dataclass
class Score:
    """What was claimed and what is true, by cause of the key.

    Attributes:
        true, found: dossiers of which the cause is true and can be seen; those of which it was claimed.
        claimed, right: dossiers of which it was claimed; those of which it is true.
        wrong: (claimed cause, what the key says) of each wrong claim, counted.
        missed: (cause of the key, what was said instead) of each one that was not claimed, counted.
        differing, undetermined: dossiers with a gap; those of which no cause was claimed.
        standings: what is said of dossiers that the province or the portal holds alone, counted.
        unbalanced: cells in which the ledger does not add up.
        alone, located: dossiers that the province or the portal truly holds alone, received in a month whose statistics are
            asked for; those of which the portal's count of their cell (unit, procedure, month) is known.
    """

    true: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    claimed: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    differing: int = 0
    undetermined: int = 0
    standings: Counter[str] = field(default_factory=Counter)
    unbalanced: int = 0
    alone: int = 0
    located: int = 0

    def __add__(self, other: Score) -> Score:
        names = (one.name for one in fields(Score))
        return Score(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def precision(self, cause: str) -> float | None:
        """Of the dossiers of which it was claimed, the share of which it is true; None where it was not claimed."""
        return self.right[cause] / self.claimed[cause] if self.claimed[cause] else None

    def recall(self, cause: str) -> float | None:
        """Of the dossiers of which it is true, the share of which it was claimed; None where there is none."""
        return self.found[cause] / self.true[cause] if self.true[cause] else None


def score(key: Iterable[Mapping[str, Any]], said: Mapping[str, set[str]]) -> Score:
    """Hold what was said against the key.

    Args:
        key: the sandbox's answer key at the moment of the last night.
        said: "side key" of a record (`place`) -> the causes of its dossier's gaps.
    """
    result = Score()
    meant = {cause: kind for kind, causes in MEANS.items() for cause in causes}
    blaming = {cause.id for cause in load_causes() if cause.blames != "nobody"}
    claims = {cause.id for cause in load_causes() if cause.decides} & blaming & set(meant)
    key = list(key)
    partly = in_part(key)
    for line in key:
        causes = {cause for name in places(line) for cause in said.get(name, ())}
        claimed = {meant[cause] for cause in causes & claims}
        true = truths(line, partly)
        result.differing += bool(causes & (blaming | {UNDETERMINED}))
        result.undetermined += not claimed and bool(causes & (blaming | {UNDETERMINED}))
        if causes and not causes & (blaming | {UNDETERMINED}):
            continue  # not due yet: nobody is blamed
        for kind in true:
            result.true[kind] += 1
            result.found[kind] += kind in claimed
            if kind not in claimed:
                result.missed[kind, ", ".join(sorted(causes)) or "nothing"] += 1
        for kind in claimed:
            result.claimed[kind] += 1
            result.right[kind] += kind in true
            if kind not in true:
                result.wrong[kind, f"{line['kind']}{'' if line['decided'] else ' (undecided)'}"] += 1
    return result


def in_part(key: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """The ministries' dossiers (source, key) of groups that the province holds in part: some were imported, and some were not.

    A group is of one system, agency, procedure and day, of what the evidence leaves undetermined (sandbox/key/ministry_key.py);
    whichever kinds of dossier it is made of, nobody can tell which is the one that is missing.
    """
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in (row for line in key for row in line["ministry"] if row["provincial"] == "undetermined"):
        groups[row["source"], row["agency"], row["procedure"][:8], row["received_date"]].append(row)
    partly = [rows for rows in groups.values() if 0 < sum(bool(row["imported_as"]) for row in rows) < len(rows)]
    return {(row["source"], row["record_key"]) for rows in partly for row in rows}


def truths(line: Mapping[str, Any], partly: Collection[tuple[str, str]]) -> set[str]:
    """What is wrong with a dossier of the key and can be seen: its cause where the evidence decides it.

    A ministry's dossier that the province does not hold is left out, whatever else is wrong with it; of a group that is there
    in part (`in_part`) every one may be the one that is not.
    """
    cause = COUNTED_AS.get(line["cause"], line["cause"])
    true = {cause} if cause and line["showing"] and line["decided"] else set()
    for row in line["ministry"]:
        true -= {"left_out", "group_partly_imported"}
        true |= {"left_out"} if row["provincial"] == "absent" else set()
        true |= {"group_partly_imported"} if (row["source"], row["record_key"]) in partly else set()
    return true


def places(line: Mapping[str, Any]) -> set[str]:
    """The records under which a dossier of the key is held."""
    return {
        *(f"provincial {row['record_id']}" for row in line["local"]),
        *(f"national {row['code']}" for row in line["national"] if row["state"] == "present"),
        *(f"{row['source']} {row['record_key']}" for row in line["ministry"]),
    }


def said_of(dsn: str) -> dict[str, set[str]]:
    """`place` -> causes, as the warehouse says now."""
    said: dict[str, set[str]] = defaultdict(set)
    with psycopg.connect(dsn) as connection:
        for side, source_id, record_id, code, cause in connection.execute(
            """select s.side, r.source_id, r.record_id, r.dossier_code, c.cause
            from recon.cause c
            join core.dossier_record r using (dossier_id)
            join core.source s using (source_id)
            where c.to_night = 'infinity' and r.to_night = 'infinity'"""
        ):
            name = {"national": f"national {code}", "provincial": f"provincial {record_id}"}
            said[name.get(side, f"{source_id} {record_id}")].add(cause)
    return said


@dataclass(frozen=True)
class Drawn:
    """A world whose knobs were drawn at random, for which no rule was written: rates of what is 0 by default, how each system
    speaks, what each side states, and before or after the reform."""

    seed: int
    rates: str
    variant: str
    nights: tuple[dt.date, ...]


def drawn(seed: int) -> Drawn:
    """The world of a seed."""
    rng = random.Random(f"knobs {seed}")
    rates = ",".join(f"{name}={rng.uniform(0.004, 0.015):.4f}" for name in (*COUNTED_AS, "code_claimed_twice"))
    knobs = [f"submission_as_receipt={rng.random() < 0.5}", f"code_form={rng.choice(['2022', '2026'])}"]
    is_reformed = rng.random() < 0.5
    variant = ",".join([f"drawn-{seed}", *knobs, f"predecessor_ids={is_reformed}"])
    return Drawn(100 + seed, rates, variant, REFORMED_NIGHTS if is_reformed else NIGHTS)


def run_world(
    home: Path, dsn: str, seed: int, rates: str, dossiers: int, variant: str = "a", without: Collection[str] = (),
    nights: Sequence[dt.date] = NIGHTS,
) -> Score:  # fmt: skip
    """Some nights of a world, and how its causes were told.

    Args:
        without: sources that this province does not have.
    """
    sandbox = Sandbox(home / "sandbox", nights[-1], len(nights), dossiers, variant, seed=seed, rates=rates)
    processes = Processes(home / "sandbox")
    sandbox.start(processes, os.environ)
    try:
        sandbox.wait(processes)
        environment = {**sandbox.connections(), "AIRFLOW_CONN_WAREHOUSE": dsn}
        site = Site(
            _province(without, home), lambda name: connection_from_environment(name, environment), home / "landing"
        )
        for night in nights:
            _run_night(site, sandbox, night, with_catalogue=night == STATISTICS_NIGHTS[0])
        answer = requests.get(f"{sandbox.url}/control/key", timeout=120)
        answer.raise_for_status()
    finally:
        processes.stop()
    key = list(map(json.loads, answer.text.splitlines()))
    result = score(key, said_of(dsn))
    with psycopg.connect(dsn) as connection:
        result.alone, result.located = located(connection, key)
        result.unbalanced = sum(unexpected(connection, check, nights[-1])[0] for check in LEDGER_CHECKS)
        result.standings.update(_standings(connection))
    return result


def unexpected(connection: psycopg.Connection, check: str, night: dt.date = NIGHTS[-1]) -> tuple[int, int]:
    """How many cases of a night a check of quality/ finds at fault, and of how many."""
    row = connection.execute((QUALITY / f"{check}.sql").read_text(encoding="utf-8"), {"night": night}).fetchone()
    assert row is not None
    return row[0], row[1]


def _standings(connection: psycopg.Connection) -> dict[str, int]:
    query = """select standing, count(*) from recon.verdict
        where pair = 'national_provincial' and presence <> 'matched' and to_night = 'infinity' group by 1"""
    return dict(connection.execute(query).fetchall())


def _province(without: Collection[str], home: Path) -> ProvinceSettings:
    """Lạng Sơn, some sources switched off as a province file does it, with the world's successions; nobody is waited for."""
    settings = load_province(PROVINCE)
    file = home / "successions.csv"
    file.write_text(successions_csv(), encoding="utf-8")
    sources = {
        name: at_once(source.model_copy(update={"enabled": source.enabled and name not in without}))
        for name, source in settings.sources.items()
    }
    province = settings.province.model_copy(update={"successions": file})
    return settings.model_copy(update={"sources": sources, "province": province})


def at_once(source: SourceSettings) -> SourceSettings:
    """The source without a wait for its file to grow (2 s each), nor between two requests: nobody else writes or asks here."""
    is_file = source.kind in ("national_export", "file_drop", "report_workbook")
    options = {**source.options, **({"settle_seconds": 0} if is_file else {})}
    limits = source.limits.model_copy(update={"requests_per_second": None})
    return source.model_copy(update={"options": options, "limits": limits})


def _run_night(site: Site, sandbox: Sandbox, night: dt.date, *, with_catalogue: bool = False) -> None:
    at = dt.datetime.combine(night + dt.timedelta(days=1), dt.time(1), LOCAL)
    sandbox.set_clock(at)
    if with_catalogue:  # its ids are what the statistics are asked by
        steps.sync_catalogue(site, "national_statistics", at=at)
    steps.open_night(site, night, run_id="score")
    for source_id in site.settings.pulled:
        steps.collect_source(site, night, source_id)
    steps.load_night(site, night)
    for source_id in site.settings.asked:
        steps.look_up_source(site, night, source_id)
    steps.reconcile_night(site, night)
    with psycopg.connect(site.dsn) as connection:  # the checks are not what is measured
        connection.execute("update ops.night set state = 'published' where night = %s", [night])


def show(result: Score) -> str:
    """A table: cause, dossiers, precision, recall; then what was wrong."""
    lines = [f"{'cause':<24}{'true':>7}{'claimed':>9}{'precision':>11}{'recall':>9}"]
    for kind in MEANS:
        if result.true[kind] or result.claimed[kind]:
            shares = (_share(result.precision(kind)), _share(result.recall(kind)))
            lines.append(f"{kind:<24}{result.true[kind]:>7}{result.claimed[kind]:>9}{shares[0]:>11}{shares[1]:>9}")
    share = result.undetermined / result.differing if result.differing else 0
    lines.append(f"undetermined: {result.undetermined} of {result.differing} dossiers with a gap ({share:.3f})")
    told = ", ".join(f"{count} {standing}" for standing, count in result.standings.most_common())
    lines.append(f"held by one side alone: {told or 'none'}; cells that do not add up: {result.unbalanced}")
    if result.alone:
        share = result.located / result.alone
        lines.append(f"truly alone in months with statistics: {result.alone}, of which the cell is known: {share:.3f}")
    lines += [f"  wrong: {claim} of {kind}: {count}" for (claim, kind), count in result.wrong.most_common()]
    lines += [f"  missed: {kind}, said {said}: {count}" for (kind, said), count in result.missed.most_common()]
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def main() -> int:
    """Score the worlds; returns 1 where a cause that can be seen falls below 0.98, or the ledger does not add up."""
    parser = argparse.ArgumentParser(prog="make score", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--dossiers", type=int, default=20_000)
    parser.add_argument("--worlds", type=int, default=len(WORLDS) + 1, help="so many, the first ones")
    parser.add_argument("--drawn", type=int, default=10, help="so many more, whose knobs are drawn at random")
    parser.add_argument("--drawn-dossiers", type=int, default=2_500, help="the size of those: many small ones say more")
    parser.add_argument("--without-listings", action="store_true", help="only the worlds without the portal's listings")
    given = parser.parse_args()
    worlds = [world for world in (*WORLDS, WITH_STATISTICS)[: given.worlds] if not given.without_listings or world[2]]
    listed, unlisted = Score(), Score()
    with tempfile.TemporaryDirectory(prefix="doisoat-score-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        home.chmod(0o755)
        server = postgres.start(home, postgres.THROWAWAY_SETTINGS)
        try:
            for seed, rates, without in worlds:
                dsn = postgres.ensure_database(server, f"world_{seed}", may_create_roles=True)
                migrate(dsn)
                nights = STATISTICS_NIGHTS if seed == WITH_STATISTICS[0] else NIGHTS
                result = run_world(
                    home / f"world_{seed}", dsn, seed, rates, given.dossiers, without=without, nights=nights
                )
                lacking = f", without {', '.join(sorted(without))}" if without else ""
                print(f"\nworld {seed} {rates or '(default rates)'}{lacking}\n{show(result)}", flush=True)
                listed, unlisted = (listed, unlisted + result) if without else (listed + result, unlisted)
            for one in map(drawn, range(0 if given.without_listings else given.drawn)):
                dsn = postgres.ensure_database(server, f"world_{one.seed}", may_create_roles=True)
                migrate(dsn)
                result = run_world(home / f"world_{one.seed}", dsn, one.seed, one.rates, given.drawn_dossiers, one.variant,
                                   nights=one.nights)  # fmt: skip
                print(f"\nworld {one.seed} {one.variant}, {one.rates}, {one.nights[-1]}\n{show(result)}", flush=True)
                listed += result
        finally:
            postgres.stop(home)
    if not given.without_listings:
        print(f"\nall worlds with listings\n{show(listed)}")
    shares = [listed.precision(kind) for kind in MEANS] + [unlisted.precision(kind) for kind in MEANS]
    shares += [listed.recall(kind) for kind in MEANS]
    worst = min((share for share in shares if share is not None), default=0.0)
    return int(worst < 0.98 or listed.unbalanced + unlisted.unbalanced > 0)


if __name__ == "__main__":
    raise SystemExit(main())
