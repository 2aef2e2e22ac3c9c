"""Ranges of nights: a fact is written when it starts and when it ends, and a quiet night writes nothing.

A range table has from_night and to_night (exclusive, infinity while the row is valid). "As known on night X" is
`from_night <= X and X < to_night`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import psycopg

from doisoat.warehouse.database import joining_by_hash


@dataclass(frozen=True, slots=True)
class RangeTable:
    """A range table: its key without from_night, the columns whose change starts a new range, and the
    column that limits a merge to one source or pair."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    scope: str

    @property
    def columns(self) -> str:
        return ", ".join((*self.key, *self.values))


VERDICT = RangeTable(
    "recon.verdict",
    ("pair", "dossier_id"),
    ("presence", "standing", "evidence", "national_record_id", "provincial_record_id", "ministry_record_id",
     "national_source_id", "provincial_source_id", "ministry_source_id", "agency_id", "procedure_family", "receipt_date",
     "is_removed_provincially", "next_review_on"),
    "pair",
)  # fmt: skip
DIFFERENCE = RangeTable(
    "recon.difference", ("pair", "dossier_id", "attribute"),
    ("standing", "national_value", "provincial_value", "ministry_value", "next_review_on"), "pair",
)  # fmt: skip
LEDGER_ENTRY = RangeTable(
    "recon.ledger_entry",
    ("pair", "dossier_id", "entry_kind", "sign", "record_id"),
    ("standing", "agency_id", "procedure_family", "receipt_month"),
    "pair",
)
CELL_STATUS = RangeTable(
    "recon.cell_status",
    ("pair", "agency_id", "procedure_family", "cell_month"),
    ("national_listed", "provincial_listed", "matched", "matched_differing", "national_only", "provincial_only", "pending"),
    "pair",
)  # fmt: skip
MINISTRY_CELL = RangeTable(
    "recon.ministry_cell",
    ("pair", "source_id", "agency_id", "procedure_family", "cell_month"),
    ("ministry_listed", "matched_by_code", "matched_by_time", "counted_in_group", "undetermined", "ministry_only", "pending",
     "on_portal", "portal_undetermined"),
    "pair",
)  # fmt: skip
CAUSE = RangeTable("recon.cause", ("pair", "dossier_id", "kind", "detail"), ("cause", "basis"), "pair")
GAP = RangeTable("recon.gap", ("pair", "dossier_id", "kind", "detail"), ("cause", "opened_on", "reopened_on"), "pair")
FINDING = RangeTable(
    "recon.finding",
    ("pair", "dossier_id", "kind", "detail"),
    ("standing", "evidence", "since_night", "national_value", "provincial_value", "ministry_value", "national_codes",
     "provincial_codes", "ministry_codes", "national_record_id", "provincial_record_id", "ministry_record_id",
     "ministry_source_id", "is_removed_provincially", "agency_id", "owner_id", "procedure_family", "receipt_date", "channel",
     "cause", "basis", "opened_on", "reopened_on", "next_review_on"),
    "pair",
)  # fmt: skip
INDICATOR_CELL = RangeTable(
    "recon.indicator_cell",
    ("source_id", "agency_id", "procedure_family", "channel", "cell_month"),
    ("provincial", "synced", "synced_undecided", "synced_through", "maybe_repeated", "maybe_repeated_synced",
     "maybe_repeated_unsynced", "status_in_step", "status_undecided", "portal", "portal_rows", "added", "added_on_portal",
     "added_portal_undecided", "maybe_added", "maybe_added_on_portal", "maybe_added_portal_undecided",
     "digitised", "digitised_unsaid", "digitised_disputed", "with_result", "result_unknown", "with_result_digitised",
     "with_result_undecided", "paid_online", "payment_unsaid", "payment_disputed", "payment_asked", "accepted_timed",
     "acceptance_seconds", "accepted_in_8_hours", "acceptance_unknown", "acceptance_implausible",
     # progress_counts
     "resolved_early", "resolved_on_time", "resolved_overdue", "resolved_undecided", "resolved_early_by_date",
     "resolved_on_time_by_date", "resolved_overdue_by_date", "resolved_undecided_by_date", "pending_in_time",
     "pending_overdue", "pending_undecided", "pending_in_time_by_date", "pending_overdue_by_date",
     "pending_undecided_by_date", "pending_awaiting", "ended_without_result", "ended_undated"),
    "source_id",
)  # fmt: skip
RATE = RangeTable(
    "recon.rate",
    ("indicator", "period_kind", "period_start", "agency_id"),
    ("numerator_least", "numerator_most", "denominator_least", "denominator_most", "ratio_least", "ratio_most",
     "denominator_basis"),
    "indicator",
)  # fmt: skip
#: The counts that a repair may change, all of them of an INDICATOR_CELL.
REPAIRED = ("provincial", "synced", "synced_through", "status_in_step", "portal", "portal_rows", "added", "added_on_portal",
            "maybe_added_on_portal")  # fmt: skip
