"""OpenCPS's dossier search: totals, pages in order, and the days of the server (see opencps.py for the contract)."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from pydantic import Field, field_validator

from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceChangedError, SourceRejectedError
from doisoat.model import DossierRecord
from doisoat.sources.contract import Limits, SourceOptions
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.judging import is_hollow, most_rows, no_end
from doisoat.sources.opencps.rows import RawResult, Result, Row, Totals, is_removed

Filters = dict[str, str]
Rows = list[Row] | list[msgspec.Raw]
STATUSES = (
    "new", "receiving", "processing", "waiting", "paying", "correcting", "pausing", "cancelling", "interoperating",
    "releasing", "posting", "done", "denied", "cancelled", "unresolved",
)  # fmt: skip


class OpencpsOptions(SourceOptions):
    """What may differ from one OpenCPS to the next.

    Attributes:
        group_id: the site whose dossiers are searched (header groupId) [V].
        system_ids: the systems whose dossiers are searched (`systemId`); empty names none, which may mean all or only
            0 [A].
        removed_originalities: how removed dossiers are requested; empty if the server cannot show them.
        modified_sort: the field by which the search sorts newest modified first; None if it cannot: then the source has
            no CHANGES, and its newest months are listed each night instead.
        descending: the value of `order` that sorts in descending order [V].
        window_timezone: the time zone in which the server interprets fromReceiveDate and toReceiveDate; None: the province's.
        dated_from, dated_to: no receipt date is outside; "dated" means within.
        undated_statuses: the statuses in which dossiers without a receipt date are searched for before walking everything.
        deepest_row: a search shows no row beyond this [A: Elasticsearch's own limit].
        reference_is_sent: the portal holds a dossier that it created under its referenceUid [A: one of two code paths].
        statistics_months: for how many ended months statistics are requested; 0 for none.
    """

    group_id: str = Field(pattern=r"^\d+$")
    search_path: str = "/o/rest/v2/dossiers"
    statistics_path: str = "/o/rest/statistics"
    system_ids: tuple[str, ...] = ()
    removed_originalities: tuple[str, ...] = ("-1", "-2", "-3", "-4")
    modified_sort: str | None = "modifiedDate"
    descending: str = "true"
    window_timezone: str | None = None
    dated_from: dt.date = dt.date(2000, 1, 1)
    dated_to: dt.date = dt.date(2099, 12, 31)
    undated_statuses: tuple[str, ...] = STATUSES
    deepest_row: int = Field(default=10_000, ge=1)
    reference_is_sent: bool = True
    statistics_months: int = Field(default=3, ge=0, le=36)

    @field_validator("removed_originalities")
    @classmethod
    def _several(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) == 1:
            raise ValueError("name none or at least two: the server misinterprets a single negative one")
        return value

    @field_validator("window_timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError("no time zone of that name") from None
        return value


class Search:
    """The search of one instance; every answer has its total, so the end of a walk is known."""

    def __init__(self, http: HttpSession, options: OpencpsOptions, connection: Connection, limits: Limits) -> None:
        self._http, self._options, self._page_size = http, options, limits.page_size
        self._headers = _headers(connection, options.group_id)
        self._common = {"systemId": ",".join(options.system_ids)} if options.system_ids else {}
        self._results = msgspec.json.Decoder(Result)
        self._raw_results = msgspec.json.Decoder(RawResult)
        self._totals = msgspec.json.Decoder(Totals)

    def get(self, path: str, query: Mapping[str, Any]) -> Answer:
        """GET with the site's header and the account."""
        return self._http.request("GET", path, params=query, headers=self._headers)

    def total(self, filters: Filters, *, all_systems: bool = False) -> tuple[int, Answer]:
        """How many dossiers a search finds; if removed ones are requested and a visible one is returned, 0: it can show none."""
        common = {} if all_systems else self._common
        answer = self.get(self._options.search_path, {"start": 0, "end": 1, **common, **filters})
        said = self._http.decode(answer, self._totals)
        total = self._checked(answer, said.total, said.code)
        if "originality" in filters and not all(map(is_removed, said.originalities)):
            return 0, answer  # this server cannot show removed dossiers
        return total, answer

    def walk(self, filters: Filters, sort: Filters | None = None) -> Iterator[tuple[Answer, Rows]]:
        """Page after page to the total, or to the deepest row that a search shows.

        It takes whatever is returned, so a server that returns fewer rows than requested, or includes `end`, also works.
        The total may rise while pages are read, but not for ever: the first one bounds the walk.
        """
        start, before, declared = 0, None, None
        while start < self._options.deepest_row:
            end = min(start + self._page_size, self._options.deepest_row)
            query = {"start": start, "end": end, **self._common, **filters, **(sort or {})}
            answer = self.get(self._options.search_path, query)
            total, rows = self._decode(answer)
            declared = total if declared is None else declared
            if is_hollow(total, start + len(rows)):
                raise self.changed(answer, f"no row, but a total of {total}", "see what the search shows by hand")
            if not rows:
                return
            if answer.body == before:
                raise self.changed(answer, "the same page as before", "the server no longer pages by start and end")
            if start + len(rows) > most_rows(declared, self._page_size):
                raise self.changed(answer, no_end(start + len(rows), declared), "ask whether the server still pages")
            yield answer, rows
            start, before = start + len(rows), answer.body
            if start >= total:
                return

    def _decode(self, answer: Answer) -> tuple[int, Rows]:
        said: Result | RawResult
        try:
            said = self._results.decode(answer.body)
        except (
            msgspec.DecodeError,
            UnicodeDecodeError,
        ):  # one bad row, or the whole answer: decoding row by row decides
            said = self._http.decode(answer, self._raw_results)
        total = self._checked(answer, said.total, said.code)
        try:
            return total, said.rows()
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self.changed(answer, "data that is no list", "fix the connector") from None

    def _checked(self, answer: Answer, total: int | None, code: object) -> int:
        if total is None and code is not None:  # an account that is not known is answered with status 203 [V]
            raise SourceRejectedError(
                self._http.source_id,
                asked=answer.asked,
                came="an error code instead of dossiers",
                todo="check login and password of the connection, and options.group_id",
            )
        if total is None or total < 0:
            raise self.changed(answer, "an answer without total", "completeness depends on counts")
        return total

    def changed(self, answer: Answer, came: str, todo: str) -> SourceChangedError:
        """The error for an answer that breaks the contract."""
        return SourceChangedError(
            self._http.source_id,
            asked=answer.asked,
            came=came,
            todo=f"{todo}; compare with docs/contracts.md section 3",
        )


class Days:
    """Translates local days into the days of the server's windows, which may be in another time zone [A].

    If they are, a local month begins and ends within a day of the server's: such an edge day is listed and its rows are
    sorted out here, because no window can do it.
    """

    def __init__(self, local: dt.tzinfo, window_timezone: str | None) -> None:
        self._local, self._server = local, ZoneInfo(window_timezone) if window_timezone else None

    @property
    def are_local(self) -> bool:
        return self._server is None

    def windows(self, first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date, bool]]:
        """The windows, in the server's days, that together hold the days of a local month; True marks an edge."""
        if self._server is None:
            return [(first, last, False)]
        start = dt.datetime.combine(first, dt.time.min, self._local).astimezone(self._server).date()
        end = dt.datetime.combine(last, dt.time.max, self._local).astimezone(self._server).date()
        day = dt.timedelta(days=1)
        return [(start, start, True), (start + day, end - day, False), (end, end, True)]

    def widest(self, start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
        """The local days that the server's days may touch."""
        if self._server is None:
            return start, end
        first = dt.datetime.combine(start, dt.time.min, self._server).astimezone(self._local).date()
        return first, dt.datetime.combine(end, dt.time.max, self._server).astimezone(self._local).date()

    def received(self, record: DossierRecord) -> dt.date | None:
        """The local day on which a dossier was received."""
        return record.received_at and record.received_at.astimezone(self._local).date()


def window(first: dt.date, last: dt.date) -> Filters:
    """The filter for days of receipt, both ends included [V]."""
    return {"fromReceiveDate": f"{first:%d/%m/%Y}", "toReceiveDate": f"{last:%d/%m/%Y}"}


def is_newest_first(records: list[DossierRecord]) -> bool:
    """Whether the records that state when they were modified are in that order."""
    moments = [record.updated_at for record in records if record.updated_at]
    return all(later <= earlier for earlier, later in itertools.pairwise(moments))


def _headers(connection: Connection, group_id: str) -> dict[str, str]:
    if not (connection.login and connection.password):
        raise ConfigurationError(f"connection {connection.connection_id!r}: OpenCPS needs login and password")
    account = base64.b64encode(f"{connection.login}:{connection.password}".encode()).decode()
    return {"groupId": group_id, "Authorization": f"Basic {account}"}
