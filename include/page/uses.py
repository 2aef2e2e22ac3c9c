"""What is kept of who took or decided what (mart.page_use): the view, its filters, the night; never what somebody typed freely.

A filter's value is kept if it is a day, a number, a word of ours or has the shape of a code (docs/privacy.md); anything else
might be a person's name that somebody looked for, and is kept as having been there.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from doisoat.explain.causes import load_causes
from doisoat.privacy import WITHHELD
from doisoat.shapes import has_shape

from page.accounts import Account
from page.words import texts

#: Say how a table is shown, and nothing of what is in it.
_OF_THE_SCREEN = ("lang", "page", "stored", "token")
_SMALL_NUMBER = re.compile(r"\d{1,6}", re.A)
_PERIOD = re.compile(r"\d{4}(-\d\d|-q[1-4])?", re.A | re.I)


@dataclass(frozen=True, slots=True)
class Use:
    """Something that a reader did.

    Attributes:
        act: exported or decided.
        view: on which view.
        what: the table and its form, as in gaps.csv; or the decision, as in mart.gap_decision.
        rows: how many rows it has, or on how many gaps it was stored.
    """

    act: str
    view: str
    what: str
    night: dt.date
    filters: Mapping[str, str]
    rows: int = 0


def kept(account: Account, use: Use) -> dict[str, Any]:
    """The parameters of sql/keep_use.sql."""
    filters = {
        name: value if is_ours(value) else WITHHELD
        for name, value in sorted(use.filters.items())
        if name in _names() and name not in _OF_THE_SCREEN and name != "night"
    }
    return {"account": account.name, "agency": account.agency_id, "act": use.act, "view": use.view, "what": use.what,
            "night": use.night, "filters": json.dumps(filters), "rows": use.rows}  # fmt: skip


def is_ours(value: str) -> bool:
    """Whether a filter's value can name nobody: a day, a small number, a word of ours, or a code by its shape."""
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return (
            _SMALL_NUMBER.fullmatch(value) is not None
            or _PERIOD.fullmatch(value) is not None
            or value in _words()
            or any(has_shape(field, value) for field in ("dossier_code", "procedure_code", "agency_code"))
        )
    return True


@cache
def _words() -> frozenset[str]:
    """The values that our own filters have: those that the page has a text for, and the causes."""
    return frozenset({key.rpartition(".")[2] for key in texts()} | {cause.id for cause in load_causes()} | {"none"})


@cache
def _names() -> frozenset[str]:
    """The filters that there are: any other name in an address is somebody's own."""
    named = {key.partition(".")[2] for key in texts() if key.startswith("filters.")}
    return frozenset(
        named
        | {
            "account", "act", "agency", "all", "by", "cause", "code", "event", "first", "id", "month", "pair", "period", "sign",
            "sort", "source",
        }
    )  # fmt: skip
