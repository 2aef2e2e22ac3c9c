"""How much disk we use: landings, each schema of the warehouse, logs; and how much is free where landings are kept."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from doisoat.collect.catalogues import SHELF as CATALOGUES
from doisoat.collect.provinces import SHELF as PROVINCES
from doisoat.collect.store import is_folder, size_of
from doisoat.province.site import Site, home_directory
from doisoat.warehouse import connect, writing


def measure(site: Site) -> dict[str, int]:
    """Bytes by place: landing, of catalogues and of provinces too, schema <name>, database, logs, free (of a disk)."""
    with connect(site.dsn) as connection:
        schemas = connection.execute(
            """select 'schema ' || n.nspname, coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
            from pg_namespace n left join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
            where n.nspname in ('raw', 'core', 'recon', 'ops', 'archive') group by 1 order by 1"""
        ).fetchall()
        database = connection.execute("select pg_database_size(current_database())").fetchone()
    return {
        "landing": size_of(site.landing_root / site.settings.province.id),
        "landing of catalogues": size_of(site.landing_root / CATALOGUES / site.settings.province.id),
        "landing of provinces": size_of(site.landing_root / PROVINCES / site.settings.province.id),
        **dict(schemas),
        "database": database[0] if database else 0,
        "logs": size_of(_logs()),
        **({"free": _free(site.landing_root)} if is_folder(site.landing_root) else {}),
    }


def write_down(site: Site) -> dict[str, int]:
    """Measure, and store it in ops.disk."""
    sizes = measure(site)
    with writing(site.dsn) as connection, connection.cursor() as cursor:
        cursor.executemany("insert into ops.disk values (now(), %s, %s)", list(sizes.items()))
    return sizes


def _logs() -> Path:
    """Where Airflow's tasks log; on a laptop, the logs of all our processes."""
    airflow = os.environ.get("AIRFLOW__LOGGING__BASE_LOG_FOLDER")
    return Path(airflow) if airflow else home_directory() / "logs"


def _free(directory: Path) -> int:
    there = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free
