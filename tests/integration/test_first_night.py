"""A first night has no statistics but those that it makes itself: autovacuum may come much later, and is off here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from doisoat.warehouse import connect
from doisoat.warehouse.planner_statistics import refresh_statistics
from standalone import postgres
from support.world import World, total

NIGHT = "2024-04-18"
#: Statements that read nothing which they would have to plan for, or that make statistics themselves.
FILLS = re.compile(
    r"\s*(analyze|copy|create|drop|call|alter|comment|select set_config|delete from \S+ where)", re.IGNORECASE
)
#: Tables with rows that were never analyzed. A partitioned table counts where one of its partitions does.
UNKNOWN = """
    select distinct coalesce(i.inhparent, c.oid)::regclass::text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_inherits i on i.inhrelid = c.oid
    left join pg_class p on p.oid = i.inhparent
    where c.relkind = 'r' and (n.nspname in ('core', 'recon', 'raw') or n.oid = pg_my_temp_schema())
      and (c.reltuples < 0 or p.reltuples < 0) and pg_relation_size(c.oid) > 0
"""


@pytest.fixture
def quiet_server(postgres_server: postgres.Server) -> Iterator[None]:
    """No autovacuum, as far as a night is concerned."""
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
        yield
        connection.execute("alter system reset autovacuum")
        connection.execute("select pg_reload_conf()")


@pytest.fixture
def joined_unknown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Statements that named a filled table of which the planner knew nothing: "table: statement", as they come."""
    found: list[str] = []
    execute = psycopg.Connection.execute

    def watched(self: psycopg.Connection, query: Any, *args: Any, **kwargs: Any) -> Any:
        text = re.sub(r"--[^\n]*", "", query) if isinstance(query, str) else ""
        if " join " in f"{text} ".replace("\n", " ") and not FILLS.match(text):
            for (name,) in execute(self, UNKNOWN).fetchall():
                # what the statement itself fills, it may
                read = re.sub(rf"insert into {re.escape(name)}\b", "", text)
                if re.search(rf"\b{re.escape(name)}\b", read):
                    found.append(f"{name}: {text.strip()[:80]}")
        return execute(self, query, *args, **kwargs)

    monkeypatch.setattr(psycopg.Connection, "execute", watched)
    return found


def tables(dossiers: int) -> dict[str, str]:
    """As many on each side, with links, absences, doubles and differences among them."""
    local = [f"H37.21.0{n % 2 + 1}-2404{n % 17 + 1:02}-{n:04}" for n in range(dossiers)]
    province = [f"{code} | {f'G22.99-240401-{n:04}' if n % 5 == 0 else '-'} | 4" for n, code in enumerate(local)]
    portal = [f"{code} | {9 if n % 7 == 0 else 4}" for n, code in enumerate(local) if n % 11]
    portal += [f"G22.99-240401-{n:04} | 1" for n in range(0, dossiers, 10)]
    ministry = [f"{code} | 4" for code in local[::13]]
    return {
        "igate": "\n".join(["code | national | status", *province]),
        "national_export": "\n".join(["code | status", *portal]),
        "licences": "\n".join(["code | status", *ministry]),
    }


@pytest.mark.usefixtures("quiet_server")
def test_a_first_night_joins_nothing_that_the_planner_does_not_know(
    tmp_path: Path, warehouse_dsn: str, joined_unknown: list[str]
) -> None:
    world = World(tmp_path, warehouse_dsn)
    world.land(NIGHT, "national_statistics", totals=[
        total(300, "dossiers_received", agency_code="H37.21", month="2024-03"),
        total(300, "dossiers_received", agency_name="UBND xã Tân Tiến", month="2024-03"),
    ])  # fmt: skip
    world.run(NIGHT, **tables(400))
    assert joined_unknown == [], "\n".join(joined_unknown)
    causes = {cause for (cause,) in world.rows("select distinct cause from recon.gap where to_night = 'infinity'")}
    assert len(causes) >= 3  # rules had something to look at


@pytest.mark.usefixtures("quiet_server")
def test_what_has_not_grown_is_not_analyzed_again(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, **tables(400))
    with connect(warehouse_dsn) as connection:
        refresh_statistics(connection)  # what the last steps of the night wrote
        assert refresh_statistics(connection) == []
        connection.execute("insert into core.identity_link select source_id, record_id, code, other_code || n, link_kind, "
                           "first_night from core.identity_link cross join generate_series(1, 9) n")  # fmt: skip
        assert refresh_statistics(connection) == ["core.identity_link"]
        connection.rollback()


def test_the_watch_sees_a_join_with_a_table_that_nobody_analyzed(warehouse_dsn: str, joined_unknown: list[str]) -> None:
    with connect(warehouse_dsn) as connection:
        connection.execute("create temporary table filled as select 1 as a")
        connection.execute("select from filled join filled f using (a)")
        connection.execute("analyze filled")
        connection.execute("select from filled join filled f using (a) where a = 1")
    assert len(joined_unknown) == 1
    assert joined_unknown[0].startswith("filled: select")
