"""The open table: a published night as Parquet, whole or not at all, in a folder and in an object store."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import msgspec
import pyarrow.parquet as parquet
import pytest
from doisoat.errors import ConfigurationError, NightNotCollectedError, TableNotWrittenError
from doisoat.nights import steps
from doisoat.open_table import write as writing
from doisoat.open_table.commits import Commit, latest, read_commit, read_commits
from doisoat.open_table.read import files_of, in_duckdb
from doisoat.open_table.schema import fingerprint_of, load_schema, tables_of
from doisoat.open_table.store import Store
from doisoat.open_table.write import KEPT, delete_unnamed, synchronise
from doisoat.reports.export import View, views
from doisoat.warehouse import connect
from support.commands import doisoat
from support.world import World

FIRST, SECOND = dt.date(2024, 4, 18), dt.date(2024, 4, 19)
A, B, C = (f"H37.21.01-240401-000{number}" for number in (1, 2, 3))
PROVINCIAL = f"code | status\n{A} | 4\n{B} | 4"
NATIONAL = f"code | status\n{A} | 9\n{C} | 4"
LATER = dt.datetime.now(dt.UTC) + 2 * KEPT


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str) -> World:
    world = World(tmp_path, warehouse_dsn)
    world.run(FIRST, igate=PROVINCIAL, national_export=f"code | status\n{A} | 4")
    world.run(SECOND, igate=PROVINCIAL, national_export=NATIONAL)
    return world


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "table"))


def published_anew(world: World) -> None:
    """The last night again, after the portal's export was corrected: a second revision."""
    shutil.rmtree(world.site.landing_root / "lang_son" / str(SECOND) / "national_export")
    world.run(SECOND, igate=PROVINCIAL, national_export=f"code | status\n{A} | 4\n{B} | 9\n{C} | 4")


def findings(store: Store) -> list[tuple[Any, ...]]:
    """What a reader who begins now is shown of what differs: (night, dossier, kind)."""
    return shown_by(store, read_commits(store))


def shown_by(store: Store, commits: list[Commit]) -> list[tuple[Any, ...]]:
    """The same to a reader who read these commits before."""
    only = [
        msgspec.structs.replace(each, files=[file for file in each.files if file.table == "finding"])
        for each in commits
    ]
    query = "select night, dossier_id, kind from finding order by all"
    return in_duckdb(store, only).execute(query).fetchall()


def of_mart(world: World) -> list[tuple[Any, ...]]:
    return world.rows("select night, dossier_id, kind from mart.finding order by 1, 2, 3")


def test_duckdb_reads_of_every_table_what_mart_shows(world: World, store: Store) -> None:
    made = synchronise(world.site, store, [FIRST, SECOND])
    assert [(commit.province, commit.night, commit.revision) for commit in made] == [
        ("H37", FIRST, 1),
        ("H37", SECOND, 1),
    ]
    table = in_duckdb(store, read_commits(store))
    for name in load_schema().tables:
        shown = table.execute(f'select * from "{name}" limit 0').description
        columns = [column for column, *_ in shown if column not in ("province", "night")]
        dated = "night" in [column for (column,) in world.rows(
            "select attname::text from pg_attribute where attrelid = %s::regclass and attnum > 0", [f"mart.{name}"])]  # fmt: skip
        for night in (FIRST, SECOND):
            where = f"where night = '{night}'" if dated else ""
            expected = world.rows(f"select count(*)::int, count({columns[0]})::int from mart.{name} {where}")
            found = table.execute(
                f"""select count(*), count({columns[0]}) from "{name}" where province = 'H37' and night = '{night}'"""
            )
            assert (name, found.fetchall()) == (name, expected)
    assert findings(store) == of_mart(world) != []
    assert synchronise(world.site, store, [FIRST, SECOND]) == []  # again changes nothing


def test_a_file_says_what_it_is_and_lies_where_hive_looks(world: World, store: Store) -> None:
    (commit,) = synchronise(world.site, store, [SECOND])
    (file,) = (each for each in commit.files if each.table == "bridge")
    assert file.path.startswith("bridge/province=H37/night=2024-04-19/r1-")
    told = parquet.read_metadata(store.address(f"v1/{file.path}"))
    assert told.num_rows == file.rows == 1
    said = {key.decode(): value.decode() for key, value in told.metadata.items() if key.startswith(b"doisoat.")}
    assert said.items() >= {
        "doisoat.schema_version": "1", "doisoat.table": "bridge", "doisoat.province": "H37", "doisoat.night": "2024-04-19",
        "doisoat.revision": "1",
    }.items()  # fmt: skip
    on_disk = Path(store.address(commit.path))
    assert json.loads(on_disk.read_text())["files"][0].keys() == {"table", "path", "rows", "bytes"}
    # what a reader without our code does: the commits, then the files that they name
    root = store.address("v1")
    query = f"""select list('{root}/' || f.path) from (
        select unnest(files) as f from read_json('{root}/_nights/*/*.json')) where f.table = 'finding'"""
    plain = duckdb.connect()
    plain.execute(f"set variable files = ({query})")
    rows = (
        "select night, dossier_id, kind from read_parquet(getvariable('files'), hive_partitioning = true) order by all"
    )
    assert plain.execute(rows).fetchall() == [row for row in of_mart(world) if row[0] == SECOND]


