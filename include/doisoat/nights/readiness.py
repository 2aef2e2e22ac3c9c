"""Whether a province is ready for a night: its file, its warehouse, and one cheap call to every source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from doisoat.errors import ConfigurationError, DoisoatError
from doisoat.province.site import Site
from doisoat.reports.query import query
from doisoat.warehouse import connect


def probe(site: Site) -> Iterator[tuple[str, bool, str]]:
    """Probe each in turn; yields its name, whether it is well, and its answer or what is wrong."""
    asked: list[tuple[str, Callable[[], str]]] = [
        ("configuration", lambda: f"{site.settings.path.name}: {', '.join(site.source_ids)}"),
        ("warehouse", partial(_probe_warehouse, site)),
        *((source_id, partial(_probe_source, site, source_id)) for source_id in site.source_ids),
        ("code maps", partial(_probe_code_maps, site)),
    ]
    for name, ask in asked:
        try:
            yield name, True, ask()
        except DoisoatError as error:
            yield name, False, str(error).removeprefix(f"{name}: ")


def _probe_warehouse(site: Site) -> str:
    with connect(site.dsn) as connection:
        migrated = connection.execute("select to_regclass('core.dossier_record') is not null").fetchone()
        version = connection.info.server_version // 10000
    if not migrated or not migrated[0]:
        raise ConfigurationError(f"PostgreSQL {version} answers, but has no warehouse; run `doisoat migrate`")
    return f"PostgreSQL {version}"


def _probe_code_maps(site: Site) -> str:
    """What sources state now and no code map knows. No fault of the installation: a system may have a new word any day."""
    with connect(site.dsn) as connection:
        if connection.execute("select to_regclass('core.dossier_record') is null").fetchone() == (True,):
            return "no warehouse yet"
        unmapped = query(connection, "unmapped", {"night": dt.date(9999, 12, 30)}).dicts()
    known = [f"{one['source_id']} {one['kind']} {one['value']!r}: {one['rows']} rows" for one in unmapped]
    return "WARNING, not in code_maps of the province file: " + "; ".join(known) if known else "know every value"


def _probe_source(site: Site, source_id: str) -> str:
    from doisoat.sources.registry import make_source

    settings = site.settings.sources[source_id]
    source = make_source(source_id, settings, site.connections(source_id), *site.settings.reads_with)
    try:
        return str(source.probe())
    finally:
        source.close()
