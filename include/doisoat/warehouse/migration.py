"""Brings a warehouse to the newest schema."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from doisoat.errors import ConfigurationError
from doisoat.warehouse.archived import any_revision
from doisoat.warehouse.database import connect, run_file, run_sql, writing
from doisoat.warehouse.way import READERS_WAIT, limit, make_way

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
#: Schema revisions used during development, before 0.1.0 made them one revision; no release had any of these.
BEFORE_0_1_0 = {
    *("first_night", "every_source", "nights_that_hold", "every_gap", "changes_only", "gap_owners", "whole_bridge"),
    *("learned_lags", "the_rates", "the_services", "the_progress", "kept_counts", "kept_calendar"),
}
#: A reader's own function in WHERE sees no row that a view hides: those of nights that were withdrawn.
_BARRIERS = """do $$
    declare of_view regclass;
    begin
        for of_view in select oid from pg_class where relkind = 'v'
            and relnamespace in ('mart'::regnamespace, 'mart_history'::regnamespace)
        loop
            execute format('alter view %s set (security_barrier)', of_view);
        end loop;
    end $$"""
#: PostgreSQL lets everybody who has a login on the server connect to each database and fill its disk with temporary
#: tables. What a superuser alone can take away besides is in docker/postgres/close_warehouse.sql. And roles belong to the server:
#: `analyst` has the readers of all its warehouses, so each lets in a role of its own (doisoat.warehouse.readers.let_in). Who was
#: let in as an analyst before there was that role still is.
_CLOSED = """do $$
    declare
        readers name = 'reads_' || current_database();
        former name;
    begin
        if (select pg_has_role(datdba, 'usage') from pg_database where datname = current_database()) then
            if not exists (select from pg_roles where rolname = readers) then
                execute format('create role %I nologin', readers);
                for former in
                    select distinct m.member::regrole::text
                    from pg_database d cross join aclexplode(d.datacl) a join pg_auth_members m on m.roleid = a.grantee
                    where d.datname = current_database() and a.privilege_type = 'CONNECT' and m.member <> d.datdba
                        and a.grantee in (select oid from pg_roles where rolname in ('analyst', 'gap_writer'))
                loop
                    execute format('grant %I to %s', readers, former);
                end loop;
            end if;
            execute format('revoke all on database %I from public', current_database());
            execute format('revoke connect on database %I from analyst, gap_writer', current_database());
            execute format('grant connect on database %I to %I', current_database(), readers);
        end if;
    end $$"""


def migrate(dsn: str, *, readers_wait: dt.timedelta = READERS_WAIT) -> None:
    """Upgrade the schema to the newest revision, recreate the views (they hold no data), and close the database.

    Readers who are in the way for longer than `readers_wait` are disconnected.

    Raises:
        ConfigurationError: the warehouse was made before 0.1.0 or by a newer release; nothing has been changed.
        NightBusyError: somebody else is in the way, who is named.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes.update(dsn=dsn, lock_timeout=limit(readers_wait))
    _refuse_unknown(dsn, {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()})
    make_way(dsn, lambda: command.upgrade(config, "head"))
    make_way(dsn, lambda: _make_views(dsn, readers_wait))
    _warn_if_open(dsn)


def _make_views(dsn: str, readers_wait: dt.timedelta) -> None:
    with writing(dsn) as connection:
        connection.execute("select set_config('lock_timeout', %s, true)", [limit(readers_wait)])
        connection.execute("drop schema if exists mart, mart_history cascade")
        connection.execute("create schema mart; create schema mart_history")
        run_sql(connection, any_revision())
        for path in sorted((HERE / "views").glob("*.sql")):
            run_file(connection, path)
        connection.execute(_BARRIERS)
        connection.execute(_CLOSED)


def _warn_if_open(dsn: str) -> None:
    """Say what only somebody else can close: the server's superuser, or the owner of the database if that is not us."""
    with connect(dsn) as connection:
        row = connection.execute(
            """select has_database_privilege('public', current_database(), 'TEMPORARY'),
                has_function_privilege('public', 'lo_create(oid)', 'EXECUTE')"""
        ).fetchone()
    may_fill = [what for what, may in zip(("temporary tables", "large objects"), row or (), strict=True) if may]
    if may_fill:
        log.warning(
            "warehouse: whoever may log in to it can fill its disk with %s; do: close it as docs/operations.md says (A warehouse "
            "on your own PostgreSQL)", " and ".join(may_fill)
        )  # fmt: skip


def _refuse_unknown(dsn: str, ours: set[str]) -> None:
    """Refuse a warehouse at a revision that this release cannot upgrade."""
    with connect(dsn) as connection:
        if connection.execute("select to_regclass('doisoat_migration')").fetchone() == (None,):
            return
        found = {revision for (revision,) in connection.execute("select version_num from doisoat_migration")}
    if found & BEFORE_0_1_0:
        raise ConfigurationError(
            f"warehouse: was made before 0.1.0 (schema {', '.join(found)}), which cannot be upgraded; do: name a new, empty "
            "database in AIRFLOW_CONN_WAREHOUSE, then `doisoat migrate` and `doisoat replay`, which recomputes its nights "
            "from their sealed landings (docs/operations.md, Upgrade)"
        )
    if found - ours:
        raise ConfigurationError(
            f"warehouse: was made by another release (schema {', '.join(found)}), which this one does not know; do: install "
            "the newest release, or restore the backup made with this one (docs/operations.md, Upgrade)"
        )
