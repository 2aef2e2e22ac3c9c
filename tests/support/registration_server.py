"""The registration system over real HTTP, written from CONTRACTS sections 4 and 8 alone, wide in what is [A]."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qsl

from doisoat.connections import Connection

from support.servers import CANARIES, SECRET, FakeSystem, Reply, Request

TOKEN_PATH = "/token"
OURS, OTHERS = "20", "01"


def registration_row(number: int, *, day: str = "05/03/2024", **changes: Any) -> dict:
    """A dossier in the system's words, personal data included: a household business bears its owner's name."""
    row = {
        "IN_JOURNAL_NO": 7_000_000 + number,
        "DOCUMENT_TYPE": ["NEW", "AMEND", "HKD_NEW"][number % 3],
        "ENTERPRISE_CODE": CANARIES[1],
        "ENTERPRISE_GDT_CODE": CANARIES[2],
        "NAME": f"HỘ KINH DOANH {CANARIES[0]}",
        "SITE_ID": OURS,
        "RECEIPT_DATE": f"{day} 08:{number % 60:02d}:00",
        "PLAN_DATE": "12/03/2024",
        "PROCESS_STATUS": "2",
    }
    return {**row, **changes}


class FakeRegistration(FakeSystem):
    """One platform with one or more listings.

    Attributes:
        rows: what each path holds.
        nesting: how an answer is nested [A]: "flat", "data", "main" (each row below MainInformation), "inner", "xml" (rows
            below MainInformation.Row, one of them bare) or "wrapped" (the same, in a list of one).
        counts_all: DataCount counts the window; False: the page.
        cap: rows that a page never exceeds.
        widest: days that a window may span, both ends counted.
        last_offset: of the last page that is turned; None turns all.
        refuses_by_status: a window that is too wide is answered with Status "0"; False: with HTTP 400.
    """

    def __init__(self, rows: list[dict], **more: list[dict]) -> None:
        super().__init__()
        self.rows: dict[str, list[dict]] = {"danhSachHoSo": rows, **more}
        self.nesting, self.counts_all, self.cap, self.widest = "flat", True, 1000, 5
        self.refuses_by_status = True
        self.last_offset: int | None = None
        self.tokens: set[str] = set()

    @property
    def listings(self) -> list[Request]:
        """The requests for dossiers so far."""
        return [request for request in self.requests if request.path.strip("/") in self.rows]

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(b"", 404)
        if request.path == TOKEN_PATH:
            return self._token(dict(parse_qsl(request.body.decode())))
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Reply({"error": "invalid_token"}, 401)
        rows = self.rows.get(request.path.strip("/"))
        if rows is None or request.method != "GET":
            return Reply({"error": "not found"}, 404)
        return self._list(rows, request.query)

    def _token(self, form: dict[str, str]) -> Reply:
        if form.get("client_secret") != SECRET or form["grant_type"] != "client_credentials":
            return Reply({"error": "invalid_client"}, 401)
        token = f"token-{len(self.requests)}"
        self.tokens.add(token)
        return Reply({"access_token": token, "expires_in": 300})

    def _list(self, rows: list[dict], query: dict[str, str]) -> Reply:
        first, last = _day(query["from_date"]), _day(query["to_date"])
        assert first <= last
        if (last - first).days + 1 > self.widest:
            failed = {"Status": "0", "Message": f"Không tra cứu được, liên hệ {CANARIES[0]} {CANARIES[3]}"}
            return Reply(failed) if self.refuses_by_status else Reply(failed, 400)
        found = [row for row in rows if first <= _received(row) <= last]
        page = found[int(query["offset"]) :][: min(int(query["limit"]), self.cap)]
        if self.last_offset is not None and int(query["offset"]) > self.last_offset:
            page = []
        return Reply(self.nested(page, len(found) if self.counts_all else len(page)))

    def nested(self, page: list[dict], count: int) -> dict:
        """The answer, nested one way or another."""
        facts: dict[str, Any] = {"DataCount": count, "Status": "1", "Message": ""}
        match self.nesting:
            case "flat":
                return {**facts, "Data": page}
            case "data":
                return {"Status": 1, "data": {"DataCount": str(count), "MainInformation": page}}
            case "main":
                return {**facts, "Data": [{"MainInformation": row} for row in page]}
            case "xml":
                return {**facts, "Data": {"MainInformation": _as_xml(page)} if page else None}
            case "wrapped":
                return {**facts, "Data": [{"MainInformation": _as_xml(page)}] if page else []}
            case _:
                return {"Result": {**facts, "Data": {"danhSachHoSo": page or None}}}


def _as_xml(page: list[dict]) -> dict:
    """What becomes of repeated elements: a list where there are several, one bare object where there is one."""
    return {"Row": page[0] if len(page) == 1 else page}


def _day(text: str) -> dt.date:
    return dt.datetime.strptime(text, "%d/%m/%Y").date()


def _received(row: dict) -> dt.date:
    """The day by which the window filters; a row that says none is filed under `at`, which no answer would show."""
    return _day(row.get("at") or str(row["RECEIPT_DATE"])[:10])


def registration_connection(port: int, **changes: Any) -> Connection:
    """The connection to a FakeRegistration."""
    given: dict[str, Any] = {"scheme": "http", "host": "127.0.0.1", "port": port, "login": "client", "password": SECRET}
    return Connection("business_registration", **{**given, "extra": {"token_path": TOKEN_PATH}, **changes})
