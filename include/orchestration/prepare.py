"""Prepare Airflow's own database: `python -m orchestration.prepare [--with-warehouse]`, before its processes start.

Upgrades the database to the installed version's schema and makes a pool for every source of every province: only one task
at a time asks a source, whatever else runs. If a file of logins is configured, each user gets a password in it, readable
by the file's owner only: Airflow would make one too, but print it to a log. Running it again changes nothing; slots that
an operator added stay. PostgreSQL is set to end abandoned transactions.
With `--with-warehouse` each province's warehouse is upgraded to its newest schema too, as `doisoat migrate` does, and the logins
of the page are made that connections name; one that cannot be is told of and keeps nobody else waiting. With `--pools` nothing
but the pools is made: for a province that was added.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from functools import partial
from pathlib import Path

from doisoat.errors import DoisoatError
from doisoat.province import tenants
from doisoat.province.tenants import Tenant

#: A transaction on Airflow's database that is idle for this long is ended. The processes that a killed scheduler leaves
#: behind hold its connection open, and in it the lock without which no scheduler starts a task.
ABANDONED_AFTER = "2min"


def end_abandoned_transactions(after: str = ABANDONED_AFTER) -> None:
    """Set PostgreSQL to end idle transactions on Airflow's database; takes effect for new connections."""
    from airflow.utils.session import create_session
    from sqlalchemy import text

    with create_session() as session:
        (database,) = session.execute(text("select quote_ident(current_database())")).one()
        session.execute(text(f"alter database {database} set idle_in_transaction_session_timeout = '{after}'"))


def make_pools(source_ids: list[str]) -> list[str]:
    """Make the pools that are missing, one slot each; returns their names."""
    from airflow.models.pool import Pool
    from airflow.utils.session import create_session

    with create_session() as session:
        missing = [name for name in source_ids if Pool.get_pool(name, session=session) is None]
        for name in missing:
            Pool.create_or_update_pool(
                name, slots=1, description=f"source {name}", include_deferred=True, session=session
            )
    return missing


def migrate_warehouses() -> list[Tenant]:
    """Upgrade the warehouse of each province, with the page's logins; returns those with whom it failed: stderr says why.

    Raises:
        DoisoatError: it could be done of none.
    """
    from doisoat.connections import connection_from_environment
    from doisoat.province.site import Site
    from doisoat.warehouse import migrate
    from page.logins import make_named

    known = {**os.environ, "DOISOAT_CONNECTIONS": os.environ.get("DOISOAT_PAGE_CONNECTIONS", "")}
    of_page = partial(connection_from_environment, environment=known)
    good, broken = tenants.read_all()
    failed: dict[Tenant, DoisoatError] = {}
    for tenant in good:
        try:
            site = Site.from_environment(tenant=tenant)
            migrate(site.dsn)
            make_named(tenant.connections(of_page), site.dsn, site.settings.province.timezone)
        except DoisoatError as error:
            failed[tenant] = error
    failed |= broken
    for tenant, why in failed.items():
        print(f"{tenant.file.name}: {why}", file=sys.stderr)  # noqa: T201
    if failed and len(failed) == len(good) + len(broken):
        raise next(iter(failed.values()))
    return list(failed)


def make_logins(users: list[str], file: Path) -> list[str]:
    """Make the missing passwords; returns the users who got one.

    Args:
        users: `name:role`, as in [core] simple_auth_manager_users.
        file: JSON, name -> password, as in [core] simple_auth_manager_passwords_file; made with mode 0600.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    made = [name for name in (user.split(":")[0] for user in users) if name not in known]
    unfinished = file.with_suffix(".tmp")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
        json.dump({**known, **{name: secrets.token_urlsafe(24) for name in made}}, written)
    unfinished.replace(file)
    return made


def main(arguments: list[str]) -> None:
    """Migrate and set up the database, make the pools of all provinces and the logins."""
    if "--pools" in arguments:
        make_pools(tenants.pools())
        return
    from airflow.configuration import conf
    from airflow.utils.db import upgradedb

    upgradedb()
    end_abandoned_transactions()
    make_pools(tenants.pools())
    if file := conf.get("core", "simple_auth_manager_passwords_file", fallback=None):
        make_logins(conf.getlist("core", "simple_auth_manager_users"), Path(file))
    if "--with-warehouse" in arguments:
        migrate_warehouses()


if __name__ == "__main__":
    main(sys.argv[1:])
