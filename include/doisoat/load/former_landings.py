"""Landings of before there were fingerprints: they hold a source's words as stated, and are screened as they are loaded."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import psycopg

from doisoat.collect.known import key_of
from doisoat.collect.landing import Landing
from doisoat.collect.record_csv import RECORD_COLUMNS, csv_of
from doisoat.collect.screen import Screen
from doisoat.model import ControlTotal, DossierRecord, QuarantinedRow

_LINKED = RECORD_COLUMNS.index("linked_codes")
#: The first format in which what nothing knows is a fingerprint.
_SINCE = 2


def as_kept_now(connection: psycopg.Connection, landing: Landing) -> Landing:
    """The landing as it would be sealed now, by what the warehouse knows; the same if it was sealed with fingerprints."""
    if landing.manifest.format >= _SINCE:
        return landing
    return _Screened(landing, _screen(connection, landing.certificate.source_id))


def _screen(connection: psycopg.Connection, source_id: str) -> Screen:
    maps = connection.execute(
        "select kind || '_code', source_value from core.code_map where source_id = %s", [source_id]
    )
    words: dict[str, set[str]] = {}
    for name, said in maps.fetchall():
        words.setdefault(name, set()).add(said)
    codes = {code for (code,) in connection.execute("select code from core.agency_coded").fetchall()}
    fields = connection.execute("select distinct field_code from core.procedure where origin = 'reference'").fetchall()
    names = {name for (name,) in connection.execute("select name_key from core.agency_named").fetchall()}
    words["agency_code"] = words.get("agency_code", set()) | codes
    words |= {
        "parent_agency_code": codes,
        "agency_ref": words["agency_code"],
        "field_code": {code for (code,) in fields},
    }
    return Screen(words, names, key=key_of(connection))


class _Screened(Landing):
    def __init__(self, landing: Landing, screen: Screen) -> None:
        super().__init__(landing.directory, landing.manifest)
        self._screen = screen

    def records_csv(self) -> Iterator[bytes]:
        rest, is_header = b"", True
        for chunk in super().records_csv():
            *lines, rest = (rest + chunk).split(b"\n")
            if is_header and lines:
                yield lines.pop(0) + b"\n"
                is_header = False
            yield csv_of(self._screen.record(_record(line)) for line in lines)

    def totals(self) -> Iterator[ControlTotal]:
        yield from map(self._screen.total, super().totals())

    def quarantined(self) -> Iterator[QuarantinedRow]:
        yield from map(self._screen.quarantined, super().quarantined())


def _record(line: bytes) -> DossierRecord:
    """A row of records.csv.zst, which is a JSON array without its brackets; linked codes are PostgreSQL's array in a text."""
    values = msgspec.json.decode(b"[" + line + b"]")
    values[_LINKED] = msgspec.json.decode("[" + values[_LINKED][1:-1] + "]")
    return msgspec.convert(dict(zip(RECORD_COLUMNS, values, strict=True)), DossierRecord)
