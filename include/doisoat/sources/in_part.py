"""Shared by connectors that read rows: what of a row can be read if some of its fields cannot (docs/adr/0027)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from doisoat.model import DossierRecord, QuarantinedRow
from doisoat.sources.values import BadRowError


def read_in_part(
    read: Callable[[], DossierRecord],
    blank: Callable[[str], None],
    fills: Mapping[str, tuple[str, ...]],
    *,
    position: str,
    record_id: str | None,
) -> QuarantinedRow:
    """A row of which at least one field cannot be read, with whatever else can: its fields are left out one after the other.

    Args:
        read: reads the row as it now is; it does not insist on a key.
        blank: empties a field of the row.
        fills: the source's fields that may be left out -> the fields of a record that they fill.
        position: where the row is.
        record_id: its key, if it may be shown.
    """
    blanked: dict[str, str] = {}
    record: DossierRecord | None = None
    while record is None:
        try:
            record = read()
        except BadRowError as error:
            stops = error.field in blanked or error.field not in fills
            blanked.setdefault(error.field, error.reason)
            if stops:
                break
            blank(error.field)
    field, reason = next(iter(blanked.items()), ("row", "unreadable"))
    unread = tuple(name for each in blanked for name in fills.get(each, ()))
    return QuarantinedRow(
        position=position,
        reason=reason,
        field=field,
        record_id=record_id,
        read=record,
        unread=unread if record else (),
    )
