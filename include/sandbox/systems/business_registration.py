"""Business, co-operative and household-business registration, simulated (CONTRACTS section 4).

Contract: POST /platform/token (client credentials); with Bearer GET /csdldkdn/danhSachHoSo (a window of at most five
days, both ends included, over RECEIPT_DATE), danhSachHoSoTrongNgay (today, by the time of receipt or processing [A])
and tinhTrangHoSo. Answers {Status, Message, DataCount, Data}, Status "1" or "0".
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sandbox.http.sessions import Tokens
from sandbox.http.wire import Answer, Request, json_answer
from sandbox.systems.ministry_rows import MinistryRows
from sandbox.systems.system import System
from sandbox.world import canaries, truth
from sandbox.world.ministries import REGISTRATION
from sandbox.world.ministry_words import FINISHED, RETURNED, MinistryWords, reached, written
from sandbox.world.moments import DAY, MINUTE, OFFSET, local_day, moment
from sandbox.world.truth import Dossier, MinistryRow
from sandbox.world.world import World

TOKEN_PATH = "/platform/token"  # noqa: S105 - a path
BASE_PATH = "/csdldkdn/"
WINDOW_DAYS = 5
_ENTERPRISE_TYPES = {
    "Đăng ký thành lập doanh nghiệp tư nhân": "DNTN",
    "Đăng ký thành lập công ty TNHH một thành viên": "TNHH1",
    "Đăng ký thành lập công ty TNHH hai thành viên trở lên": "TNHH2",
    "Đăng ký thành lập công ty cổ phần": "CP",
}

Row = dict[str, Any]


class _Refused(Exception):
    """Raised when the system answers with Status "0"; its text is the Message."""


class BusinessRegistration(System):
    """The registration system behind the integration platform.

    Args:
        tokens: of the integration platform.
    """

    name = REGISTRATION
    paths = (TOKEN_PATH, BASE_PATH)

    def __init__(self, world: World, tokens: Tokens) -> None:
        self._variant, self._tokens = world.variant, tokens
        self._rows = MinistryRows(world, REGISTRATION)
        self._words = MinistryWords(world.procedures, world.variant)
        self._services = {
            "danhSachHoSo": self._list,
            "danhSachHoSoTrongNgay": self._today,
            "tinhTrangHoSo": self._look_up,
        }

    def revoke_all(self) -> None:
        self._tokens.revoke_all()

    def answer(self, request: Request, now: float) -> Answer:
        if (request.method, request.path) == ("POST", TOKEN_PATH):
            return self._tokens.answer(request)
        service = self._services.get(request.path.removeprefix(BASE_PATH))
        if service is None or request.method != "GET":
            return super().answer(request, now)
        if not self._tokens.is_valid(request):
            return json_answer({"error": "invalid_token", "error_description": "The access token is invalid"}, 401)
        try:
            return service(request.query(), int(now))
        except _Refused as refused:
            return json_answer({"Status": "0", "Message": str(refused), "DataCount": 0, "Data": []})

    # services -----------------------------------------------------------------------------------------------------
    def _list(self, query: dict[str, str], now: int) -> Answer:
        """danhSachHoSo?from_date&to_date&offset&limit."""
        try:
            days = [dt.datetime.strptime(query.get(name, ""), "%d/%m/%Y").date() for name in ("from_date", "to_date")]
        except ValueError:
            raise _Refused("from_date, to_date không đúng định dạng dd/MM/yyyy") from None
        if not 1 <= (days[1] - days[0]).days + 1 <= WINDOW_DAYS:
            raise _Refused(f"Khoảng thời gian tra cứu không quá {WINDOW_DAYS} ngày")
        held = self._rows.window(moment(days[0]), moment(days[1]) + DAY, now)
        return self._page(self._with_others(held, now), query)

    def _today(self, query: dict[str, str], now: int) -> Answer:
        """danhSachHoSoTrongNgay?from_ts&to_ts (HH:mm, both included)."""
        start = local_day(now) * DAY - OFFSET
        first, last = (start + _time_of_day(query.get(name, "")) for name in ("from_ts", "to_ts"))
        found = []
        for made, row in self._rows.window(None, None, now):
            processed = reached(row, FINISHED, now)
            if any(at is not None and first <= at < last + MINUTE for at in (row.received_at, processed)):
                processed_date = written(processed, self._variant.business_registration_dates)
                found.append(self._row(made, row, now) | {"PROCESSED_DATE": processed_date})
        return self._page(found, query)

    def _look_up(self, query: dict[str, str], now: int) -> Answer:
        """tinhTrangHoSo?in_journal_no."""
        found = self._rows.find(query.get("in_journal_no", ""), now)
        if found is None and self._variant.mapi_not_found == "code":
            raise _Refused("Không tìm thấy hồ sơ")
        return self._page([self._state(*found, now)] if found else [], {})

    # rows ---------------------------------------------------------------------------------------------------------
    def _page(self, rows: list[Row], query: dict[str, str]) -> Answer:
        cap = self._variant.registration_page_cap
        offset, limit = _number(query, "offset", 0), _number(query, "limit", cap)
        shown = rows[offset : offset + min(limit, cap)]
        count = len(rows) if self._variant.registration_count == "total" else len(shown)
        return json_answer({"Status": "1", "Message": "Thành công", "DataCount": count, "Data": self._nested(shown)})

    def _nested(self, rows: list[Row]) -> object:
        """The rows as this world nests them [A]; XML that became JSON has no list around a single row, and none without rows."""
        match self._variant.registration_nested:
            case "each":
                return [{"MainInformation": row} for row in rows]
            case "xml":
                return {"MainInformation": {"Row": rows[0] if len(rows) == 1 else rows} if rows else ""}
            case _:
                return rows

    def _row(self, made: Dossier, row: MinistryRow, now: int) -> Row:
        """MainInformation. A household's codes are its owner's numbers, and any name may contain a person's name."""
        kind = self._variant.business_registration_dates
        is_company = "department" in made.procedure.levels
        code = f"49{made.number % 100_000_000:08d}" if is_company else canaries.identity_number(made.number)
        issued = code if reached(row, FINISHED, now) else None
        return {
            "IN_JOURNAL_NO": int(row.record_key),
            "DOCUMENT_TYPE": self._words.document_types[made.procedure.code],
            "ENTERPRISE_CODE": issued,
            "ENTERPRISE_GDT_CODE": issued,
            "NAME": f"CÔNG TY CANARY {made.number}"
            if is_company
            else f"HỘ KINH DOANH {canaries.full_name(made.number)}",
            "SITE_ID": self._words.site_id(made.agency),
            "RECEIPT_DATE": written(row.received_at, kind),
            "PLAN_DATE": written(made.due_at, kind),
            "PROCESS_STATUS": self._words.registration_status(row, now),
        }

    def _with_others(self, held: list[tuple[Dossier, MinistryRow]], now: int) -> list[Row]:
        """The rows, in some worlds mixed with those of other provinces' offices."""
        rows = []
        for made, row in held:
            rows.append(own := self._row(made, row, now))
            if self._variant.registration_other_sites and made.number % 4 == 0:
                number = own["IN_JOURNAL_NO"] + 5_000
                rows.append(own | {"IN_JOURNAL_NO": number, "SITE_ID": self._words.other_site_id(made.number)})
        return rows

    def _state(self, made: Dossier, row: MinistryRow, now: int) -> Row:
        kind = self._variant.business_registration_dates
        supplement = reached(row, (truth.SUPPLEMENT,), now)
        return self._row(made, row, now) | {
            "ENTERPRISE_TYPE_ID": _enterprise_type(made),
            "REGISTRATION_DATE": written(reached(row, RETURNED, now), kind),
            "SUPPLEMENT_DATE": written(supplement, kind),
            "SUBMISSION_TYPE": "ONLINE" if made.channel == truth.ONLINE else "DIRECT",
            "CONTACT_NAME": canaries.full_name(made.number),
            "CONTACT_PHONE": canaries.phone(made.number),
            "CONTACT_EMAIL": canaries.email(made.number),
            "CONTACT_ADDRESS": canaries.address(made.number),
        }


def _enterprise_type(made: Dossier) -> str:
    if "department" not in made.procedure.levels:
        return "HTX" if "hợp tác xã" in made.procedure.name else "HKD"
    return _ENTERPRISE_TYPES.get(made.procedure.name, "TNHH1")


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdigit():
        raise _Refused(f"{name} không phải là số")
    return int(text)


def _time_of_day(text: str) -> int:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text)
    if not found:
        raise _Refused("from_ts, to_ts không đúng định dạng HH:mm")
    return int(found[1]) * 60 * MINUTE + int(found[2]) * MINUTE