REPAIR = RangeTable(
    "recon.repair",
    ("pair", "dossier_id", "kind", "detail", "sign"),
    ("cause", "effect", "mend", "source_id", "agency_id", "procedure_family", "cell_month", *REPAIRED),
    "pair",
)
#: The sums from which sync rates, and what they multiply, are computed.
RATE_SUMS = ("provincial", "synced", "synced_undecided", "synced_through", "maybe_repeated", "maybe_repeated_synced",
             "maybe_repeated_unsynced", "status_in_step", "status_undecided", "portal", "portal_rows", "added",
             "added_on_portal", "added_portal_undecided", "maybe_added", "maybe_added_on_portal",
             "maybe_added_portal_undecided", "online", "channel_unknown")  # fmt: skip
RATE_SUM = RangeTable(
    "recon.rate_sum",
    ("period_kind", "period_start", "agency_id"),
    (*RATE_SUMS, "reported", "reported_basis"),
    "period_kind",
)
REPAIR_GAIN = RangeTable(
    "recon.repair_gain",
    ("period_kind", "period_start", "agency_id", "cause"),
    ("indicator", "place", "to_repair", "ratio_now", "ratio_if_repaired", "ratio_with_all_before", "points_now", "points",
     "points_with_all_before", "share_of_3_3", "denominator_basis"),
    "period_kind",
)  # fmt: skip
CATALOGUE_ENTRY = RangeTable(
    "core.catalogue_entry", ("source_id", "catalogue", "code"), ("name", "parent_code", "level", "ref"), "source_id"
)
CATALOGUE_DIFFERENCE = RangeTable(
    "recon.catalogue_difference",
    ("source_id", "catalogue", "code"),
    ("kind", "code_there", "name_there", "name_here"),
    "source_id",
)
CONTROL_TOTAL = RangeTable(
    "core.control_total",
    ("source_id", "measure", "period_kind", "period_start", "agency_key"),
    ("value", "agency_id", "includes_children", "flags"),
    "source_id",
)
PUBLISHED_SCORE = RangeTable(
    "core.published_score",
    ("source_id", "score_group", "metric", "period_kind", "period_start", "agency_key"),
    (
        "numerator",
        "denominator",
        "ratio",
        "score",
        "max_score",
        "score_delta",
        "numbers",
        "flags",
        "message",
        "agency_id",
    ),
    "source_id",
)


def rewind(connection: psycopg.Connection, table: RangeTable, scope: str | None, night: dt.date) -> None:
    """Undo what `night`, the latest one, wrote to the table; of one scope, or of all."""
    within = _within(table, scope)
    parameters = {"scope": scope, "night": night}
    connection.execute(f"delete from {table.name} t where {within}t.from_night = %(night)s", parameters)
    connection.execute(
        f"update {table.name} t set to_night = 'infinity' where {within}t.to_night = %(night)s", parameters
    )


def merge(connection: psycopg.Connection, table: RangeTable, tonight: str, scope: str | None, night: dt.date) -> None:
    """Make the table equal the relation `tonight` from `night` on.

    Args:
        table: the range table.
        tonight: a relation with the table's key and value columns, one row per key, all of them in `scope`.
        scope: the value of the scope column; other scopes are not touched. None: `tonight` is all of every scope.
        night: the night, later than every from_night of the scope (rewind it first).
    """
    parameters = {"scope": scope, "night": night}
    keys = " and ".join(f"t.{column} = n.{column}" for column in table.key)
    same = " and ".join((keys, *(f"t.{column} is not distinct from n.{column}" for column in table.values)))
    # All valid rows are compared with all of tonight's. A table that is being filled has no statistics, and a nested loop over it
    # would read what has just been written again and again.
    with joining_by_hash(connection):
        connection.execute(
            f"update {table.name} t set to_night = %(night)s where {_within(table, scope)}t.to_night = 'infinity' "
            f"and not exists (select from {tonight} n where {same})",
            parameters,
        )
        connection.execute(
            f"insert into {table.name} ({table.columns}, from_night) "
            f"select {table.columns}, %(night)s from {tonight} n where not exists "
            f"(select from {table.name} t where t.to_night = 'infinity' and {keys})",
            parameters,
        )


def _within(table: RangeTable, scope: str | None) -> str:
    return "" if scope is None else f"t.{table.scope} = %(scope)s and "
