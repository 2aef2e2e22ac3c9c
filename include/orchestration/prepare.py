"""Make Airflow's own database ready: `python -m orchestration.prepare [--with-warehouse]`, before its processes start.

Brings the database to the installed version's schema and makes the pool of every source of the province: a source is
asked by one task at a time, whatever else runs. Running it again changes nothing; slots that an operator widened stay.
With `--with-warehouse` the warehouse is brought to its newest schema too, as `doisoat migrate` does.
"""

from __future__ import annotations

import sys

from orchestration.site import province


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


def main(arguments: list[str]) -> None:
    """Migrate, then make the pools of DOISOAT_PROVINCE."""
    from airflow.utils.db import upgradedb

    upgradedb()
    make_pools(list(province().sources))
    if "--with-warehouse" in arguments:
        from doisoat.site import Site
        from doisoat.warehouse import migrate

        migrate(Site.from_environment().dsn)


if __name__ == "__main__":
    main(sys.argv[1:])