def test_a_reader_never_sees_half_a_night_and_a_revision_takes_the_place_of_the_one_before(
    world: World, store: Store
) -> None:
    synchronise(world.site, store, [SECOND])
    first = findings(store)
    opened = read_commits(store)  # a reader that has begun
    published_anew(world)
    seen: list[list[tuple[Any, ...]]] = []
    with watched(lambda: seen.append(findings(store))):
        (commit,) = synchronise(world.site, store, [SECOND])
    assert len(seen) == len(load_schema().tables)
    assert all(rows == first for rows in seen)
    assert commit.revision == 2
    second = [row for row in of_mart(world) if row[0] == SECOND]
    assert findings(store) == second != first
    assert shown_by(store, opened) == first  # who had begun finishes

    assert delete_unnamed(store, "H37", now=dt.datetime.now(dt.UTC)) == 0
    assert delete_unnamed(store, "H37", now=LATER) == len(load_schema().tables)
    assert findings(store) == second
    assert len(list(Path(store.root).rglob("*.parquet"))) == len(load_schema().tables)


def test_a_run_that_dies_leaves_the_night_before_and_what_it_left_goes(world: World, store: Store) -> None:
    synchronise(world.site, store, [FIRST])
    before = findings(store)
    with watched(die_at(5)), pytest.raises(KeyboardInterrupt):
        synchronise(world.site, store, [SECOND])
    assert findings(store) == before
    assert read_commit(store, "H37", SECOND) is None
    assert delete_unnamed(store, "H37", now=LATER) == 4
    assert not list(Path(store.root).rglob(".*"))


def test_what_is_published_anew_while_it_is_written_is_left_to_that_run(world: World, store: Store) -> None:
    changed = iter([partial(published_anew, world)])

    def once() -> None:
        for change in changed:
            change()

    with watched(once):
        assert synchronise(world.site, store, [SECOND]) == []
    assert read_commit(store, "H37", SECOND) is None
    (commit,) = synchronise(world.site, store, [SECOND])
    assert commit.revision == 2


def test_a_night_that_is_withdrawn_disappears_and_one_that_retention_forgets_stays(world: World, store: Store) -> None:
    synchronise(world.site, store, [FIRST, SECOND])
    world.rows("update ops.publication set withdrawn_at = now(), expired_at = now() where night = %s", [FIRST])
    world.rows("update ops.publication set withdrawn_at = now() where night = %s", [SECOND])
    (gone,) = synchronise(world.site, store, [])
    assert (gone.night, gone.files) == (SECOND, [])
    assert {night for night, *_ in findings(store)} == {FIRST}
    assert [commit.night for commit in latest(read_commits(store))] == [FIRST]
    delete_unnamed(store, "H37", now=LATER)
    assert [commit.night for commit in read_commits(store)] == [FIRST]
    assert not list(Path(store.root).rglob(f"night={SECOND}*"))
    with pytest.raises(NightNotCollectedError, match="not published"):
        synchronise(world.site, store, [SECOND])


def test_an_object_store_has_the_same_nights(world: World, tmp_path: Path, bucket: str) -> None:
    store = Store(f"{bucket}/table")
    synchronise(world.site, store, [FIRST])
    synchronise(world.site, store, [SECOND])
    assert findings(store) == of_mart(world) != []
    assert files_of(store, read_commits(store))["bridge"][0].startswith("s3://open/table/v1/bridge/province=H37/")
    published_anew(world)
    with watched(die_at(3)), pytest.raises(KeyboardInterrupt):
        synchronise(world.site, store, [SECOND])
    assert {row[0] for row in findings(store)} == {FIRST, SECOND}
    (commit,) = synchronise(world.site, store, [SECOND])
    assert commit.revision == 2
    assert findings(store) == of_mart(world)
    assert delete_unnamed(store, "H37", now=LATER) > len(load_schema().tables)
    assert findings(store) == of_mart(world)
    world.rows("update ops.publication set withdrawn_at = now() where night = %s", [SECOND])
    assert [made.files for made in synchronise(world.site, store, [])] == [[]]
    assert {row[0] for row in findings(store)} == {FIRST}


