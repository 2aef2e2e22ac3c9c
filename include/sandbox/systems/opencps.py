"""OpenCPS v2, simulated: the province's side as the open-source one-stop system shows it (CONTRACTS section 3).

Contract: GET /o/rest/v2/dossiers and /o/rest/statistics with Basic authentication and the header `groupId`. Facts
below are those of the public sources at their 2020 state (VietOpenCPS/opencps-v2):

* rows `start` (included) to `end` (excluded); without `end` all of them; `total` counts the whole search;
* sorted by creation, oldest first; only `order=true` reverses the order ("desc" does not). `sort` takes the names
  of fields that are stored as text and compares them as text, dates too; any other name means no order at all. Whether
  `modifiedDate` is shown and can be sorted by differs between worlds: the sources say no;
* a day that is not d/M/yyyy is ignored, so everything is returned; both ends of a window are included; `toSubmitDate`
  without `fromSubmitDate` filters by receipt. `year` and `month` are those of the receipt, one works without the
  other. In which time zone days and months are meant differs between worlds;
* an unknown `groupId` finds nothing and is not an error; what cannot be searched is 403 "No Content.";
* removed dossiers are not there at all.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import msgspec

from sandbox.http.sessions import Credentials, is_same
from sandbox.http.wire import Answer, Request, json_answer
from sandbox.systems.opencps_statistics import Statistics
from sandbox.systems.opencps_words import GROUP_ID, Words, system_id, times_of
from sandbox.systems.system import System
from sandbox.world.moments import LOCAL
from sandbox.world.truth import ONLINE, Dossier, LocalRow
from sandbox.world.world import World

SEARCH_PATH = "/o/rest/v2/dossiers"
STATISTICS_PATH = "/o/rest/statistics"
_NEVER = 2**62
_TRUE = ("true", "t", "y", "on", "1")
_TEXTS = frozenset(
    f"{name}{part}"
    for name, parts in {
        "dossier": "No Status SubStatus",
        "service": "Code Name",
        "govAgency": "Code Name",
        "domain": "Code Name",
        "due": "Date",
        "extend": "Date",
        "release": "Date",
        "finish": "Date",
        "cancelling": "Date",
        "correcting": "Date",
        "reference": "Uid",
        "originDossier": "No",
        "lock": "State",
    }.items()
    for part in parts.split()
)
_LISTS = ("status", "substatus", "agency", "systemId")  # parameters that are lists with commas
_WHOLE = ("service", "domain", "online", "origin", "dossierNo")


@dataclass(slots=True)
class _Row:
    """A row with what a search may filter by; days are texts yyyyMMddHHmmss, compared as texts."""

    made: Dossier
    row: LocalRow
    dossier_id: int
    created: int
    modified: int
    days: dict[str, str]
    facts: dict[str, str]


class OpenCps(System):
    """Search and statistics over the rows that the province has not removed.

    Args:
        credentials: client id and secret are the user name and the password.
    """

    name = "opencps"
    paths = (SEARCH_PATH, STATISTICS_PATH)

    def __init__(self, world: World, credentials: Credentials) -> None:
        self._variant, self._credentials = world.variant, credentials
        self._world = world
        self._zone = LOCAL if world.variant.opencps_days == "local" else dt.UTC
        self._shelf: list[_Row] = []
        self._valid = (0, 0)
        self._found: dict[str, list[_Row]] = {}
        self._hidden = False

    @cached_property
    def _words(self) -> Words:
        return Words(self._world)  # lazily: only a province with OpenCPS needs it

    @cached_property
    def _statistics(self) -> Statistics:
        return Statistics(self._world, self._words)

    def forget(self) -> None:
        self._valid = (0, 0)
        if "_statistics" in self.__dict__:
            self._statistics.forget()

    def drift(self, request: Request, now: float) -> None:
        """The next search misses the row that it would show first: it is being reindexed."""
        self._hidden = self._hidden or request.path == SEARCH_PATH

    def answer(self, request: Request, now: float) -> Answer:
        if request.method != "GET":
            return super().answer(request, now)
        if not self._may_ask(request):
            return self._refuse()
        query = request.query()
        try:
            numbers = {name: int(query.get(name) or 0) for name in ("start", "end", "year")}
            numbers["month"] = int(query.get("month") or (0 if request.path == SEARCH_PATH else -1))
        except ValueError:
            return Answer(404, b"<html><body>404 Not Found</body></html>", b"text/html")
        is_known = request.headers.get("groupid") == GROUP_ID
        if request.path == STATISTICS_PATH:
            return self._statistics.answer(query, numbers, int(now) if is_known else None)
        return self._search(query, numbers, int(now), is_known=is_known)

    # who may ask --------------------------------------------------------------------------------------------------
    def _may_ask(self, request: Request) -> bool:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            user, _, password = base64.b64decode(given).decode("utf-8", "replace").partition(":")
        except ValueError:
            return False
        known = self._credentials
        return is_same(user, known.client_id) and is_same(password, known.client_secret)

    def _refuse(self) -> Answer:
        if self._variant.opencps_refusal == "203":
            text = "Non-Authoritative Information."
            return json_answer({"message": text, "code": 203, "description": text}, 203)
        return json_answer({"message": "permission denied", "description": ""}, 401)

    # the search ---------------------------------------------------------------------------------------------------
    def _search(self, query: dict[str, str], numbers: dict[str, int], now: int, *, is_known: bool) -> Answer:
        start, end = (numbers["start"], numbers["end"]) if numbers["end"] else (0, _NEVER)
        window = self._variant.opencps_window
        if start < 0 or end < start or (window and numbers["end"] and end > window):
            return json_answer({"message": "No Content.", "code": 403, "description": None}, 403)
        rows = self._find(query, numbers, now) if is_known else []
        if self._hidden:
            self._hidden, rows = False, rows[1:]
        shown = rows[start : min(end, window or end)]
        encoded = [msgspec.json.encode(self._words.dossier(one.made, one.row, now)) for one in shown]
        return Answer(body=b'{"total":%d,"data":[%b]}' % (len(rows), b",".join(encoded)))

    def _find(self, query: dict[str, str], numbers: dict[str, int], now: int) -> list[_Row]:
        """Every matching row, in order; the same search is not repeated while nothing changes."""
        if not self._valid[0] <= now < self._valid[1]:
            self._build(now)
        asked = repr(sorted((name, value) for name, value in query.items() if name not in ("start", "end")))
        if asked not in self._found:
            tests = [*_list_tests(query), *_day_tests(query), *_period_tests(numbers)]
            found = [row for row in self._shelf if all(test(row) for test in tests)]
            self._order(found, query, now)
            self._found[asked] = found
        return self._found[asked]

    def _order(self, found: list[_Row], query: dict[str, str], now: int) -> None:
        sort, backwards = query.get("sort") or "", query.get("order", "").lower() in _TRUE
        if not sort:
            found.sort(key=lambda row: (row.created, row.dossier_id), reverse=backwards)
        elif sort in ("modified", "modifiedDate") and self._variant.opencps_modified:
            found.sort(key=lambda row: (row.modified, row.dossier_id), reverse=backwards)
        elif sort in _TEXTS:
            texts = {row.dossier_id: self._words.dossier(row.made, row.row, now).get(sort, "") for row in found}
            found.sort(key=lambda row: (texts[row.dossier_id], row.dossier_id), reverse=backwards)

    def _build(self, now: int) -> None:
        self._shelf, self._found = [], {}
        following = _NEVER
        for made, row in self._world.local_rows():
            following = min(following, min((at for at in row.moments() if at > now), default=_NEVER))
            if row.is_held(now) and not row.is_removed(now):
                self._shelf.append(self._row(made, row, now))
        self._shelf.sort(key=lambda row: row.dossier_id)
        self._valid = now, following

    def _row(self, made: Dossier, row: LocalRow, now: int) -> _Row:
        times, words = times_of(made, row, now, self._variant), self._words
        moments = {
            "Receive": times.received,
            "Submit": times.submitted,
            "Release": times.released,
            "Finish": times.finished,
        }
        return _Row(
            made,
            row,
            words.key(row).dossier_id,
            times.created,
            times.modified,
            {name: self._day(at) for name, at in moments.items()},
            {
                "status": words.status(row, now),
                "substatus": words.substatus(made, row, now),
                "agency": words.agency_code(made.agency),
                "systemId": str(system_id(row)),
                "service": words.service_code(made),
                "domain": made.procedure.field_code,
                "online": str(made.channel == ONLINE).lower(),
                "origin": "",
                "dossierNo": words.number(row, now),
            },
        )

    def _day(self, at: int | None) -> str:
        return "" if at is None else f"{dt.datetime.fromtimestamp(at, self._zone):%Y%m%d%H%M%S}"


_Test = Callable[[_Row], bool]


def _list_tests(query: dict[str, str]) -> list[_Test]:
    """Conditions for lists, one of whose values must be the row's, and for exact values; "all" agencies is no condition."""

    def among(fact: str, wanted: list[str]) -> _Test:
        return lambda row: row.facts[fact] in wanted

    given = {name: query.get(name, "") for name in (*_LISTS, *_WHOLE)}
    if given["agency"] == "all":
        given["agency"] = ""
    return [among(name, text.split(",") if name in _LISTS else [text]) for name, text in given.items() if text]


