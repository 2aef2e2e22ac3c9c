"""OpenCPS v2 over real HTTP, written from CONTRACTS section 3; what it leaves open can be switched."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from typing import Any

from doisoat.connections import Connection

from support.servers import CANARIES, LOCAL, SECRET, FakeSystem, Reply, Request

GROUP = "20143"
SEARCH, STATISTICS = "/o/rest/v2/dossiers", "/o/rest/statistics"
MEASURES = ("totalCount", "receivedCount", "onlineCount", "deniedCount", "doneCount")


def opencps_row(number: int, *, day: str | None = "05/03/2024", **changes: Any) -> dict:
    """A dossier in OpenCPS's words: all that CONTRACTS section 3 lists, personal data included."""
    at = "" if day is None else f"{day} 08:{number % 60:02d}:00"
    personal = (
        "applicantName", "applicantIdNo", "contactTelNo", "contactEmail", "address", "delegateName", "delegateIdNo",
        "postalTelNo", "briefNote", "dossierNote", "metaData", "submissionNote",
    )  # fmt: skip
    row = {
        "dossierId": 100_000 + number,
        "referenceUid": f"5f0c1d2e-0000-4000-8000-{number:012d}",
        "dossierNo": f"H37.17-240305-{number:04d}" if day else "",
        "serviceCode": "1.001193.000.00.00.H37",
        "serviceName": "Đăng ký khai sinh",
        "govAgencyCode": f"H37.17.0{number % 3}",
        "govAgencyName": "UBND xa\u0303 Ye\u0302n Tra\u0323ch",  # decomposed on purpose
        "domainCode": "G15",
        "domainName": "Hộ tịch",
        "dossierStatus": "processing" if day else "new",
        "dossierSubStatus": "",
        "lockState": "",
        "online": "true" if number % 2 else "false",
        "serviceLevel": 3,
        "originality": 3,
        "origin": "0",
        "originDossierNo": "",
        "systemId": 0,
        "viaPostal": "0",
        "fromViaPostal": 0,
        "createDate": f"01/03/2024 00:{number % 60:02d}:{number // 60 % 60:02d}",
        "modifiedDate": f"{1 + number % 10:02d}/04/2024 10:{number % 60:02d}:00",
        "submitDate": at,
        "receiveDate": at,
        "dueDate": "12/03/2024 17:00:00",
        "extendDate": "",
        "releaseDate": "",
        "finishDate": "",
        "cancellingDate": "",
        "correctingDate": "",
        "durationCount": 5.0,
        "durationUnit": 0,
        **{name: CANARIES[index % len(CANARIES)] for index, name in enumerate(personal)},
    }
    return {**row, **changes}


