"""A night's mart as Parquet files holds what mart shows, for whoever reads it: DuckDB, pandas."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow
import pytest
from doisoat.reports import export as exporting
from doisoat.warehouse import connect
from support.commands import doisoat
from support.world import World

FIRST, SECOND = "2024-04-18", "2024-04-19"
A, B, C = (f"H37.21.01-240401-000{number}" for number in (1, 2, 3))


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=f"code | status\n{A} | 4\n{B} | 4", national_export=f"code | status\n{A} | 4")
    world.run(SECOND, igate=f"code | status\n{A} | 4\n{B} | 4", national_export=f"code | status\n{A} | 9\n{C} | 4")
    return world


def test_duckdb_and_pandas_read_what_mart_shows(world: World, tmp_path: Path) -> None:
    out = tmp_path / "lake"
    for night in (FIRST, SECOND, SECOND):  # again replaces what was written of the night
        done = doisoat(world, "export", "--out", str(out), "--night", night)
        assert done.returncode == 0, done.stderr
    told = dict(line.split(": ") for line in done.stdout.splitlines())
    views = world.rows("select relname::text from pg_class where relnamespace = 'mart'::regnamespace and relkind = 'v'")
    assert set(told) == {name for (name,) in views} - {"page_use"}  # which account did what leaves with nobody
    lake = duckdb.connect()
    for name, rows in told.items():
        has_night = world.rows(
            "select 1 from pg_attribute where attrelid = %s::regclass and attname = 'night'", [f"mart.{name}"]
        )
        of_night = f"where night = '{SECOND}'" if has_night else ""
        shown = world.rows(f"select count(*)::int from mart.{name} {of_night}")[0][0]
        found = lake.execute(f"select count(*) from '{out}/{name}/*/part.parquet' where night = '{SECOND}'").fetchone()
        assert (name, found) == (name, (shown,))
        assert rows == f"{shown:,} rows"
    assert not list(out.rglob(".*"))

    columns = "night, cause, kind, state, owner_name, opened_on"
    expected = world.rows(f"select {columns} from mart.gap order by 1, 2, 3")
    assert len(expected) >= 3
    gaps = f"read_parquet('{out}/gap/*/*.parquet', hive_partitioning = true)"
    assert lake.execute(f"select {columns} from {gaps} order by 1, 2, 3").fetchall() == expected
    frame = pd.read_parquet(out / "gap")
    assert sorted(frame["cause"]) == sorted(cause for _, cause, *_ in expected)
    assert set(frame["night"].astype(str)) == {FIRST, SECOND}
    published = pd.read_parquet(out / "night")["published_at"]
    assert str(published.dt.tz) == "UTC"
    assert list(published) == [
        pd.Timestamp(at) for (at,) in world.rows("select published_at from mart.night order by night")
    ]


def test_what_is_not_published_is_not_exported(world: World, tmp_path: Path) -> None:
    world.rows("update ops.publication set withdrawn_at = now() where night = %s returning 1", [SECOND])
    done = doisoat(world, "export", "--out", str(tmp_path / "lake"), "--night", SECOND)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not published" in done.stderr
    assert not (tmp_path / "lake").exists()


def test_values_of_every_kind_and_many_rows_stream(warehouse_dsn: str, tmp_path: Path) -> None:
    """Unknown is no empty text, signs of CSV stay, a date without end is empty; memory does not grow with the rows."""
    with connect(warehouse_dsn) as connection:
        connection.execute("drop schema mart cascade; create schema mart")
        connection.execute(
            """create view mart.kinds as select date '2024-04-19' as night, *
            from (values (1, true, 'a "quoted", text' || chr(10) || 'of two lines', array['x', null], 0.5, date 'infinity'),
                         (2, null, '', null, null, date '2024-02-29')) v (id, flag, text, list, number, until)
            union all select date '2024-04-19', i, false, repeat('x', 400), null, i / 3.0, null
            from generate_series(3, 300000) i"""
        )
        before = pyarrow.total_allocated_bytes()
        assert list(exporting.export(connection, dt.date(2024, 4, 19), tmp_path)) == [("kinds", 300_000)]
    assert pyarrow.default_memory_pool().max_memory() - before < 60 << 20  # 120 MB of text went through
    rows = duckdb.execute(f"from '{tmp_path}/kinds/*/*.parquet' where id < 3 order by id").fetchall()
    night = dt.date(2024, 4, 19)
    assert rows == [
        (1, True, 'a "quoted", text\nof two lines', '["x",null]', 0.5, None, night),
        (2, None, "", None, None, dt.date(2024, 2, 29), night),
    ]