def _day_tests(query: dict[str, str]) -> list[_Test]:
    def between(name: str, start: str, end: str) -> _Test:
        return lambda row: start <= row.days[name] <= end and row.days[name] != ""

    tests = []
    for name in ("Receive", "Submit", "Release", "Finish"):
        start, end = _day_text(query.get(f"from{name}Date", "")), _day_text(query.get(f"to{name}Date", ""))
        if start or end:
            looked_at = "Receive" if name == "Submit" and not start else name
            tests.append(between(looked_at, start and f"{start}000000", f"{end}235959" if end else "9"))
    return tests


def _day_text(text: str) -> str:
    """d/M/yyyy as yyyyMMdd; anything else is "", so that it does not filter."""
    parts = text.split("/")
    if len(parts) != 3 or len(parts[0]) > 2 or len(parts[1]) > 2:
        return ""
    return f"{parts[2]}{parts[1]:0>2}{parts[0]:0>2}"


def _period_tests(numbers: dict[str, int]) -> list[_Test]:
    year, month = numbers["year"], numbers["month"]
    tests: list[_Test] = []
    if year > 0:
        tests.append(lambda row: row.days["Receive"][:4] == str(year))
    if month > 0:
        tests.append(lambda row: row.days["Receive"][4:6] == f"{month:02d}")
    return tests
