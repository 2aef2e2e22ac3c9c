"""The national portal behind the exchange adapter, simulated (CONTRACTS sections 1 and 8).

Contract: POST JSON to {prefix}/RestService/forward/mapi/login and .../mapi/g, the provider named by `dstcode`; a
session from the login goes into every later body. Look-ups return what the simulated portal holds at the clock's
time. There is no listing, and anything that would write is refused: a reconciler never writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.http.sessions import Credentials, Sessions
from sandbox.http.wire import Answer, Request, json_answer
from sandbox.systems.by_code import ByCode
from sandbox.systems.national_adapter_catalogue import Catalogue
from sandbox.systems.national_adapter_words import Words
from sandbox.systems.system import System
from sandbox.world.reference import PROVINCE_CODE
from sandbox.world.variant import Variant
from sandbox.world.world import World

DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
UNIT_CODE = f"000.00.00.{PROVINCE_CODE}"
_UNITS = (UNIT_CODE, PROVINCE_CODE)
_WRITES = ("DongBoHoSoMC", "CapNhatTienDoHoSoMC", "DongBoTrangThaiHoSo")
_FAILED, _FORBIDDEN, _NO_SESSION, _NO_UNIT = -1, -2, -4, -5

_UNKNOWN = "Không tìm thấy dữ liệu"

Rows = list[dict[str, Any]]


def base_path(variant: Variant) -> str:
    """The path before /mapi/login and /mapi/g in a world."""
    return f"{variant.adapter_prefix}/RestService/forward"


class _Failed(Exception):
    """Raised when a call is answered with an error_code other than success."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code, self.status = code, status


class _NotFound(Exception):
    """Raised when the portal does not hold what was asked for."""


class NationalAdapter(System):
    """Login, look-up by code, and catalogues.

    Args:
        credentials: client id and secret are the user name and the password.
        session_life: lifetime of a session in seconds, in real time; a world may also end it after some calls.
    """

    name = "national_adapter"

    def __init__(self, world: World, credentials: Credentials, session_life: float = 300) -> None:
        self._variant = world.variant
        self._base = base_path(world.variant)
        self.paths = (f"{self._base}/mapi/login", f"{self._base}/mapi/g")
        self._sessions = Sessions(credentials, session_life)
        self._calls: dict[str, int] = {}
        self._words, self._catalogue = Words(world), Catalogue(world)
        self._dossiers = world.dossiers
        places = ((at, row) for at, made in enumerate(world.dossiers) for row in made.portal)
        self._places = ByCode((row.code for _, row in world.portal_rows()), (at for at, _ in places))
        self._services: dict[str, Callable[[dict[str, Any], int], Rows]] = {
            "TraCuuHoSo": self._look_up,
            "LayDanhSachTTHC": lambda asked, now: self._catalogue.procedures(now),
            "LayThuTuc": self._procedure,
            "LayDanhMucCoQuan": lambda asked, now: self._catalogue.units(now),
            "LayDanhMucLinhVuc": lambda asked, now: self._catalogue.fields(),
        }

    def answer(self, request: Request, now: float) -> Answer:
        if request.method != "POST":
            return super().answer(request, now)
        try:
            self._check_provider(request)
            if request.path.endswith("/login"):
                return self._login(request)
            return self._succeed({self._variant.adapter_rows_key: self._call(request.json(), int(now))})
        except _NotFound:
            return self._not_found()
        except _Failed as failed:
            told = {"error_code": self._code(failed.code), self._variant.adapter_message_key: str(failed)}
            return json_answer(told, failed.status)

    def revoke_all(self) -> None:
        self._sessions.revoke_all()

    # sessions -----------------------------------------------------------------------------------------------------
    def _check_provider(self, request: Request) -> None:
        in_header = self._variant.adapter_dstcode == "header"
        given = request.headers.get("dstcode") if in_header else request.query().get("dstcode")
        if given != DSTCODE:
            raise _Failed(_FAILED, "Không tìm thấy hệ thống cung cấp dịch vụ theo dstcode", 403 if in_header else 200)

    def _login(self, request: Request) -> Answer:
        asked = request.json()
        session = self._sessions.open(asked.get("username", ""), asked.get("password", ""))
        if session is None:
            raise _Failed(_FAILED, "Tên đăng nhập hoặc mật khẩu không đúng", self._refusal())
        self._calls[session] = 0
        return self._succeed({"session": session})

    def _refusal(self) -> int:
        return 401 if self._variant.adapter_refusal == "http" else 200

    def _check_session(self, session: str) -> None:
        most = self._variant.adapter_session_calls
        if session in self._calls:
            self._calls[session] += 1
        if not self._sessions.is_valid(session) or (most and self._calls[session] > most):
            raise _Failed(_NO_SESSION, "Session không hợp lệ hoặc đã hết hạn", self._refusal())

    # services -----------------------------------------------------------------------------------------------------
    def _call(self, asked: dict[str, Any], now: int) -> Rows:
        self._check_session(str(asked.get("session", "")))
        if asked.get("madonvi") not in _UNITS:
            raise _Failed(_NO_UNIT, "Mã đơn vị không hợp lệ")
        service = str(asked.get("service", ""))
        if service in _WRITES:
            raise _Failed(_FORBIDDEN, "Tài khoản không được cấp quyền ghi dữ liệu")
        if service not in self._services:
            raise _Failed(_FAILED, "Dịch vụ không tồn tại")
        return self._services[service](asked, now)

    def _look_up(self, asked: dict[str, Any], now: int) -> Rows:
        code = str(asked.get("mahoso") or "").strip()
        if not code:
            raise _Failed(_FAILED, "Thiếu tham số mahoso")
        found = (self._dossiers[at] for at in dict.fromkeys(self._places.places(code)))
        held = [(made, row) for made in found for row in made.portal if row.code == code and row.is_held(now)]
        if not held:
            raise _NotFound
        return [self._words.dossier(made, row, now) for made, row in held]

    def _procedure(self, asked: dict[str, Any], now: int) -> Rows:
        found = self._catalogue.procedure(str(asked.get("maTTHC") or ""), now)
        if found is None:
            raise _NotFound
        return [found]

    # answers ------------------------------------------------------------------------------------------------------
    def _code(self, code: int) -> int | str:
        """An error_code as this world types it; 0 is success."""
        kind = self._variant.adapter_success
        if kind == "int":
            return code
        return str(code) if code else kind

    def _succeed(self, told: dict[str, Any]) -> Answer:
        return json_answer({"error_code": self._code(0), self._variant.adapter_message_key: "Thành công", **told})

    def _not_found(self) -> Answer:
        how = self._variant.adapter_not_found
        if how == "error":
            return json_answer({"error_code": self._code(_FAILED), self._variant.adapter_message_key: _UNKNOWN})
        return self._succeed({self._variant.adapter_rows_key: []} if how == "empty" else {})
