"""`python -m bench.shards`: which statements of a night would cross shards, if dossiers were spread over servers.

Nights of a small world run on a server that explains all it does (auto_explain, verbose); each plan is held against
bench/shards.yaml, which says by what column a table would be spread. A join of two spread tables stays within a shard if it
carries the column of both; so does a write whose rows come from the same shard. Nothing here runs on Citus, or says how it would
plan: only what a statement asks to be brought together.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import yaml
from doisoat.warehouse import migrate
from standalone import postgres
from standalone.processes import Processes
from standalone.sandbox import Sandbox

from bench import nights
from bench.reconcile import ROOT

HERE = Path(__file__).parent
SETTINGS = {
    **postgres.THROWAWAY_SETTINGS,
    "shared_preload_libraries": "auto_explain,pg_stat_statements",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_verbose": "on",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
    "max_parallel_workers_per_gather": "0",
    "logging_collector": "on",
    "log_destination": "jsonlog",
    "log_rotation_size": "0",
}
#: What a statement asks for, the least first; the worst of its joins decides.
LOCAL, PASSED_ON, GATHERED, CROSSING = "within a shard", "by a temporary table", "gathered", "across shards"
CLASSES = {
    LOCAL: "reads and joins by the column that both are spread by, or no spread table at all",
    PASSED_ON: "joins or writes by that column, with a temporary or staging table: local once that one is spread likewise",
    GATHERED: "brings rows of all shards together to count, sort or number them, or fills a table that is not spread",
    CROSSING: "joins or writes spread tables by another column",
}
_EQUAL = re.compile(r'\((?:"?(\w+)"?\.)"?(\w+)"? = (?:"?(\w+)"?\.)"?(\w+)"?\)')
_CONDITIONS = ("Hash Cond", "Merge Cond", "Join Filter", "Index Cond", "Recheck Cond", "Filter")
_JOINS = ("Nested Loop", "Hash Join", "Merge Join")


@dataclass
class Part:
    """What a part of a plan reads.

    Attributes:
        spread: alias -> the column by which its table is spread; of what is derived, of the tables below.
        passing: aliases of temporary and staging tables.
        tables: the names of all.
    """

    spread: dict[str, set[str]] = field(default_factory=dict)
    passing: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)

    def add(self, other: Part) -> None:
        for alias, columns in other.spread.items():
            self.spread.setdefault(alias, set()).update(columns)
        self.passing |= other.passing
        self.tables |= other.tables

    def derived(self, alias: str) -> Part:
        """The same under one more name: a subquery or a CTE."""
        columns = set().union(*self.spread.values())
        part = Part(dict(self.spread), set(self.passing), set(self.tables))
        if columns:
            part.spread[alias] = columns
        elif self.passing:
            part.passing.add(alias)
        return part


@dataclass
class Found:
    """What a statement asks for: its class, and why."""

    kind: str = LOCAL
    why: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)

    def worse(self, kind: str, why: str) -> None:
        order = list(CLASSES)
        if order.index(kind) > order.index(self.kind):
            self.kind, self.why = kind, set()
        if kind == self.kind != LOCAL:
            self.why.add(why)


def load_columns() -> dict[str, str]:
    """Table -> the column by which it would be spread."""
    told: dict[str, list[str]] = yaml.safe_load((HERE / "shards.yaml").read_text(encoding="utf-8"))
    return {table: column for column, tables in told.items() for table in tables}


def judged(plan: Mapping[str, Any], columns: Mapping[str, str]) -> Found:
    """What a statement's plan asks for."""
    found = Found()
    _Judge(columns, found).part_of(plan)
    return found


