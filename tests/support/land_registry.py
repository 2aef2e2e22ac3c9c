"""An invented land registry, as somebody outside this repository would connect it: `GET /cases?month=2024-03&page=1`.

Domain: dossiers on land that a ministry's system handles. It exists for tests alone: a source that is added from outside.
Contract: JSON, `{"total": 2, "cases": [{"no", "procedure", "office", "state", "taken", "owner"}]}`, 100 cases a page.
Caveats: none are known of what does not exist.
Limits: `page_size` is its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
from doisoat.errors import SourceChangedError
from doisoat.model import Capability, Cell, DossierRecord, Page, QuarantinedRow, Side
from doisoat.sources.contract import Source, SourceOptions
from doisoat.sources.http.session import HttpSession
from doisoat.sources.values import BadRowError, moment, text

from support.servers import CANARIES, FakeSystem, Reply, Request


class Case(msgspec.Struct):
    """What is read of a case; its owner is not listed, and so is never decoded."""

    no: str
    procedure: str | None = None
    office: str | None = None
    state: str | None = None
    taken: str | None = None


class Answer(msgspec.Struct):
    """One page."""

    total: int
    cases: list[Case]


class LandRegistry(Source):
    """The connector."""

    source_kind = "land_registry"
    side = Side.MINISTRY
    capabilities = frozenset({Capability.LISTING})
    Options = SourceOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._http = HttpSession(self.source_id, self.connection, self.limits)
        self._decoder = msgspec.json.Decoder(Answer)

    @property
    def requests_made(self) -> int:
        return self._http.requests_made

    def close(self) -> None:
        self._http.close()

    def clock(self) -> dt.datetime:
        return self._http.clock()

    def probe(self) -> str:
        return f"{self._page({}, 1)[0].total} cases"

    def list_cell(self, cell: Cell) -> Iterator[Page]:
        """All cases, or those of a month."""
        asked = {"month": f"{cell.receipt_month:%Y-%m}"} if cell.receipt_month else {}
        number, seen, total = 1, 0, 1
        while seen < total:
            answer, at = self._page(asked, number)
            if not answer.cases and seen < answer.total:
                raise SourceChangedError(
                    self.source_id, asked=f"page {number} of cases", came="none, though more are declared",
                    todo="ask the registry's owner",
                )  # fmt: skip
            records, bad = [], []
            for place, case in enumerate(answer.cases, 1):
                try:
                    records.append(self._record(case))
                except BadRowError as error:
                    bad.append(
                        QuarantinedRow(position=f"page {number} row {place}", reason=error.reason, field=error.field)
                    )
            number, seen, total = number + 1, seen + len(answer.cases), answer.total
            yield Page(records, bad, declared_total=total, source_time=at)

    def _page(self, asked: dict[str, str], number: int) -> tuple[Answer, dt.datetime]:
        answer = self._http.get("cases", {**asked, "page": str(number)})
        return self._http.decode(answer, self._decoder), answer.time

    def _record(self, case: Case) -> DossierRecord:
        return DossierRecord(
            record_id=case.no,
            dossier_code=case.no,
            procedure_code=text(case.procedure),
            agency_code=text(case.office),
            status_code=text(case.state),
            received_at=moment(case.taken, self.timezone, "taken"),
        )


class FakeRegistry(FakeSystem):
    """The registry itself, with this many cases."""

    def __init__(self, cases: int) -> None:
        super().__init__()
        self.cases = [
            {
                "no": f"H37.21.01-2403{number % 28 + 1:02d}-{number:04d}",
                "procedure": "1.012756.000.00.00.H37",
                "office": "H37.21.01",
                "state": "open",
                "taken": f"2024-03-{number % 28 + 1:02d}T09:00:00+07:00",
                "owner": CANARIES[0],
            }
            for number in range(cases)
        ]

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(b"", 404)
        of_month = [case for case in self.cases if case["taken"].startswith(request.query.get("month", ""))]
        first = (int(request.query["page"]) - 1) * 100
        return Reply({"total": len(of_month), "cases": of_month[first : first + 100]})
