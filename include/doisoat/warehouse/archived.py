"""The tables that make up a readable night: each is named here once, and the statements over all of them follow.

Archiving a revision, tidying the archive, rewinding nights, retention, the digest, the deep sweep and the views of any
revision must cover the same tables: one that any of them forgot would silently be lost, or silently stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Archived:
    """One table of a readable night; the archive has it under the same name.

    Attributes:
        name: with its schema.
        said_as: its name within the digest of a night. Digests of published nights are stored, so it never changes. None: the
            digest leaves the table out, for all of it follows from the others.
        is_range: a row is valid from one night to another (from_night, to_night); else it belongs to one night.
        unsaid: columns that the digest leaves out: our own clock, and what was added after nights had been published.
        is_derived: computed from core by a comparison alone, so the deep sweep can recompute it.
        ages: retention deletes it like any other; else it is kept for good, or cut_history.sql says what is kept of it.
    """

    name: str
    said_as: str | None
    is_range: bool = True
    unsaid: tuple[str, ...] = ()
    is_derived: bool = False
    ages: bool = True

    @property
    def table(self) -> str:
        """Its name in the archive."""
        return self.name.partition(".")[2]


ARCHIVED = (
    Archived("recon.comparison", "comparison", is_range=False),
    Archived("recon.ministry_comparison", "ministry comparison", is_range=False),
    Archived("recon.verdict", "verdict", is_derived=True),
    Archived("recon.difference", "difference", is_derived=True),
    Archived("recon.ledger_entry", "entry", is_derived=True),
    Archived("recon.cause", "cause", is_derived=True),
    Archived("recon.gap", "gap", is_derived=True, ages=False),
    Archived("recon.finding", None, is_derived=True),
    Archived("recon.gap_event", "event", is_range=False, is_derived=True, ages=False),
    Archived("recon.cell_status", "cell", is_derived=True),
    Archived("recon.ministry_cell", "ministry cell", is_derived=True),
    Archived("recon.indicator_cell", "indicator cell"),
    Archived("recon.rate", "rate"),
    Archived("recon.repair", None),
    Archived("recon.rate_sum", None),
    Archived("recon.repair_gain", None),
    Archived("recon.outlook", None, is_range=False, ages=False),
    Archived("recon.learned_lag", "learned lag", is_range=False, is_derived=True),
    Archived("recon.ledger_cell", "bridge", is_range=False, is_derived=True),
    Archived("ops.pull", "pull", is_range=False, unsaid=("unstated",), ages=False),
    Archived("ops.check_result", "check", is_range=False, unsaid=("checked_at", "run_id")),
)
#: The archive also keeps what we learned only from sources: names that a replay may forget (views/05_any_revision.sql).
LEARNED = ("core.agency", "core.procedure")
#: Also derived by a comparison: (table, whether it holds ranges). It is not read by night, so no revision keeps it.
DERIVED_BESIDE = (("recon.arrival", False), ("core.identity_conflict", True))


def archive_nights() -> str:
    """SQL that copies the nights from %(night)s on into the archive as generation %(archive_id)s.

    Every range valid on one of them, every row of one of them, and what we learned only from sources.
    """
    kept = [(one.name, "to_night > %(night)s" if one.is_range else "night >= %(night)s") for one in ARCHIVED]
    return _each(
        f"insert into archive.{name.partition('.')[2]} select %(archive_id)s, t.* from {name} t where {condition}"
        for name, condition in [*kept, *((name, "origin <> 'reference'") for name in LEARNED)]
    )


def tidy_archive() -> str:
    """SQL that drops archived rows valid on none of their generation's nights that can be queried (relation `archived`)."""
    kept = [
        (one.table, "t.from_night <= a.night and a.night < t.to_night" if one.is_range else "a.night = t.night")
        for one in ARCHIVED
    ]
    return _each(
        f"delete from archive.{table} t where not exists "
        f"(select from archived a where a.archive_id = t.archive_id and {condition})"
        for table, condition in [*kept, *((name.partition(".")[2], "true") for name in LEARNED)]
    )


def rewind_nights() -> str:
    """SQL that undoes what the nights from %(night)s on wrote: new ranges are deleted, ended ones reopened."""
    return _each(
        f"delete from {one.name} where from_night >= %(night)s; update {one.name} set to_night = 'infinity' "
        "where to_night >= %(night)s and to_night < 'infinity'"
        if one.is_range
        else f"delete from {one.name} where night >= %(night)s"
        for one in ARCHIVED
    )


def cut_history() -> str:
    """SQL that deletes what only nights before %(cut)s can see."""
    return _each(
        f"delete from {one.name} where {'to_night <=' if one.is_range else 'night <'} %(cut)s"
        for one in ARCHIVED
        if one.ages
    )


def night_digest() -> str:
    """One hash over the readable night %(night)s: what is valid on it and since when, its bridge, its pulls and its checks.

    Left out is what later nights decide (when a range ends) and our own clock.
    """
    lines = " union all ".join(
        f"select md5('{one.said_as}' || ({_row(one.is_range, one.unsaid)})::text) as line from {one.name} t where "
        + ("from_night <= %(night)s and %(night)s < to_night" if one.is_range else "night = %(night)s")
        for one in ARCHIVED
        if one.said_as
    )
    ordered = """coalesce(string_agg(line, ' ' order by line collate "C"), '')"""
    return f"select encode(sha256(convert_to({ordered}, 'UTF8')), 'hex') from ({lines}) said"


def derived_state() -> str:
    """Everything derived from core that is valid on %(night)s, row by row, without the night on which a range ends."""
    derived = [(one.name, one.is_range) for one in ARCHIVED if one.is_derived]
    return " union all ".join(
        f"select '{name}' as relation, {_row(is_range)} as row from {name} t where "
        + ("to_night = 'infinity'" if is_range else "night = %(night)s")
        for name, is_range in (*derived, *DERIVED_BESIDE)
    )


def any_revision() -> str:
    """The views over current rows (archive_id 0) and archived ones: a revision is read by its archive_id and its night."""
    return _each(
        f"""drop view if exists archive.any_{one.table} cascade;
        create view archive.any_{one.table} as
            select 0 as archive_id, * from {one.name} union all select * from archive.{one.table};
        comment on view archive.any_{one.table} is
            '{one.name} of every revision that can be queried: current (archive_id 0) or archived.'"""
        for one in ARCHIVED
    )


def _row(is_range: bool, unsaid: tuple[str, ...] = ()) -> str:
    return " - ".join(["to_jsonb(t)", *(f"'{column}'" for column in (*unsaid, *(("to_night",) if is_range else ())))])


def _each(statements: Iterable[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)