class FakeOpencps(FakeSystem):
    """One site of an OpenCPS.

    Attributes:
        rows: what it holds; `removed` holds the ids that only a search for negative originality finds.
        shows_removed: it knows the filter by originality; otherwise it takes no notice.
        sorts: it sorts by modifiedDate; otherwise rows come by createDate whatever is asked.
        cap, deepest: rows that a page never exceeds; rows that no search reaches beyond (answered with 403).
        end_included: `end` is a row that comes too.
        zone: in which the server takes a day.
        scope: the offices of the account, which a search without `agency` is narrowed to.
        after_page: called after each page of more than a row, so that a test can move rows between two pages.
    """

    def __init__(self, rows: list[dict]) -> None:
        super().__init__()
        self.rows, self.removed = rows, set[int]()
        self.shows_removed, self.sorts, self.end_included = True, True, False
        self.cap, self.deepest = 10**6, 10**6
        self.zone: dt.tzinfo = LOCAL
        self.scope = ("H37.17.00",)
        self.after_page: Callable[[dict[str, str]], None] = lambda query: None
        self.statistics: Callable[[int, int], list[dict]] = statistics_rows
        self.knows_total = True

    @property
    def searches(self) -> list[dict[str, str]]:
        """The queries of the searches so far."""
        return [request.query for request in self.requests if request.path == SEARCH]

    def answer(self, request: Request) -> Reply:
        account = base64.b64encode(f"doisoat:{SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {account}":
            return Reply({"message": "Non-Authoritative Information.", "code": 203, "description": CANARIES[0]}, 203)
        if request.headers.get("groupId") != GROUP:
            return Reply({"total": 0, "data": []})
        if request.path == SEARCH:
            return self._search(request.query)
        return self._statistics(request.query) if request.path == STATISTICS else Reply({"error": "not found"}, 404)

    def _search(self, query: dict[str, str]) -> Reply:
        start, end = int(query["start"]), int(query["end"]) + self.end_included
        assert end > 0, "end 0 means all rows"
        if end > self.deepest + self.end_included:
            return Reply({"message": "No Content.", "code": 403, "description": CANARIES[0]}, 403)
        found = [row for row in self.rows if self._fits(row, query)]
        by = query.get("sort") if self.sorts or query.get("sort") == "receiveDate" else "createDate"
        found.sort(key=lambda row: _order(row.get(by or "createDate")), reverse=query.get("order") == "true")
        page = found[start : min(end, start + self.cap)]
        reply = Reply({"total": len(found), "data": [self._shown(row) for row in page]}).content()
        if end - start > 1:
            self.after_page(query)
        return Reply(reply)

    def _shown(self, row: dict) -> dict:
        return (
            {**row, "originality": 99 - row["originality"]} if str(row["dossierId"]) in map(str, self.removed) else row
        )

    def _fits(self, row: dict, query: dict[str, str]) -> bool:
        asks_removed = self.shows_removed and "-1" in query.get("originality", "").split(",")
        if (str(row.get("dossierId")) in map(str, self.removed)) != asks_removed:
            return False
        agencies = query.get("agency", ",".join(self.scope)).split(",")
        if agencies != ["all"] and row["govAgencyCode"] not in agencies:
            return False
        if "systemId" in query and str(row["systemId"]) not in query["systemId"].split(","):
            return False
        if "status" in query and row["dossierStatus"] not in query["status"].split(","):
            return False
        if "fromReceiveDate" not in query:
            return True
        moment = _moment(row.get("at") or row["receiveDate"])
        first, last = _day(query["fromReceiveDate"]), _day(query["toReceiveDate"])
        return moment is not None and first <= moment.astimezone(self.zone).date() <= last

    def _statistics(self, query: dict[str, str]) -> Reply:
        rows = self.statistics(int(query["year"]), int(query["month"]))
        if not self.knows_total and "domain" in query:
            rows = []
        elif "domain" in query:
            rows = [row for row in rows if not row["domainCode"] and not row["system"]]
        return Reply({"total": len(rows), "agency": "", "dossierStatisticData": rows})


def statistics_rows(year: int, month: int) -> list[dict]:
    """A period: the province, three agencies, their domains, one system and one group."""
    agencies = [_statistics_row(year, month, 10 + number, govAgencyCode=f"H37.17.0{number}") for number in range(3)]
    domains = [{**row, "domainCode": "G15", "domainName": "Hộ tịch"} for row in agencies]
    systems = [{**row, "system": "0"} for row in agencies]
    group = _statistics_row(year, month, 21, govAgencyCode="H37.17.00", groupAgencyCode="H37.17")
    return [_statistics_row(year, month, 33), *agencies, *domains, *systems, group]


def _statistics_row(year: int, month: int, value: int, **changes: Any) -> dict:
    counts = {measure: value + (1000 if month == 0 else 0) for measure in MEASURES}
    named = {"govAgencyCode": "", "govAgencyName": "", "domainCode": "", "domainName": "", "system": ""}
    return {"year": year, "month": month, **named, **counts, "ontimePercentage": 97, **changes}


def _order(value: object) -> tuple[str, ...]:
    """Dates in order of time, nothing first."""
    day, _, time = str(value or "").partition(" ")
    return (*reversed(day.split("/")), time)


def _day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").date()


def _moment(text: object) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(str(text), "%d/%m/%Y %H:%M:%S").replace(tzinfo=LOCAL)
    except ValueError:
        return None


def opencps_connection(port: int, **changes: Any) -> Connection:
    """The connection to a FakeOpencps."""
    given: dict[str, Any] = {"scheme": "http", "host": "127.0.0.1", "port": port, "login": "doisoat"}
    return Connection("opencps", **{**given, "password": SECRET, **changes})
