"""The driving-licence system, simulated (CONTRACTS section 4): sessions with `DanhSachHoSo` and `TraCuuHoSo`, and
`danhsachhoso` by GET with Bearer and key.

Contract: POST /apiDVC-GPLX/tcdbdvcdata/mapi/login and /mapi/g; GET /apiGTVT/danhsachhoso, whose channels are 0 direct
and 1 online and whose Start and End are positions, -1 for no bound [A].
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sandbox.http.sessions import Credentials, Sessions, Tokens, is_same
from sandbox.http.wire import Answer, Request, json_answer
from sandbox.systems.ministry_rows import MinistryRows
from sandbox.systems.system import System
from sandbox.world import canaries, truth
from sandbox.world.ministries import DRIVING, SOURCES
from sandbox.world.ministry_words import (
    ENDED_EARLY,
    FINISHED,
    RETURNED,
    STATUS_NAMES,
    MinistryWords,
    national,
    reached,
    written,
)
from sandbox.world.moments import DAY, moment
from sandbox.world.truth import Dossier, MinistryRow
from sandbox.world.world import World

LOGIN_PATH = "/apiDVC-GPLX/tcdbdvcdata/mapi/login"
CALL_PATH = "/apiDVC-GPLX/tcdbdvcdata/mapi/g"
LIST_PATH = "/apiGTVT/danhsachhoso"
EMPTY_UNIT, EMPTY_KEY, WRONG_KEY, WRONG_UNIT, KEY_ERROR = -300, -301, -302, -303, -304
_ERRORS = {
    EMPTY_UNIT: "Mã đơn vị không được để trống",
    EMPTY_KEY: "ApiKey không được để trống",
    WRONG_KEY: "ApiKey không đúng",
    WRONG_UNIT: "Mã đơn vị không đúng",
    KEY_ERROR: "Lỗi xác thực ApiKey",
}


class DrivingLicence(System):
    """Both ways into the licence system.

    Args:
        credentials: who may log in, and the key that `danhsachhoso` asks for.
        sessions: of the first way; tokens: of the integration platform, for the second.
    """

    name = DRIVING
    paths = (LOGIN_PATH, CALL_PATH, LIST_PATH)

    def __init__(self, world: World, credentials: Credentials, sessions: Sessions, tokens: Tokens) -> None:
        self._variant, self._credentials, self._sessions, self._tokens = world.variant, credentials, sessions, tokens
        self._rows = MinistryRows(world, DRIVING)
        self._words = MinistryWords(world.procedures, world.variant)
        ours = [agency for agency in world.agencies if agency.name in SOURCES[DRIVING].departments]
        self._units = {code for agency in ours for code in (agency.code, agency.old_code) if code}

    def revoke_all(self) -> None:
        self._sessions.revoke_all()
        self._tokens.revoke_all()

    def answer(self, request: Request, now: float) -> Answer:
        if (request.method, request.path) == ("POST", LOGIN_PATH):
            return self._login(request)
        if (request.method, request.path) == ("POST", CALL_PATH):
            return self._call(request, now)
        if (request.method, request.path) == ("GET", LIST_PATH):
            return self._listing(request, now)
        return super().answer(request, now)

    # sessions -----------------------------------------------------------------------------------------------------
    def _login(self, request: Request) -> Answer:
        """mapi/login {username, password} -> {session, error_code}."""
        asked = request.json()
        session = self._sessions.open(asked.get("username", ""), asked.get("password", ""))
        if session is None:
            return self._refused("1", "Sai tên đăng nhập hoặc mật khẩu")
        return json_answer({"session": session, "error_code": self._variant.mapi_success})

    def _call(self, request: Request, now: float) -> Answer:
        """mapi/g {session, service, donViXuLy, ...}."""
        asked = request.json()
        if not self._sessions.is_valid(asked.get("session", "")):
            if self._variant.mapi_expired == "http":
                return self._refused("401", "Phiên làm việc không hợp lệ", 401)
            return self._refused("-1", "Session không hợp lệ hoặc đã hết hạn")
        if asked.get("donViXuLy") not in self._units:
            return self._refused("-3", "Đơn vị xử lý không hợp lệ")
        if asked.get("service") == "DanhSachHoSo":
            return self._list(asked, now)
        if asked.get("service") == "TraCuuHoSo":
            return self._look_up(asked, now)
        return self._refused("-2", "Dịch vụ không tồn tại")

    def _refused(self, code: str, text: str, status: int = 200) -> Answer:
        return json_answer({"error_code": code, self._variant.mapi_message_key: text}, status)

    def _found(self, rows: list[dict[str, Any]]) -> Answer:
        return json_answer({"error_code": self._variant.mapi_success, self._variant.mapi_result_key: rows})

    def _list(self, asked: dict[str, Any], now: float) -> Answer:
        """DanhSachHoSo {ngayNhan1, ngayNhan2: yyyy-MM-dd}, both included; no paging."""
        try:
            first, last = (_day(str(asked.get(name, "")), "%Y-%m-%d") for name in ("ngayNhan1", "ngayNhan2"))
        except ValueError:
            return self._refused("3", "Ngày nhận không đúng định dạng yyyy-MM-dd")
        return self._found([self._short(*pair) for pair in self._rows.window(first, last + DAY, now)])

    def _short(self, made: Dossier, row: MinistryRow) -> dict[str, Any]:
        kind = self._variant.driving_licence_dates
        return {
            "maHoSo": row.code,
            "maDangKyDvc": row.portal_code or None,
            "maDonVi": made.agency.code,
            "ngayNhanHoSo": written(row.received_at, kind),
            "ngayHenTraGplx": written(made.due_at, kind),
            "loaiHoSo": self._words.licence_kinds[made.procedure.code],
            "hoTen": canaries.full_name(made.number),
            "soCccd": canaries.identity_number(made.number),
            "dienThoai": canaries.phone(made.number),
            "email": canaries.email(made.number),
            "diaChi": canaries.address(made.number),
            "soGplx": f"CANARY-GPLX-{made.number}",
        }

    def _look_up(self, asked: dict[str, Any], now: float) -> Answer:
        """TraCuuHoSo {mahoso}."""
        found = self._rows.find(str(asked.get("mahoso", "")), now)
        if found is None and self._variant.mapi_not_found == "code":
            return self._refused("-5", "Không tìm thấy hồ sơ")
        return self._found([self._state(*found, int(now))] if found else [])

    def _state(self, made: Dossier, row: MinistryRow, now: int) -> dict[str, Any]:
        code = national(row, now)
        return {
            "MaTTHC": self._procedure_code(made),
            "MaHoSo": row.code,
            "MaTrangThai": code,
            "TrangThaiHoSo": STATUS_NAMES[code],
            "DonViXuLy": made.agency.name,
            "MaDonViXuLy": made.agency.code,
            "NgayNop": written(made.submitted_at, "dmy_hms"),
            "NgayTiepNhan": written(row.received_at, "dmy_hms"),
            "NgayHenTra": written(made.due_at, "dmy_hms"),
        }

    def _procedure_code(self, made: Dossier) -> str:
        """Written in full in some worlds (CONTRACTS section 5: the family is the first eight characters)."""
        return made.procedure.code + (".000.00.00.H37" if self._variant.ministry_words == "b" else "")

    # key and token ------------------------------------------------------------------------------------------------
    def _listing(self, request: Request, now: float) -> Answer:
        """GET danhsachhoso."""
        if not self._tokens.is_valid(request):
            return json_answer({"error": "invalid_token"}, 401)
        query = request.query()
        if error := self._refusal(request.headers, query):
            told = {self._variant.licence_error_key: error, "message": _ERRORS[error], "total": 0, "data": []}
            return json_answer(told, self._variant.licence_error_status)
        try:
            first, last = (
                _day(text, "%d/%m/%Y") if (text := query.get(name, "")) else None
                for name in ("ReceiveFromDate", "ReceiveToDate")
            )
            start, end = int(query.get("Start") or -1), int(query.get("End") or -1)
        except ValueError:
            return json_answer({"error": "bad_request"}, 400)
        rows = self._rows.window(first, None if last is None else last + DAY, now)
        shown = rows[max(start, 0) : end if end >= 0 else None]
        return json_answer({"total": len(rows), "data": [self._full(*pair, int(now)) for pair in shown]})

    def _refusal(self, headers: dict[str, str], query: dict[str, str]) -> int:
        """The error of a unit or a key, 0 for none; headers must agree with the query."""
        unit, key = headers.get("madonvi", ""), headers.get("apikey", "")
        if not unit:
            return EMPTY_UNIT
        if not key:
            return EMPTY_KEY
        if not is_same(key, self._credentials.api_key):
            return WRONG_KEY
        if unit not in self._units or query.get("GovAgencyCode") not in (None, "", unit):
            return WRONG_UNIT
        return KEY_ERROR if query.get("APIKey") not in (None, "", key) else 0

    def _full(self, made: Dossier, row: MinistryRow, now: int) -> dict[str, Any]:
        kind = self._variant.driving_licence_dates
        channel = int(made.channel == truth.ONLINE)
        return {
            "MaHoSo": row.code,
            "MaTTHC": self._procedure_code(made),
            "KenhThucHien": str(channel) if self._variant.licence_channel_as_text else channel,
            "DonViXuLy": made.agency.name,
            "MaDonViXuLy": made.agency.code,
            "NgayGuiHoSo": written(made.submitted_at, kind),
            "NgayTiepNhan": written(row.received_at, kind),
            "NgayHenTra": written(made.due_at, kind),
            "NgayKetThucXuLy": written(reached(row, FINISHED, now), kind),
            "NgayTra": written(reached(row, RETURNED, now), kind),
            "TrangThaiHoSo": self._words.licence_status(row, now),
            "NgayHuyHoSo": written(reached(row, ENDED_EARLY, now), kind),
            "ChuHoSo": canaries.full_name(made.number),
            "SoGiayToChuHoSo": canaries.identity_number(made.number),
            "SoDienThoai": canaries.phone(made.number),
            "Email": canaries.email(made.number),
            "DiaChi": canaries.address(made.number),
            "TrichYeuHoSo": canaries.summary(made.number),
        }


def _day(text: str, kind: str) -> int:
    """When a day starts.

    Raises:
        ValueError: it is not written like that.
    """
    return moment(dt.datetime.strptime(text, kind).date())
