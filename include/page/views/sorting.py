"""What a table is sorted by: a word in the address, and the order in which the database then gives the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from page.asking import Ask


@dataclass(frozen=True, slots=True)
class Sorting:
    """The order of a table.

    Attributes:
        key: the column's word.
        order: for `order by`; of this package's own words alone.
        downward: the words of the columns whose greatest value comes first when they are chosen.
    """

    key: str
    order: str
    is_descending: bool
    downward: tuple[str, ...]

    def to(self, ask: Ask, key: str) -> str:
        """The address of the same table sorted by another column, or by the same one the other way round."""
        descending = not self.is_descending if key == self.key else key in self.downward
        return ask.here(sort=f"-{key}" if descending else key)


def sorting_of(ask: Ask, columns: Mapping[str, str], downward: tuple[str, ...], default: str) -> Sorting:
    """The order that the address asks for (`place`, or `-place` for the greatest first), else the default.

    Args:
        columns: word in an address -> the column or expression of the SQL.
    """
    said = ask.text("sort") or default
    if said.removeprefix("-") not in columns:
        said = default
    key, is_descending = said.removeprefix("-"), said.startswith("-")
    order = f"{columns[key]} {'desc' if is_descending else 'asc'} nulls last"
    return Sorting(key, order, is_descending, downward)
