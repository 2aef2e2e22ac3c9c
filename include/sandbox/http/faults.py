"""Misbehaviour on demand: the next answers of a system go wrong in a given way, a given number of times."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from zlib import crc32

from sandbox.http.wire import BadRequest

KINDS = (
    # in any answer
    "latency",  # wait `seconds` before answering
    "rate_limit",  # 429 with Retry-After: `seconds`
    "server_error",  # 500 with a page of text
    "cut_off",  # the body, or the file, is cut off half way
    "html_200",  # a page of HTML instead, with status 200
    "empty_body",  # nothing instead
    "half_written",  # the first half of the body, and the length says that it is whole
    "redirect",  # 302 to `to`, another host
    "application_error",  # status 200 with {`field`: `to`} and a message, and no rows
    "huge",  # `size` bytes of white space in the body, without a length; a file grows to `size`
    "bomb",  # the same, compressed with gzip
    "expired_session",  # every token and session is void: a new login is needed
    "drift",  # after a page, a record not yet shown is updated, so later pages shift (igate)
    # in the content of an answer; `nth` of the fields of that name, 0 for all
    "changed_shape",  # field `field` is called `to`; in a file the column of that label
    "missing_field",  # field `field` is left out
    "changed_type",  # field `field` has a value of another type
    "changed_value",  # field `field` is `to`; in the portal's file the `nth` row's cell under that label
    "broken_character",  # field `field`, a text, holds half a surrogate pair
    "wrong_total",  # declared totals (or `field`) are seven too high
    "two_timezones",  # half of the timestamps are written in UTC
    "decomposed",  # Vietnamese in NFD
    "repeated",  # the first row is repeated at the end; of a file, a second copy appears
    "skipped",  # the first row is left out, as if one before it had left between two pages
    "hollow",  # what is below the answer's own fields is empty: a well-formed answer that holds nothing
    "bare",  # a list of one object is that object
    "endless",  # never the last page: after the last rows, the same again under other keys
    # in files
    "missing",  # no file appears
    # in everything a system holds (igate, national_export), with consistent totals: the system is mad
    "a_tenth",  # it holds the same tenth of its dossiers, whenever it is asked
    "new_status",  # every dossier is stopped
    "other_province",  # its dossiers are another province's
)
MADNESS = KINDS[-3:]


def is_of_the_tenth(key: str) -> bool:
    """Whether a dossier with this key is one of those that remain under the fault a_tenth."""
    return crc32(key.encode()) % 10 == 0


@dataclass
class Fault:
    """One fault.

    Attributes:
        count: how many answers it still spoils, None for all.
        after: how many answers it lets pass first.
        path: only addresses (path and query) that hold this text.
        seconds, field, to, size, nth: see KINDS; `size` in bytes.
    """

    system: str
    kind: str
    count: int | None = 1
    after: int = 0
    path: str = ""
    seconds: float = 1.0
    field: str = ""
    to: Any = ""
    size: int = 2**31
    nth: int = 0
    shown: list[Any] = dataclasses.field(
        default_factory=list, init=False, repr=False
    )  # the last rows, of a fault that repeats them

    def told(self) -> dict[str, Any]:
        """What it was told."""
        return {name: value for name, value in asdict(self).items() if name != "shown"}


class Faults:
    """The active faults, each with its remaining count.

    Args:
        systems: names of the systems being served.
    """

    def __init__(self, systems: Iterable[str]) -> None:
        self.systems = tuple(systems)
        self.active: list[Fault] = []

    def add(self, told: dict[str, Any]) -> Fault:
        """Activate a fault.

        Raises:
            BadRequest: no such system, kind or key.
        """
        if told.get("system") not in self.systems or told.get("kind") not in KINDS:
            raise BadRequest(f"system is one of {', '.join(self.systems)}; kind one of {', '.join(KINDS)}")
        try:
            fault = Fault(**told)
        except TypeError:
            keys = [name for name, one in Fault.__dataclass_fields__.items() if one.init]
            raise BadRequest(f"a fault has the keys {', '.join(keys)}") from None
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        self.active.clear()

    def told(self) -> list[dict[str, Any]]:
        """The active faults, for the control page."""
        return [fault.told() for fault in self.active]

    def take(self, system: str, path: str) -> list[Fault]:
        """The faults that spoil this answer; each one's count is reduced by one."""
        taken = []
        for fault in self.active:
            if fault.system != system or fault.path not in path:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.count = None if fault.count is None else fault.count - 1
            taken.append(fault)
        self.active = [fault for fault in self.active if fault.count is None or fault.count > 0]
        return taken
