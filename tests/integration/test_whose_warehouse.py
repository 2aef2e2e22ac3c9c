"""A warehouse that is another province's or another release's is refused in one line; readers see what views show."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from doisoat.errors import ConfigurationError
from doisoat.nights import steps
from doisoat.nights.replay import replay
from doisoat.warehouse import connect
from psycopg.conninfo import conninfo_to_dict
from standalone import postgres
from support.commands import doisoat
from support.world import World

CODE = "H37.21.01-240401-0001"


def test_a_warehouse_belongs_to_one_province(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    world.run("2024-04-18", igate=f"code\n{CODE}", national_export=f"code\n{CODE}")
    before = world.rows("select * from core.dossier_record")
    settings = world.site.settings
    other = settings.model_copy(update={"province": settings.province.model_copy(update={"id": "cao_bang"})})
    elsewhere = replace(world.site, settings=other)
    for work in (
        lambda: steps.open_night(elsewhere, dt.date(2024, 4, 19), run_id="test"),
        lambda: list(replay(elsewhere)),
    ):
        with pytest.raises(ConfigurationError, match=r"'lang_son' since .* 'cao_bang'; nothing was written") as refused:
            work()
        assert "\n" not in str(refused.value)
    assert world.rows("select province_id from ops.province") == [("lang_son",)]
    assert world.rows("select * from core.dossier_record") == before
    assert len(world.rows("select night from ops.night")) == 1


def test_a_command_on_a_warehouse_without_our_schema_says_what_to_do(tmp_path: Path, warehouse_dsn: str) -> None:
    with connect(warehouse_dsn) as connection:
        connection.execute("drop schema mart cascade; drop table ops.publication cascade")
        connection.execute("update doisoat_migration set version_num = 'baseline'")
    done = doisoat(World(tmp_path, warehouse_dsn), "gaps")
    assert done.returncode == 1
    assert "it has schema baseline" in done.stderr
    assert "`doisoat migrate`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_readers_function_sees_only_what_the_view_shows(
    tmp_path: Path, warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    """A cheap function in WHERE used to be called with the rows of withdrawn nights, before the view left them out."""
    world = World(tmp_path, warehouse_dsn)
    world.run("2024-04-18", igate=f"code | status\n{CODE} | 4", national_export=f"code | status\n{CODE} | 1")
    with connect(warehouse_dsn) as connection:
        connection.execute("update ops.publication set withdrawn_at = now()")
    with connect(postgres_server.dsn(conninfo_to_dict(warehouse_dsn)["dbname"])) as connection:
        connection.execute(
            "create schema loose; create table loose.seen (word text); grant all on schema loose to analyst"
        )
        connection.execute("grant all on loose.seen to analyst")
        connection.execute("set role analyst")
        connection.execute(
            """create function loose.tell(word text) returns boolean language plpgsql cost 0.0001 as
            $$ begin insert into loose.seen values (word); return true; end $$"""
        )
        views = [
            name
            for (name,) in connection.execute(
                """select distinct table_name::text from information_schema.columns
                where table_schema = 'mart' and column_name = 'dossier_id' order by 1"""
            )
        ]
        for view in views:
            connection.execute(f"select count(*) from mart.{view} where loose.tell(dossier_id)")
        assert len(views) > 3
        assert connection.execute("select * from loose.seen").fetchall() == []
