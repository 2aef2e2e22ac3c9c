"""Lists of tables and columns that must not forget one, held against the catalogue of a migrated warehouse.

A table that a list lacks is no error anywhere: a revision would lose its rows, a night taken back would leave them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from doisoat import nights, warehouse
from doisoat.province.file import load_province
from doisoat.rates import cells, rates
from doisoat.reconcile import Comparison
from doisoat.reconcile.run import Side
from doisoat.warehouse import archived, connect, ranges
from doisoat.warehouse.archived import ARCHIVED, LEARNED, Archived
from doisoat.warehouse.database import run_sql
from doisoat.warehouse.ranges import INDICATOR_CELL, RATE_SUMS, REPAIRED, RangeTable
from standalone import postgres
from support import many_nights as many
from support.provinces import CONFIG

SQL = Path(warehouse.__file__).with_name("sql")
NIGHT = dt.date(2024, 4, 17)
RANGE_TABLES = [one for one in vars(ranges).values() if isinstance(one, RangeTable)]
#: What we did, decided and told, which no night derives.
OUR_OWN = {
    "ops.acceptance", "ops.deep_sweep", "ops.gap_decision", "ops.news", "ops.news_telling", "ops.night", "ops.publication",
    "ops.pull_decision", "ops.pull_failure", "ops.replay", "ops.taken_back",
}  # fmt: skip
#: What a night that is taken back leaves besides: catalogues are read by the day, not by the night; what was kept of history
#: that is cut; what a sweep found; who took what on the page.
NOT_REWOUND = OUR_OWN | {
    "core.catalogue_entry", "core.first_seen", "ops.page_use", "recon.catalogue_difference", "recon.sweep_difference",
}  # fmt: skip
#: What retention leaves besides: names and identity, what was pulled, loaded and compared how, what became of gaps, where each
#: night saw periods end, which later ones learn from.
NOT_CUT = OUR_OWN | {
    "core.agency", "core.first_seen", "core.identity_link", "core.procedure", "core.touched", "core.touched_night",
    "ops.load", "ops.look_up_pull", "ops.pull", "recon.gap_event", "recon.outlook", "recon.whole_night",
}  # fmt: skip


@pytest.fixture(scope="module")
def migrated(postgres_server: postgres.Server, _migrated_warehouse: str) -> Iterator[str]:
    """One empty warehouse for all these tests: they only read its catalogue."""
    with many.warehouse(postgres_server, "listed", _migrated_warehouse) as dsn:
        yield dsn


@pytest.fixture
def connection(migrated: str) -> Iterator[psycopg.Connection]:
    with connect(migrated) as connection, connection.transaction(force_rollback=True):
        yield connection


def columns(connection: psycopg.Connection, relation: str) -> list[tuple[str, str]]:
    """Name and type of each column, in order."""
    return connection.execute(
        """select attname::text, format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum""",
        [relation],
    ).fetchall()


def names(connection: psycopg.Connection, relation: str) -> list[str]:
    return [name for name, _ in columns(connection, relation)]


def relations(connection: psycopg.Connection, condition: str) -> set[str]:
    """Tables and views by name, without the parts of partitioned ones."""
    rows = connection.execute(
        f"""select relnamespace::regnamespace || '.' || relname from pg_class c
        where relkind in ('r', 'p', 'v') and not relispartition and {condition}"""
    )
    return {name for (name,) in rows}


def of_nights(connection: psycopg.Connection) -> set[str]:
    """Every table whose rows are of a night, or begin with one."""
    return relations(
        connection,
        """relkind <> 'v' and relnamespace in ('core'::regnamespace, 'recon'::regnamespace, 'ops'::regnamespace)
        and exists (select from pg_attribute where attrelid = c.oid and attname in ('night', 'from_night', 'first_night'))""",
    )


def test_the_archive_holds_just_the_tables_of_the_list(connection: psycopg.Connection) -> None:
    kept = {f"archive.{one.table}" for one in ARCHIVED} | {name.replace("core.", "archive.") for name in LEARNED}
    assert relations(connection, "relkind <> 'v' and relnamespace = 'archive'::regnamespace") == kept


@pytest.mark.parametrize("name", [*(one.name for one in ARCHIVED), *LEARNED])
def test_the_archive_has_the_columns_of_the_table_in_their_order(connection: psycopg.Connection, name: str) -> None:
    """Rows are copied as they are: a column that a migration adds to one only would shift all after it."""
    table = name.partition(".")[2]
    assert columns(connection, f"archive.{table}") == [("archive_id", "integer"), *columns(connection, name)]


@pytest.mark.parametrize("name", [*(one.name for one in ARCHIVED), *LEARNED])
def test_any_revision_of_a_table_can_be_read(connection: psycopg.Connection, name: str) -> None:
    generation = [] if name in LEARNED else [("archive_id", "integer")]
    assert columns(connection, f"archive.any_{name.partition('.')[2]}") == [*generation, *columns(connection, name)]


@pytest.mark.parametrize("one", ARCHIVED, ids=lambda one: one.name)
def test_what_the_list_says_of_a_table_is_so(connection: psycopg.Connection, one: Archived) -> None:
    there = set(names(connection, one.name))
    assert {"from_night", "to_night"} <= there if one.is_range else "night" in there
    assert one.is_range or not {"from_night", "to_night"} & there
    assert set(one.unsaid) <= there


def test_the_digest_names_each_table_as_it_always_did() -> None:
    """Digests of published nights are kept: under another name every night that is replayed would be a new revision."""
    assert {one.name: one.said_as for one in ARCHIVED if (one.said_as or "").replace(" ", "_") != one.table} == {
        "recon.finding": None,
        "recon.repair": None,
        "recon.rate_sum": None,
        "recon.repair_gain": None,
        "recon.outlook": None,
        "recon.ledger_entry": "entry",
        "recon.gap_event": "event",
        "recon.cell_status": "cell",
        "recon.ledger_cell": "bridge",
        "ops.check_result": "check",
    }
    assert max(Counter(one.said_as for one in ARCHIVED if one.said_as).values()) == 1


def test_every_table_of_nights_is_taken_back_or_stays_on_purpose(connection: psycopg.Connection) -> None:
    statements = (SQL / "rewind_nights.sql").read_text("utf-8") + archived.rewind_nights()
    deleted = set(re.findall(r"delete from (\w+\.\w+)", statements))
    left = of_nights(connection) - deleted
    assert left == NOT_REWOUND, f"rewind_nights.sql, archived.py: {sorted(left ^ NOT_REWOUND)}"
    opened = set(re.findall(r"update (\w+\.\w+) set to_night = 'infinity'", statements))
    assert opened == {name for name in deleted if "to_night" in names(connection, name)}


def test_every_table_of_nights_ages_or_is_kept_on_purpose(connection: psycopg.Connection) -> None:
    statements = Path(nights.__file__).with_name("cut_history.sql").read_text("utf-8") + archived.cut_history()
    left = of_nights(connection) - set(re.findall(r"delete from (\w+\.\w+)", statements))
    assert left == NOT_CUT, f"cut_history.sql, archived.py: {sorted(left ^ NOT_CUT)}"


@pytest.mark.parametrize("table", RANGE_TABLES, ids=lambda table: table.name)
def test_a_table_of_ranges_has_the_columns_of_its_list(connection: psycopg.Connection, table: RangeTable) -> None:
    listed = Counter((*table.key, *table.values, "from_night", "to_night"))
    assert listed == Counter(names(connection, table.name))


def test_every_counter_is_counted_by_one_group_and_kept_summed_and_shown(connection: psycopg.Connection) -> None:
    settings, nobody = load_province(CONFIG / "lang_son.yaml"), Side([], [], None, is_complete=False)
    known_at = dt.datetime(2024, 4, 18, tzinfo=dt.UTC)
    parameters = cells.count_cells(connection, settings, Comparison(NIGHT, known_at, nobody, nobody))
    counted = [name for group in cells.GROUPS for name in names(connection, group) if name not in INDICATOR_CELL.key]
    assert Counter(counted) == Counter(INDICATOR_CELL.values)
    rates.sum_cells(connection, "parts_tonight", parameters)
    run_sql(connection, rates.rolled())
    assert set(RATE_SUMS) <= set(names(connection, "rolled"))
    assert set(REPAIRED) <= set(RATE_SUMS)
    for relation in ("rolled", "indicator_cell_tonight"):
        assert set(INDICATOR_CELL.values) - set(names(connection, relation)) == set(), relation
    for schema in ("mart", "mart_history"):
        shown = [*names(connection, f"{schema}.fact_indicator"), *names(connection, f"{schema}.fact_ended")]
        assert set(INDICATOR_CELL.values) - set(shown) == set(), schema
