"""Dated reference data and code maps: loaded from the province's files into core, all of them each night."""

from __future__ import annotations

import re

import psycopg

from doisoat.collect.known import key_of
from doisoat.errors import ConfigurationError
from doisoat.load.calendar import load_calendar
from doisoat.model import Capability
from doisoat.province.file import CodeMaps, ProvinceSettings
from doisoat.province.reference import PROCEDURE_COLUMNS, PROCEDURE_OPTIONS, agencies, aliases, read_table, successions
from doisoat.sources.registry import facts


def load_reference(connection: psycopg.Connection, settings: ProvinceSettings) -> None:
    """Register the sources, agencies, procedures and code maps that the province's files state.

    Agencies and procedures learned from a source stay, unless the reference now has them.

    Raises:
        ConfigurationError: a file is missing, lacks a column or has an invalid number of days; a succession names an unknown
            agency or an invalid day; the working days name an agency that is not in the reference; or the key of the
            warehouse's fingerprints is lost.
    """
    key_of(connection)  # without it no fingerprint can be made
    _load_sources(connection, settings)
    _load_code_maps(connection, settings)
    if settings.province.agencies:
        rows = agencies(settings)
        _load_agencies(connection, rows)
        _load_aliases(connection, rows)
    _load_successions(connection, successions(settings))
    if settings.province.procedures:
        path = settings.resolve(settings.province.procedures)
        _load_procedures(connection, read_table(path, PROCEDURE_COLUMNS, PROCEDURE_OPTIONS))
    load_calendar(connection, settings.working_days)


def _load_sources(connection: psycopg.Connection, settings: ProvinceSettings) -> None:
    connection.execute("update core.source set is_enabled = false")
    for source_id, source in settings.sources.items():
        kind = facts(source_id, source.kind)
        listing = Capability.LISTING in kind.asked
        connection.execute(
            """insert into core.source values (%s, %s, %s, %s, %s, %s, %s, %s, %s,
                (select coalesce(array_agg(core.procedure_family(code)), '{}') from unnest(%s::text[]) code), %s,
                normalize(%s, nfc))
            on conflict (source_id) do update set source_kind = excluded.source_kind, side = excluded.side,
                has_listing = excluded.has_listing, has_counts = excluded.has_counts,
                is_keyed_by_code = excluded.is_keyed_by_code, is_enabled = excluded.is_enabled,
                has_look_ups = excluded.has_look_ups, has_catalogue = excluded.has_catalogue,
                procedure_families = excluded.procedure_families, allowed_lag = excluded.allowed_lag,
                label = excluded.label""",
            [source_id, source.kind, str(source.side or kind.side), listing, Capability.COUNTS in kind.asked,
             kind.always_full and listing, source.enabled, Capability.LOOKUP in kind.asked,
             Capability.CATALOGUE in kind.asked, source.procedures,
             source.allowed_lag and source.allowed_lag.interval, source.label],
        )  # fmt: skip
        if listing or Capability.LOOKUP in kind.asked:
            connection.execute("call core.ensure_partition(%s)", [source_id])
    _load_owners(connection, settings)


def _load_owners(connection: psycopg.Connection, settings: ProvinceSettings) -> None:
    rows = [
        (source_id, owner.valid_from, owner.valid_to, owner.name)
        for source_id, source in settings.sources.items()
        for owner in source.owners
    ]
    connection.execute("delete from core.source_owner")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into core.source_owner values (%s, %s, coalesce(%s::date, 'infinity'), normalize(%s, nfc))", rows
        )


def _load_code_maps(connection: psycopg.Connection, settings: ProvinceSettings) -> None:
    rows = [
        (source_id, kind, value, dated.valid_from, dated.valid_to, mapped)
        for source_id, source in settings.sources.items()
        for kind in CodeMaps.model_fields
        for dated in getattr(source.code_maps, kind)
        for value, mapped in dated.map.items()
    ]
    connection.execute("delete from core.code_map")
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into core.code_map values (%s, %s, %s, %s, coalesce(%s::date, 'infinity'), %s)", rows
        )
    connection.execute(  # what was kept of a value before a map knew it
        """insert into core.code_map
        select source_id, kind, core.fingerprint_of(source_value), valid_from, valid_to, value
        from core.code_map where source_value <> ''"""
    )


def _load_agencies(connection: psycopg.Connection, rows: list[dict[str, str | None]]) -> None:
    connection.execute("delete from core.agency where origin = 'reference'")
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into core.agency (agency_id, code, old_code, name, name_key, level, parent_id, valid_from, valid_to, origin)
            values (%(agency_id)s, %(code)s, %(old_code)s, normalize(%(name)s, nfc), core.agency_name_key(%(name)s), %(level)s,
                %(parent_id)s, coalesce(%(valid_from)s::date, '-infinity'), coalesce(%(valid_to)s::date, 'infinity'), 'reference')
            on conflict (agency_id, valid_from) do update set code = excluded.code, old_code = excluded.old_code,
                name = excluded.name, name_key = excluded.name_key, level = excluded.level,
                parent_id = excluded.parent_id, valid_to = excluded.valid_to, origin = excluded.origin,
                first_night = null""",
            rows,
        )
    connection.execute(
        """delete from core.agency learned using core.agency known
        where learned.origin <> 'reference' and known.origin = 'reference'
          and learned.agency_id in (known.agency_id, known.code, known.old_code)"""
    )


def _load_aliases(connection: psycopg.Connection, rows: list[dict[str, str | None]]) -> None:
    said = sorted({(row["agency_id"], name) for row in rows for name in aliases(row)})
    connection.execute("delete from core.agency_alias")
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into core.agency_alias
            select %s, normalize(said, nfc), core.agency_name_key(said) from (values (%s)) one (said)
            where core.agency_name_key(said) is not null on conflict do nothing""",
            said,
        )


def _load_successions(connection: psycopg.Connection, rows: list[dict[str, str | None]]) -> None:
    connection.execute("delete from core.succession")
    with connection.cursor() as cursor:
        cursor.executemany("insert into core.succession values (%(agency_id)s, %(successor_id)s, %(since)s)", rows)


def _load_procedures(connection: psycopg.Connection, rows: list[dict[str, str | None]]) -> None:
    for row in rows:
        if row["legal_days"] and not re.fullmatch("[1-9][0-9]{0,2}", row["legal_days"]):
            raise ConfigurationError(
                f"reference of procedures: {row['procedure_code']}: legal_days {row['legal_days']!r} is not a number of days"
            )
    connection.execute("delete from core.procedure where origin = 'reference'")
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into core.procedure (procedure_family, procedure_code, name, field_code, field_name, legal_days, origin)
            values (core.procedure_family(%(procedure_code)s), %(procedure_code)s, %(name)s, %(field_code)s, %(field_name)s,
                %(legal_days)s::integer, 'reference')
            on conflict (procedure_family) do update set procedure_code = excluded.procedure_code, name = excluded.name,
                field_code = excluded.field_code, field_name = excluded.field_name, legal_days = excluded.legal_days,
                origin = excluded.origin, first_night = null""",
            rows,
        )
