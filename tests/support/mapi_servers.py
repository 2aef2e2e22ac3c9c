"""The session protocol, the portal's adapter and the driving-licence system over real HTTP, from CONTRACTS 1, 4, 8 alone.

What is [A] there is an attribute here, so that a test can vary it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any
from urllib.parse import parse_qsl

from doisoat.connections import Connection

from support.servers import CANARIES, LOCAL, SECRET, FakeSystem, Reply, Request

UNIT = "000.00.00.H37"
DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
HELD = "000.00.17.H37-240305-0007"
UNKNOWN = "000.00.17.H37-240305-9999"
API_KEY = "a-key-of-this-test"
TOKEN_PATH = "/token"


def personal(*keys: str) -> dict[str, str]:
    """Personal values under the keys in which a contract has them."""
    return dict(zip(keys, itertools.cycle(CANARIES), strict=False))


class FakeMapi(FakeSystem):
    """The session protocol.

    Attributes:
        rows_key: under which name rows come, `result` or `data`.
        success: how success is written.
        refuses: service -> the answer in its place.
        session_life: calls that a session lasts; None for ever.
        expires_with: what an answer says when the session is not good: an error_code and text, or 401.
        not_found: how a look-up without a dossier is answered.
        base: the path before `/mapi/...`.
    """

    base = "/mapi"
    unit_field = "madonvi"

    def __init__(self) -> None:
        super().__init__()
        self.rows_key = "result"
        self.success: Any = 0
        self.refuses: dict[str, Any] = {}
        self.session_life: int | None = None
        self.expires_with: Any = {"error_code": "-1", "message": "Phiên làm việc không tồn tại hoặc đã hết hạn"}
        self.not_found: Any = None
        self.sessions: dict[str, int] = {}
        self._numbers = itertools.count(1)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The bodies of all calls to `mapi/g` so far."""
        return [json.loads(request.body) for request in self.requests if request.path.endswith("/g")]

    @property
    def logins(self) -> int:
        return sum(request.path.endswith("/login") for request in self.requests)

    def rows(self, service: str, asked: dict[str, Any]) -> list[Any] | None:
        """What a read service holds; None for a service that does not exist."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(b"", 404)
        assert request.method == "POST"
        assert request.headers["Content-Type"].startswith("application/json")
        asked = json.loads(request.body)
        if request.path == f"{self.base}/login":
            return self._login(asked)
        assert request.path == f"{self.base}/g", request.path
        return self._call(asked)

    def _login(self, asked: dict[str, Any]) -> Reply:
        assert set(asked) == {"username", "password"}
        if asked != {"username": "account", "password": SECRET}:
            return Reply({"error_code": "1", "message": f"Sai mật khẩu của {asked['username']}"})
        session = f"session-{next(self._numbers)}"
        self.sessions[session] = 0
        return Reply({"session": session, "error_code": self.success})

    def _call(self, asked: dict[str, Any]) -> Reply:
        session = asked["session"]
        used = self.sessions.get(session)
        if used is None or (self.session_life is not None and used >= self.session_life):
            return self.expires_with if isinstance(self.expires_with, Reply) else Reply(self.expires_with)
        self.sessions[session] += 1
        if asked[self.unit_field] != UNIT:
            return Reply({"error_code": "2", "message": "Đơn vị không tồn tại"})
        service = asked["service"]
        if service in self.refuses:
            return Reply(self.refuses[service])
        rows = self.rows(service, asked)
        if rows is None:
            return Reply({"error_code": "9", "message": "Dịch vụ không tồn tại"})
        if not rows and service == "TraCuuHoSo" and self.not_found is not None:
            return Reply(self.not_found)
        return Reply({"error_code": self.success, "message": "", self.rows_key: rows})


# the portal -------------------------------------------------------------------------------------------------------
def portal_dossier(code: str = HELD, **changes: Any) -> dict[str, Any]:
    """A dossier as the portal knows it, personal data included."""
    row = {
        "MaHoSo": code,
        "MaHoSoDonVi": "",
        "MaTTHC": "1.001193",
        "TenTTHC": "Đăng ký khai sinh",
        "MaLinhVuc": "G15-TP03",
        "KenhThucHien": "2",
        "NgayTiepNhan": "20240305081500",
        "NgayHenTra": "20240312170000",
        "TrangThaiHoSo": "10",
        "NgayTra": "20240311160000",
        "NgayKetThucXuLy": "20240311093000",
        "DonViXuLy": "UBND xa\u0303 Ye\u0302n Tra\u0323ch",  # decomposed on purpose
        "NgayNopHoSo": "20240304224501",
        "HoSoCoThanhPhanSoHoa": "1",
        "DuocThanhToanTrucTuyen": "1",
        "TaiLieuNop": [personal("TenTepDinhKem", "NguoiKy")],
        **personal("ChuHoSo", "SoGiayToChuHoSo", "SoDienThoai", "Email", "DiaChi", "TrichYeuHoSo", "GhiChu"),
    }
    return {**row, **changes}


class FakeAdapter(FakeMapi):
    """The portal behind the exchange adapter; answers only to the right `dstcode`.

    Attributes:
        holdings: by code, what it holds; several rows where it holds several.
        dstcode_in: where it wants its code.
    """

    base = "/XrdAdapter/RestService/forward/mapi"

    def __init__(self) -> None:
        super().__init__()
        self.holdings: dict[str, list[Any]] = {HELD: [portal_dossier()]}
        self.dstcode_in: str | None = "header"
        self.catalogues: dict[str, list[Any]] = {
            "LayDanhSachTTHC": [{"MATTHC": f"1.00{n:04d}", "TENTTHC": f"Thủ tục {n}"} for n in range(12)],
            "LayDanhMucCoQuan": [
                {"MADONVI": f"H37.{n}", "TENDONVI": "UBND xa\u0303 Ye\u0302n", "CAPDONVI": n} for n in range(101, 106)
            ],
            "LayDanhMucLinhVuc": [
                {"MALINHVUC": f"G15-TP{n:02d}", "TENLINHVUC": f"Lĩnh vực {n}", "MANGANH": "G15"} for n in range(3)
            ],
        }

    def answer(self, request: Request) -> Reply:
        if request.method == "POST" and self.dstcode_in:
            sent = request.query if self.dstcode_in == "query" else request.headers
            if sent.get("dstcode") != DSTCODE:
                return Reply({"error": "unknown destination"}, 404)
        return super().answer(request)

    def rows(self, service: str, asked: dict[str, Any]) -> list[Any] | None:
        if service == "TraCuuHoSo":
            return self.holdings.get(asked["mahoso"], [])
        return self.catalogues.get(service)


def adapter_connection(port: int, **extra: Any) -> Connection:
    """The connection to a FakeAdapter."""
    given = {"base_path": "/XrdAdapter/RestService/forward", "unit_code": UNIT, **extra}
    return Connection(
        "national_adapter", scheme="http", host="127.0.0.1", port=port, login="account", password=SECRET, extra=given
    )


# driving licences -------------------------------------------------------------------------------------------------
def licence_code(number: int) -> str:
    return f"000.00.16.H37-240305-{number:04d}"


def licence_row(number: int, *, day: str = "2024-03-05", **changes: Any) -> dict[str, Any]:
    """A dossier in `DanhSachHoSo`."""
    row = {
        "maHoSo": licence_code(number),
        "maDangKyDvc": f"G22.99-240305-{number:04d}" if number % 2 else "",
        "maDonVi": "H37.16",
        "ngayNhanHoSo": day,
        "ngayHenTraGplx": "2024-03-12",
        "loaiHoSo": ["1", "2", "3"][number % 3],
        "hoSoDinhKem": [personal("tengiayto", "filedinhkem")],
        **personal("hoTen", "soCmnd", "soDienThoai", "email", "noiCuTru", "anhChanDung"),
    }
    return {**row, **changes}


class FakeLicence(FakeMapi):
    """The driving-licence system by the session protocol."""

    base = "/apiDVC-GPLX/tcdbdvcdata/mapi"
    unit_field = "donViXuLy"

    def __init__(self, held: list[dict[str, Any]]) -> None:
        super().__init__()
        self.held, self.rows_key, self.success = held, "data", "00"
        self.most: int | None = None  # rows that an answer shows

    @property
    def windows(self) -> list[tuple[str, str]]:
        """The windows asked for so far."""
        return [(c["ngayNhan1"], c["ngayNhan2"]) for c in self.calls if c["service"] == "DanhSachHoSo"]

    def rows(self, service: str, asked: dict[str, Any]) -> list[Any] | None:
        if service == "DanhSachHoSo":
            first, last = (dt.date.fromisoformat(asked[key]) for key in ("ngayNhan1", "ngayNhan2"))
            return [row for row in self.held if _falls_in(row.get("ngayNhanHoSo"), first, last)][: self.most]
        if service == "TraCuuHoSo":
            return [self._detail(row) for row in self.held if row["maHoSo"] == asked["mahoso"]]
        return None

    def _detail(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "MaTTHC": "1.002809",
            "MaHoSo": row["maHoSo"],
            "MaTrangThai": "4",
            "TrangThaiHoSo": "Đang xử lý",
            "DonViXuLy": "Sở Giao thông vận tải",
            "MaDonViXuLy": "H37.16",
            "NgayNop": "04/03/2024 22:45:01",
            "NgayTiepNhan": "05/03/2024 08:15:00",
            "NgayHenTra": "12/03/2024 17:00:00",
            **personal("HoTenNguoiNop", "SoCMND"),
        }


def licence_connection(port: int, **extra: Any) -> Connection:
    """The connection to a FakeLicence."""
    given = {"base_path": "/apiDVC-GPLX/tcdbdvcdata", "unit_code": UNIT, **extra}
    return Connection(
        "driving_licence", scheme="http", host="127.0.0.1", port=port, login="account", password=SECRET, extra=given
    )


def listed_row(number: int, *, day: str = "05/03/2024", **changes: Any) -> dict[str, Any]:
    """A dossier in `danhsachhoso`."""
    row = {
        "MaHoSo": licence_code(number),
        "MaTTHC": "1.002809",
        "KenhThucHien": ["0", 1][number % 2],
        "DonViXuLy": "So\u031b\u0309 Giao tho\u0302ng va\u0323\u0302n ta\u0309i",
        "MaDonViXuLy": "H37.16",
        "NgayGuiHoSo": f"{day} 07:{number % 60:02d}:00",
        "NgayTiepNhan": f"{day} 08:{number % 60:02d}:00",
        "NgayHenTra": "12/03/2024 17:00:00",
        "NgayKetThucXuLy": "",
        "NgayTra": None,
        "TrangThaiHoSo": "4",
        "NgayHuyHoSo": "",
        **personal("ChuHoSo", "MaDoiTuong", "SoDienThoai", "Email", "DiaChi", "NguoiNop", "TrichYeuHoSo"),
    }
    return {**row, **changes}


class FakeLicenceList(FakeSystem):
    """The driving-licence system by GET.

    Attributes:
        says_total: `total` stands in the answer.
        error_key: under which key an error stands; "" for a bare number.
        error_status: the HTTP status of an error.
        key_counts_in: where unit and key are looked for: "headers" or "query".
    """

    def __init__(self, held: list[dict[str, Any]]) -> None:
        super().__init__()
        self.held, self.says_total = held, True
        self.most: int | None = None  # rows that an answer shows
        self.error_key, self.error_status, self.key_counts_in = "error_code", 200, "headers"
        self.bearers: set[str] = {API_KEY}

    @property
    def windows(self) -> list[tuple[str, str]]:
        asked = [request.query for request in self.requests if request.path.endswith("/danhsachhoso")]
        return [(query["ReceiveFromDate"], query["ReceiveToDate"]) for query in asked]

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(b"", 404)
        if request.path == TOKEN_PATH:
            return self._token(dict(parse_qsl(request.body.decode())))
        assert (request.method, request.path) == ("GET", "/apiGTVT/danhsachhoso")
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.bearers:
            return Reply({"message": "invalid token"}, 401)
        code = self._error(request)
        if code:
            body = {self.error_key: code, "message": f"Lỗi của {CANARIES[0]}"} if self.error_key else code
            return Reply(body, self.error_status)
        assert (request.query["Start"], request.query["End"]) == ("-1", "-1")
        first, last = (
            dt.datetime.strptime(request.query[key], "%d/%m/%Y").date() for key in ("ReceiveFromDate", "ReceiveToDate")
        )
        rows = [row for row in self.held if _falls_in(row.get("NgayTiepNhan"), first, last)]
        shown = rows[: self.most]
        return Reply({"total": len(rows), "data": shown} if self.says_total else {"data": shown})

    def _token(self, form: dict[str, str]) -> Reply:
        if form.get("client_secret") != SECRET:
            return Reply({"error": "unauthorized_client"}, 401)
        token = f"token-{len(self.requests)}"
        self.bearers.add(token)
        return Reply({"access_token": token, "expires_in": 300})

    def _error(self, request: Request) -> int | None:
        sent = request.headers if self.key_counts_in == "headers" else request.query
        unit, key = ("MaDonVi", "ApiKey") if self.key_counts_in == "headers" else ("GovAgencyCode", "APIKey")
        for name, good, empty, wrong in ((unit, UNIT, -300, -303), (key, API_KEY, -301, -302)):
            if not sent.get(name):
                return empty
            if sent[name] != good:
                return wrong
        return None


def list_connection(port: int, **extra: Any) -> Connection:
    """The connection to a FakeLicenceList."""
    given = {"base_path": "/apiGTVT", "unit_code": UNIT, "api_key": API_KEY, **extra}
    return Connection(
        "driving_licence", scheme="http", host="127.0.0.1", port=port, login="client", password=SECRET, extra=given
    )


def _falls_in(written: Any, first: dt.date, last: dt.date) -> bool:
    """Whether a date of receipt, however written, lies in a window; what cannot be read is shown with March 2024."""
    day = str(written or "")[:10]
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            found = dt.datetime.strptime(day, form).date()
        except ValueError:
            continue
        if "T" in str(written):
            found = dt.datetime.fromisoformat(str(written)).astimezone(LOCAL).date()
        return first <= found <= last
    return first <= dt.date(2024, 3, 31) <= last and bool(day)
