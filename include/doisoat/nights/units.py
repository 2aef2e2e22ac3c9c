"""Which units the province's reference knows, by code and by name, as the load resolves them (load/sql/resolve_agencies.sql)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from doisoat.errors import ConfigurationError
from doisoat.names import unit_key
from doisoat.province.file import ProvinceSettings
from doisoat.province.reference import agencies, aliases

_Row = dict[str, str | None]
_Validity = tuple[dt.date, dt.date]


class Units:
    """The agencies of a reference.

    Args:
        rows: as its file has them (province/reference.py).

    Raises:
        ConfigurationError: a day in it is no day.
    """

    def __init__(self, rows: Sequence[_Row]) -> None:
        self._codes: dict[str, set[str]] = {}
        self._named: dict[str, dict[str, list[_Validity]]] = defaultdict(lambda: defaultdict(list))
        parents = {row["agency_id"]: unit_key(row["name"]) for row in rows if row["name"]}
        for row in rows:
            if not (agency_id := row["agency_id"]) or not row["name"]:
                continue
            codes = {code for code in (agency_id, row["code"], row["old_code"]) if code}
            for code in codes:
                self._codes.setdefault(code, set()).update(codes)
            valid = _day(row["valid_from"], dt.date.min, row), _day(row["valid_to"], dt.date.max, row)
            for name in map(unit_key, (row["name"], *aliases(row))):
                for written in (name, f"{name}, {parents.get(row['parent_id'], '')}"):
                    self._named[written][agency_id].append(valid)
        self.count = len({row["agency_id"] for row in rows})

    @classmethod
    def of(cls, settings: ProvinceSettings) -> Units:
        """Those of the province's file.

        Raises:
            ConfigurationError: it cannot be read or lacks a column, or a day in it is no day.
        """
        return cls(agencies(settings))

    def has_code(self, code: str | None) -> bool:
        """Whether an agency has that code, has had it, or is called so in the reference."""
        return code in self._codes

    def finds(self, code: str | None, name: str | None, prefix: str | None, day: dt.date) -> bool:
        """Whether a stated unit is one agency of the reference on that day.

        Args:
            prefix: the unit in the dossier's code, which decides between several of one name.
        """
        if self.has_code(code):
            return True
        named = self._named.get(unit_key(name), {}) if name else {}
        then = [agency for agency, spans in named.items() if any(first <= day < end for first, end in spans)]
        found = then or list(named)
        return len(found) == 1 or any(agency in self._codes.get(prefix or "", ()) for agency in found)


def _day(text: str | None, default: dt.date, row: _Row) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else default
    except ValueError:
        raise ConfigurationError(
            f"reference of agencies: {row['agency_id']}: {text}: expected a day such as 2025-07-01"
        ) from None
