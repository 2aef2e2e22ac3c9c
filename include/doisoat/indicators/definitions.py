"""The indicators as readable formulas: definitions.yaml, in the order in which they are shown."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from doisoat.entries import Entry, load_entries

HERE = Path(__file__).parent


class Indicator(Entry):
    """One formula (CONTRACTS section 6; docs/generated/indicators.md).

    Its query returns, per period and part, numerator, denominator and ratio, each with a lower and an upper bound, and the
    denominator's basis.

    Attributes:
        id: its name; the SQL that computes it is rules/<id>.sql.
        code: its number in the decision, None if it has none.
        reading_of: for one of several readings, what it is a reading of; the province file says which is in force.
        label: its name in Vietnamese, as shown on pages.
        formula: the formula in words.
        legal_source: the legal source of the formula.
        certainty: V seen in working software or on a public page, 2 second-hand, A our own reading.
        valid_from, valid_to: the first day on which the source applies, and the first on which it no longer does.
        points: the maximum, out of the decision's 100 points; None if it gives none by itself.
        full_at: the ratio from which it gives all points; below it, in proportion.
    """

    code: str | None = None
    reading_of: str | None = None
    label: str
    formula: str
    legal_source: str
    certainty: Literal["V", "2", "A"]
    valid_from: dt.date
    valid_to: dt.date | None = None
    points: float | None = None
    full_at: float = Field(default=1, gt=0, le=1)

    @model_validator(mode="after")
    def _has_a_rule(self) -> Indicator:
        if not self.path.is_file():
            raise ValueError(f"indicator {self.id}: there is no rules/{self.id}.sql")
        return self

    @classmethod
    def folder(cls) -> Path:
        return HERE / "rules"


@cache
def load_indicators() -> tuple[Indicator, ...]:
    """All indicators, in the order in which they are shown."""
    return load_entries(HERE / "definitions.yaml", Indicator)


def readings() -> dict[str, tuple[str, ...]]:
    """The indicators with several readings, and their readings; the first is in force if the province file names none."""
    found: dict[str, tuple[str, ...]] = {}
    for one in load_indicators():
        if one.reading_of:
            found[one.reading_of] = (*found.get(one.reading_of, ()), one.id)
    return found
