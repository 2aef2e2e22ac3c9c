"""Small source systems over real HTTP, written from docs/contracts.md alone: what connectors are tested against.

Each holds rows that a test can change at any time, says its own time in the Date header, and can be told to misbehave
once or for good. They are independent of the sandbox on purpose: one author must not write both sides of a contract.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from doisoat.connections import Connection

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
SECRET = "a-secret-of-this-test"
#: Personal values that stand in every answer and may appear nowhere else.
CANARIES = ("NGUYEN THI CANARY", "082999000111", "0999888777", "canary@example.vn", "12 Phố Canary")


@dataclass
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: Mapping[str, str]


@dataclass
class Reply:
    """What is answered; `cut_at` closes the connection after so many bytes of a body that was announced whole."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: int | None = None

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False).encode()


class FakeSystem:
    """Base: counts requests, tells the time, lets a test put replies in front of the real ones.

    Attributes:
        port: where it is served, once serving() serves it.
    """

    port: int

    def __init__(self) -> None:
        self.now = dt.datetime(2024, 4, 18, 1, 0, tzinfo=LOCAL)
        self.requests: list[Request] = []
        self.instead: Callable[[Request], Reply | None] = lambda request: None
        self.sends_date = True

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def reply(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.instead(request) or self.answer(request)

    def fail(self, *replies: Reply | None, on: str = "") -> None:
        """The next requests whose path contains `on` get these; None lets one pass."""
        left = list(replies)

        def instead(request: Request) -> Reply | None:
            return left.pop(0) if left and on in request.path else None

        self.instead = instead

    def always(self, reply: Reply, on: str = "") -> None:
        """Every request whose path contains `on` gets this."""
        self.instead = lambda request: reply if on in request.path else None


@contextmanager
def serving(system: FakeSystem) -> Iterator[int]:
    """Serve a system on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16

        def log_message(self, *args: Any) -> None:
            pass

        def version_string(self) -> str:
            return "fake"

        def date_time_string(self, timestamp: float | None = None) -> str:
            return email.utils.format_datetime(system.now.astimezone(dt.UTC), usegmt=True)

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            reply = system.reply(Request(self.command, parts.path, query, body, dict(self.headers)))
            content = reply.content()
            self.send_response_only(reply.status)
            if system.sends_date:
                self.send_header("Date", self.date_time_string())
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else content[: reply.cut_at])
            self.wfile.flush()
            if reply.cut_at is not None:
                self.close_connection = True

        do_GET = do_POST = do_HEAD = _serve

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        system.port = server.server_port
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


# iGate ------------------------------------------------------------------------------------------------------------
TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"


def igate_row(number: int, *, day: str | None = "2024-03-05", updated: str | None = None, **changes: Any) -> dict:
    """A dossier in iGate's words: all that CONTRACTS section 3 lists, personal data included."""
    at = None if day is None else f"{day}T08:{number % 60:02d}:00.000+0700"
    row = {
        "id": f"{number:024x}",
        "code": f"H37.17-240305-{number:04d}",
        "nationCode": f"G22.99-240305-{number:04d}" if number % 2 else "",
        "dossierStatus": {"id": 2, "name": "Đang xử lý"},
        "dossierTaskStatus": {"id": "60f52e0d09cbf91d41f88838"},
        "procedure": {"id": "p1", "code": "1.001193.000.00.00.H37", "sector": {"id": "s1", "code": "G15"}},
        "agency": {
            "id": f"unit-{number % 3}",
            "code": f"H37.17.0{number % 3}",
            "name": "UBND xa\u0303 Ye\u0302n Tra\u0323ch",  # decomposed on purpose
            "parent": {"id": "unit-p", "code": "H37.17", "name": "UBND huyện Cao Lộc"},
            "ancestors": [{"id": "unit-p", "name": "UBND huyện Cao Lộc"}],
        },
        "agencyLevel": {"code": "CAP_XA"},
        "applicant": dict(zip(("fullname", "identityNumber", "phone", "email", "address"), CANARIES, strict=True)),
        "appliedDate": at,
        "acceptedDate": at,
        "appointmentDate": "2024-03-12T10:00:00.000+0000",
        "dueDate": None,
        "completedDate": None,
        "returnedDate": None,
        "updatedDate": updated or f"2024-04-10T0{number % 10}:{number % 60:02d}:00.000+0000",
        "applyMethod": {"id": 1, "name": "Trực tiếp"},
        "dossierReceivingKind": {"id": "k"},
        "paymentMethod": None,
        "undefindedCompleteTime": 0,
    }
    return {**row, **changes}


class FakeIgate(FakeSystem):
    """VNPT iGate 2.0.

    Attributes:
        rows: what it holds; `removed` holds the ids that `remove-status=0` hides.
        cap: rows that a page never exceeds.
        says_last: a slice has `last`.
        after_page: called after each page of a listing, so that a test can move rows between two pages.
    """

    def __init__(self, rows: list[dict]) -> None:
        super().__init__()
        self.rows, self.removed = rows, set[str]()
        self.cap, self.says_last = 1000, True
        self.after_page: Callable[[dict[str, str]], None] = lambda query: None
        self.tokens: set[str] = set()
        self.token_life = 300

    def answer(self, request: Request) -> Reply:
        if request.path == TOKEN_PATH:
            return self._token(dict(parse_qsl(request.body.decode())))
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return Reply({"error": "invalid_token"}, 401)
        if request.path != "/pa/dossier/search":
            return Reply({"error": "not found"}, 404)
        return self._search(request.query)

    def _token(self, form: dict[str, str]) -> Reply:
        if form.get("client_secret") != SECRET:
            return Reply({"error": "unauthorized_client"}, 401)
        if form["grant_type"] == "password" and form.get("password") != SECRET:
            return Reply({"error": "invalid_grant"}, 401)
        token = f"token-{len(self.requests)}"
        self.tokens.add(token)
        return Reply({"access_token": token, "expires_in": self.token_life, "token_type": "Bearer"})

    def _search(self, query: dict[str, str]) -> Reply:
        assert query["sort"] == "updatedDate,desc" if query["spec"] == "slice" else True
        found = sorted(
            (row for row in self.rows if self._fits(row, query)),
            key=lambda row: _moment(row["updatedDate"]),
            reverse=True,
        )
        size = min(int(query["size"]), self.cap)
        first = int(query["page"]) * size
        content = found[first : first + size]
        answer: dict[str, Any] = {"content": content}
        if query["spec"] == "page":
            answer |= {"totalElements": len(found), "totalPages": -(-len(found) // size)}
        if self.says_last:
            answer["last"] = first + size >= len(found)
        body = json.dumps(answer, ensure_ascii=False).encode()
        if query["spec"] == "slice":
            self.after_page(query)
        return Reply(body)

    def _fits(self, row: dict, query: dict[str, str]) -> bool:
        accepted = row.get("acceptedDate")
        day = accepted and _moment(accepted).astimezone(LOCAL).date().isoformat()
        if "accepted-from" in query and not (day and query["accepted-from"] <= day <= query["accepted-to"]):
            return False
        if query.get("remove-status") == "0" and str(row["id"]) in self.removed:
            return False
        if "dossier-status" in query and str(row["dossierStatus"]["id"]) not in query["dossier-status"].split(","):
            return False
        if "code" in query and row["code"] != query["code"]:
            return False
        wanted = query.get("ancestor-agency-id")
        agency = row["agency"]
        return not wanted or wanted in (agency["id"], *(ancestor["id"] for ancestor in agency["ancestors"]))


def _moment(text: object) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(str(text))
    except ValueError:
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def igate_connection(port: int, **changes: Any) -> Connection:
    """The connection to a FakeIgate."""
    given: dict[str, Any] = {"scheme": "http", "host": "127.0.0.1", "port": port, "login": "client", "password": SECRET}
    return Connection("igate", **{**given, "extra": {"token_path": TOKEN_PATH}, **changes})


# statistics -------------------------------------------------------------------------------------------------------
ROOT = "019d2be3-6a81-771b-b671-9078297c4a7b"


def captured(report: str) -> Any:
    """A report of the 2026 API as the captures have it."""
    path = Path(__file__).with_name("captures") / f"{report}.json"
    return json.loads(path.read_text(encoding="utf-8"))


class FakeReporting(FakeSystem):
    """The 2026 API: 130 departments beside the province, in pages counted from `first_page` if `cap` is less than that.

    Attributes:
        says_total: an answer in pages says how many units there are.
    """

    def __init__(self, first_page: int = 1, *, parents_include_children: bool = True) -> None:
        super().__init__()
        self.now = dt.datetime(2026, 4, 18, 1, 0, tzinfo=LOCAL)
        self.first_page, self.refuses_page_zero = first_page, False
        self.parents_include_children = parents_include_children
        self.refused_months: set[int] = set()
        self.values = {f"d{number}": number for number in range(130)}
        self.cap, self.says_total = 1000, True

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(b"", 404)
        asked, report = json.loads(request.body), request.path.rpartition("/")[2]
        assert asked.pop("pageSize") == (
            100 if report in ("dvc-progress-tree", "formality-online-payment-tree") else 200
        )
        page = asked.pop("currentPage")
        if self._is_refused(report, asked) or (self.refuses_page_zero and page == 0):
            return Reply({"code": "INVALID", "data": None, "message": "kỳ báo cáo chưa kết thúc"}, 400)
        if report == "transparency":
            return Reply({"code": "OK", "data": self._indicators(page), "message": "OK"}, 201)
        if report == "dvc-progress-tree":
            return Reply({"code": "OK", "data": self._tree(), "message": "OK"}, 201)
        return Reply(captured(report), 201)

    def _is_refused(self, report: str, asked: dict) -> bool:
        """Whether the period is one of the months refused; it is stated as the report wants it, and nothing beside it."""
        if report == "handling-satisfaction":
            first, last = (dt.date.fromisoformat(asked.pop(name)) for name in ("fromDate", "toDate"))
            kind = {1: "month", 3: "quarter", 12: "year"}[(last.year - first.year) * 12 + last.month - first.month + 1]
            assert (first.day, (last + dt.timedelta(days=1)).day) == (1, 1)
            period = (kind, first.year, first.month)
        else:
            kind = asked.pop("timeType")
            period = (kind, asked.pop("year"), asked.pop(kind, 0))
        assert asked == {"rootDepartmentId": ROOT}
        assert period[1] in (2025, 2026)
        return period[0] == "month" and period[2] in self.refused_months

    def _total(self) -> int:
        return sum(self.values.values()) if self.parents_include_children else 1

    def _indicators(self, page: int) -> dict:
        units = [self._department(key, "COMMUNE_PEOPLE_COMMITTEE", value) for key, value in self.values.items()]
        first = max(page - self.first_page, 0) * self.cap
        said = {"pagination": {"total": len(units), "currentPage": page}} if self.says_total else {}
        overview = {**self._department(ROOT, "PROVINCE", self._total()), "averageScore": 7.89}
        return {"overview": overview, "monthlyChart": [], "evaluation": units[first : first + self.cap], **said}

    def _department(self, key: str, kind: str, value: int) -> dict:
        metric = {
            "code": "DOSSIER_SYNC", "numerator": value, "denominator": value + 3, "ratio": 1, "score": 6, "maxScore": 6,
        }  # fmt: skip
        if kind == "PROVINCE":
            metric["dataQualityStatus"] = "TEMP_NATIONAL_REPORT_DENOMINATOR"
        other = {
            "code": "PUBLISH_ON_TIME",
            "numerator": 0,
            "denominator": 0,
            "ratio": None,
            "score": None,
            "maxScore": 6,
        }
        return {
            "departmentId": key,
            "departmentName": f"Đơn vị {key}",
            "departmentType": kind,
            "metrics": [other, metric],
            "totalScore": 6,
            "totalMaxScore": 18,
        }

    def _tree(self) -> dict:
        parent = {**self._node(ROOT, "H37", self._total()), "totalCompleted": 1}
        children = [
            {**self._node(key, f"H37.{key[1:]}", value), "level": "COMMUNE", "totalOverdue": 0}
            for key, value in self.values.items()
        ]
        return {"parent": parent, "children": children, "monthlyChart": []}

    def _node(self, key: str, code: str, value: int) -> dict:
        return {
            "departmentId": key,
            "departmentCode": code,
            "totalReceived": value,
            "totalOnTime": value,
            "totalScore": 20,
        }


OLD_ID = "11358"


class FakeRestJsp(FakeSystem):
    """The old API: a bare array, one row a unit; bare names are rates, names with `_TOTAL` are counts."""

    def __init__(self) -> None:
        super().__init__()
        self.units = {"H37": 7, "H37.01": 3, "H37.21": 4}

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(b"", 404)
        assert request.path == "/jsp/rest.jsp"
        asked = json.loads(dict(parse_qsl(request.body.decode()))["params"])
        assert asked["type"] == "ref"
        assert asked["p_tinh_id"] == OLD_ID
        rows = [
            {
                "ID": number + int(OLD_ID),
                "MA_COQUAN": code,
                "TEN": f"Đơn vị {code}",
                "CAPDONVIID": 1,
                "HS_TOTAL": f"{1000 + value}.0",
                "DB_TOTAL": value,
                "HTDH": "71.53",
                "HTDH_TOTAL": value - 1,
                "TILE": 1.5,
            }
            for number, (code, value) in enumerate(self.units.items())
        ]
        return Reply(rows)