class _Judge:
    def __init__(self, columns: Mapping[str, str], found: Found) -> None:
        self._columns, self._found = columns, found
        self._ctes: dict[str, Part] = {}

    def part_of(self, node: Mapping[str, Any]) -> Part:
        """What the node reads; says of each join, count and write below what it asks for."""
        below = []
        for child in node.get("Plans", ()):
            part = self.part_of(child)
            name = str(child.get("Subplan Name", ""))
            if name.startswith("CTE "):
                self._ctes[name.removeprefix("CTE ")] = part
            else:
                below.append(part)
        whole = Part()
        for part in below:
            whole.add(part)
        kind = str(node["Node Type"])
        if kind in _JOINS and len(below) > 1:
            self._join(node, below[0], below[1])
        if kind in ("Aggregate", "WindowAgg", "Unique", "SetOp") and whole.spread:
            self._gather(node, whole)
        if kind == "ModifyTable":
            self._write(node, whole)
        return self._named(node, kind, whole)

    def _named(self, node: Mapping[str, Any], kind: str, whole: Part) -> Part:
        alias = str(node.get("Alias", ""))
        if kind == "CTE Scan":
            return self._ctes.get(str(node.get("CTE Name")), Part()).derived(alias)
        if kind == "Subquery Scan":
            return whole.derived(alias)
        if "Relation Name" in node and kind != "ModifyTable":
            self._scan(whole, _table_of(node), alias)
        return whole

    def _scan(self, whole: Part, table: str, alias: str) -> None:
        self._found.tables.add(table)
        whole.tables.add(table)
        if column := self._columns.get(table):
            whole.spread[alias] = {column}
        elif table.startswith(("temporary ", "raw.")):
            whole.passing.add(alias)

    def _join(self, node: Mapping[str, Any], left: Part, right: Part) -> None:
        if not ((left.spread and (right.spread or right.passing)) or (left.passing and right.spread)):
            return
        wanted = set().union(*left.spread.values(), *right.spread.values())
        told = _conditions(node)
        carried = {one for _, one, _, other in _EQUAL.findall(told) if one == other}
        both = " and ".join(sorted((left.tables | right.tables) & self._columns.keys()))
        if left.spread and right.spread:
            shared = set().union(*left.spread.values()) & set().union(*right.spread.values()) & carried
            self._found.worse(LOCAL if shared else CROSSING, both)
        else:
            self._found.worse(PASSED_ON if wanted & carried else CROSSING, f"{both} with a temporary table")

    def _gather(self, node: Mapping[str, Any], whole: Part) -> None:
        wanted = set().union(*whole.spread.values())
        by = str(node.get({"Aggregate": "Group Key", "WindowAgg": "Window"}.get(node["Node Type"], "Output"), ""))
        if node["Node Type"] == "WindowAgg":
            by = by.partition("PARTITION BY")[2].partition("ORDER BY")[0]
        if not any(re.search(rf"\b{column}\b", by) for column in wanted):
            self._found.worse(
                GATHERED, f"{node['Node Type'].lower()} of {' and '.join(sorted(whole.tables & self._columns.keys()))}"
            )

    def _write(self, node: Mapping[str, Any], whole: Part) -> None:
        table = _table_of(node)
        self._found.tables.add(table)
        if self._columns.get(table) is None:
            if whole.spread and not table.startswith("temporary "):
                self._found.worse(GATHERED, f"{table} is filled")
        elif whole.passing and not whole.spread:
            self._found.worse(PASSED_ON, f"{table} is written from a temporary table")


def _table_of(node: Mapping[str, Any]) -> str:
    schema, name = str(node.get("Schema", "")), str(node.get("Relation Name", ""))
    if schema.startswith("pg_temp"):
        return f"temporary {name}"
    return f"{schema}.{_partitioned(schema, name)}"


def _partitioned(schema: str, name: str) -> str:
    """A source's partition is its table."""
    return "dossier_record" if schema == "core" and name.startswith("dossier_record") else name


def _conditions(node: Mapping[str, Any]) -> str:
    """The conditions of a join: its own, and where it looks up by index, those of what it looks up in."""
    told = [str(node[name]) for name in _CONDITIONS if name in node]
    if node["Node Type"] == "Nested Loop":
        told += [str(each[name]) for each in _all(node["Plans"][1]) for name in _CONDITIONS if name in each]
    return " ".join(told)


