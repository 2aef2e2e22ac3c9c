"""The records of a landing as the CSV that PostgreSQL copies (doisoat.collect.landing says why this dialect)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from doisoat.model import DossierRecord
from doisoat.sources.written_codes import dossier_code

RECORD_COLUMNS: tuple[str, ...] = DossierRecord.__struct_fields__

#: `COPY staging (...) FROM STDIN WITH (<these>)` reads records.csv.zst.
COPY_OPTIONS = "FORMAT csv, HEADER true, NULL 'null', ESCAPE '\\'"

_LINKED = RECORD_COLUMNS.index("linked_codes")
_ENCODER = msgspec.json.Encoder()


def csv_of(records: Iterable[DossierRecord]) -> bytes:
    """Records as lines of records.csv.zst."""
    return csv_lines([row_of(record) for record in records])


def csv_lines(rows: Sequence[tuple[object, ...]]) -> bytes:
    lines = _ENCODER.encode_lines(rows)  # a line break within a text is escaped: "]\n[" occurs only between rows
    return lines[1:-2].replace(b"]\n[", b"\n") + b"\n" if rows else b""


def as_coded(record: DossierRecord) -> DossierRecord:
    """The record with its dossiers' codes as both sides write them: a look-alike sign makes no other dossier."""
    code = record.dossier_code and dossier_code(record.dossier_code)
    linked = tuple([dossier_code(other) for other in record.linked_codes])
    if code == record.dossier_code and linked == record.linked_codes:
        return record
    linked = tuple(dict.fromkeys(other for other in linked if other != code))
    return msgspec.structs.replace(record, dossier_code=code, linked_codes=linked)


def row_of(record: DossierRecord) -> tuple[object, ...]:
    values = msgspec.structs.astuple(record)
    return (*values[:_LINKED], _array(record.linked_codes), *values[_LINKED + 1 :])


def _array(codes: tuple[str, ...]) -> str:
    """A PostgreSQL array literal."""
    joined = "".join(codes)
    if '"' in joined or "\\" in joined:
        codes = tuple(code.replace("\\", "\\\\").replace('"', '\\"') for code in codes)
    inner = '","'.join(codes)
    return f'{{"{inner}"}}' if codes else "{}"