def test_the_step_writes_where_it_is_told_to_and_its_failure_is_no_failure_of_the_night(
    world: World, tmp_path: Path
) -> None:
    assert world.site.open_table is None
    assert steps.write_open_table(world.site, SECOND) == []
    site = replace(world.site, open_table=str(tmp_path / "table"))
    (told,) = steps.write_open_table(site, SECOND)
    assert told.startswith("2024-04-19, revision 1: ")
    (tmp_path / "full").write_text("no folder")
    blocked = replace(world.site, open_table=str(tmp_path / "full" / "table"))
    with pytest.raises(TableNotWrittenError, match=r"asked to write .*; got: Not a directory; do: "):
        steps.write_open_table(blocked, SECOND)
    with pytest.raises(ConfigurationError, match="name a folder or an address that fsspec knows") as raised:
        Store("nowhere://someone:secret@host/table")
    assert "secret" not in str(raised.value)
    assert world.rows("select count(*)::int from mart.night") == [(2,)]


def test_the_command_writes_and_lists(world: World, tmp_path: Path) -> None:
    root = str(tmp_path / "table")
    done = doisoat(world, "table", "write", "--root", root)
    assert done.stdout.startswith("H37 2024-04-19, revision 1: "), done.stderr
    assert doisoat(world, "table", "write", "--all", "--root", root).stdout.startswith("H37 2024-04-18, revision 1: ")
    assert "has what is published" in doisoat(world, "table", "write", "--root", root).stderr
    listed = json.loads(doisoat(world, "table", "list", "--root", root, "--format", "json").stdout)
    assert [(row["province"], row["name"], row["night"], row["revision"]) for row in listed] == [
        ("H37", "Lạng Sơn", "2024-04-18", 1), ("H37", "Lạng Sơn", "2024-04-19", 1)
    ]  # fmt: skip
    assert "set DOISOAT_OPEN_TABLE" in doisoat(world, "table", "list").stderr


def test_every_view_of_mart_is_in_it_or_left_out_for_a_reason_and_a_change_is_a_new_version(world: World) -> None:
    schema = load_schema()
    with connect(world.dsn) as connection:
        found, chosen = views(connection), tables_of(connection)
    assert {view.name for view in found} == {*schema.tables, *schema.left_out}
    assert not set(schema.tables) & set(schema.left_out)
    assert all(schema.left_out.values())
    more = [View(view.name, {**view.columns, "further": "text"}) for view in chosen]
    assert len({fingerprint_of(chosen), fingerprint_of(more), fingerprint_of(chosen[1:])}) == 3
    world.rows("drop view mart.bridge_month cascade")
    with connect(world.dsn) as connection, pytest.raises(ConfigurationError, match=r"bridge_month.*`doisoat migrate`"):
        tables_of(connection)


def test_it_has_no_column_for_what_people_write_or_for_their_accounts(world: World) -> None:
    with connect(world.dsn) as connection:
        columns = {f"{view.name}.{name}" for view in tables_of(connection) for name in view.columns}
    of_people = re.compile(r"(reason|note|account|user|_by|is_latest)$")
    assert {name for name in columns if of_people.search(name)} == {
        "bridge.national_declared_by", "bridge.provincial_declared_by",  # sources and measures
        "bridge_month.national_declared_by", "bridge_month.provincial_declared_by",
        "bridge_agency_month.national_declared_by", "bridge_agency_month.provincial_declared_by",
        "source_state.reason", "source_state.incomplete_reason",  # words of ours
    }  # fmt: skip


# what watches a writer -------------------------------------------------------------------------------------------------
def watched(looks: Any) -> Any:
    """From now on something looks before each file is written."""
    real = writing.write_view

    def looked(*arguments: Any, **options: Any) -> int:
        looks()
        return real(*arguments, **options)

    return mock.patch.object(writing, "write_view", looked)


def die_at(number: int) -> Any:
    """A writer that is killed before its n-th file."""
    left = iter(range(1, number))

    def look() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return look


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket of an S3 server in this process."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "of-this-test", "AWS_SECRET_ACCESS_KEY": "of-this-test",
        "AWS_DEFAULT_REGION": "us-east-1", "NO_PROXY": "127.0.0.1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        s3fs.S3FileSystem().mkdir("open")
        yield "s3://open"
    finally:
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()