def _all(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _all(below)


# the nights ------------------------------------------------------------------------------------------------------------------
@dataclass
class Statement:
    """Plans that write the same and read the same: what the worst of them asks for, and how often they ran."""

    found: Found
    calls: int = 0


def statements_in(log: Path, columns: Mapping[str, str]) -> dict[str, Statement]:
    """Statement (what it does to what, from what) -> what it asks for; those that touch no spread table are left out."""
    found: dict[str, Statement] = {}
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line).get("message", "")
            if not (message.startswith("duration:") and "plan:" in message):
                continue
            plan = json.loads(message.split("plan:", 1)[1])["Plan"]
            told = judged(plan, columns)
            ours = {table for table in told.tables if not table.startswith(("pg_", "information_schema"))}
            if not ours & columns.keys():
                continue
            statement = found.setdefault(_name(plan, ours), Statement(told))
            statement.calls += 1
            statement.found.worse(told.kind, ", ".join(sorted(told.why)))
    return found


def _name(plan: Mapping[str, Any], tables: Iterable[str]) -> str:
    target = _table_of(plan) if plan["Node Type"] == "ModifyTable" else ""
    read = sorted(set(tables) - {target})
    return f"{str(plan.get('Operation', 'Select')).lower()} {target} from {', '.join(read)}".replace("  ", " ")


def run_nights(home: Path, dossiers: int) -> Path:
    """Two nights on a server that explains; returns its log."""
    home.chmod(0o755)
    server = postgres.start(home, SETTINGS)
    sandbox = Sandbox(home, nights.LAST, nights=3, dossiers=dossiers)
    processes = Processes(home)
    try:
        sandbox.start(processes, os.environ)
        dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
        migrate(dsn)
        with psycopg.connect(server.dsn("warehouse"), autocommit=True) as admin:
            admin.execute("create extension pg_stat_statements")  # the bench's nights ask it
            sandbox.wait(processes)
            for name in ("first", "changed"):
                nights.take_night(name, sandbox, dsn, admin)
    finally:
        processes.stop()
        postgres.stop(home)
    (log,) = (home / "postgres" / "log").glob("*.json")
    return log


def page(found: Mapping[str, Statement], columns: Mapping[str, str], dossiers: int) -> str:
    """bench/SHARDS.md."""
    order = list(CLASSES)
    lines = [
        "# Statements of a night over shards", "",
        f"Written by `python -m bench.shards`; do not edit. Two nights of {dossiers:,} dossiers, each plan held against "
        "`bench/shards.yaml`. **Nothing was run on Citus**: this says what statements ask for, and not how any engine "
        "does it. docs/scale.md says what follows.", "",
        "| what | statements | runs | which |", "|---|---|---|---|",
        *(f"| {kind} | {sum(s.found.kind == kind for s in found.values())} | "
          f"{sum(s.calls for s in found.values() if s.found.kind == kind):,} | {CLASSES[kind]} |" for kind in order), "",
        "## Tables", "", "| spread by | tables |", "|---|---|",
        *(f"| {column} | {', '.join(sorted(table for table, by in columns.items() if by == column))} |"
          for column in dict.fromkeys(columns.values())),
        "| not spread, whole on every server | all others of core, recon, ops and archive |",
    ]  # fmt: skip
    for kind in reversed(order[1:]):
        lines += ["", f"## {kind.capitalize()}", "", "| runs | statement | why |", "|---|---|---|"]
        lines += [
            f"| {statement.calls:,} | {name} | {'; '.join(sorted(statement.found.why))} |"
            for name, statement in sorted(found.items())
            if statement.found.kind == kind
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the nights, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.shards", description=__doc__)
    parser.add_argument("--dossiers", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=HERE / "SHARDS.md")
    asked = parser.parse_args()
    columns = load_columns()
    with tempfile.TemporaryDirectory(prefix="doisoat-shards-", ignore_cleanup_errors=True) as home:
        found = statements_in(run_nights(Path(home), asked.dossiers), columns)
    asked.out.write_text(page(found, columns, asked.dossiers), encoding="utf-8")
    print(f"{asked.out.relative_to(ROOT)}: written")


if __name__ == "__main__":
    main()
