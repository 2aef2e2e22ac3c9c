"""The ministries' own vocabulary [A]: codes of types, statuses and offices, in two sets that differ between worlds.

`python -m sandbox words` prints all of it, for writing a province's configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.world import moments, truth
from sandbox.world.maker import national_status
from sandbox.world.ministries import DRIVING, JUDICIAL, REGISTRATION, SOURCES, procedures_of
from sandbox.world.procedures import Procedure
from sandbox.world.reference import PROVINCE_CODE, Agency, agencies
from sandbox.world.truth import MinistryRow
from sandbox.world.variant import Variant

#: The national table's names, some of which the licence system shows.
STATUS_NAMES = {
    "2": "Đã tiếp nhận",
    "4": "Đang xử lý",
    "5": "Yêu cầu bổ sung",
    "6": "Chờ nộp lệ phí",
    "7": "Đã rút hồ sơ",
    "8": "Dừng xử lý",
    "9": "Đã có kết quả",
    "10": "Đã trả kết quả",
}
_REGISTRATION_STATUSES: dict[str, dict[str, str | int]] = {
    "a": {"2": "RECEIVED", "4": "IN_PROGRESS", "5": "NEED_SUPPLEMENT", "6": "WAIT_FEE", "7": "WITHDRAWN",
          "8": "REJECTED", "9": "APPROVED", "10": "ISSUED"},
    "b": {"2": 1, "4": 2, "5": 3, "6": 4, "7": 8, "8": 9, "9": 5, "10": 6},
}  # fmt: skip
_JUDICIAL_STATUSES: dict[str, dict[str, str]] = {
    "a": {"2": "Mới tiếp nhận", "4": "Đang tra cứu, xác minh", "5": "Chờ bổ sung", "6": "Chờ nộp phí", "7": "Đã rút",
          "8": "Dừng", "9": "Đã ký phiếu", "10": "Đã trả phiếu"},
    "b": {"2": "TN", "4": "XM", "5": "BS", "6": "PHI", "7": "RUT", "8": "DUNG", "9": "KY", "10": "TRA"},
}  # fmt: skip
_LICENCE_KINDS = {
    "Cấp giấy phép lái xe": ("1", "CAP_MOI"),
    "Cấp lại giấy phép lái xe": ("3", "CAP_LAI"),
    "Thu hồi giấy phép lái xe": ("9", "THU_HOI"),
}
_RECORD_KINDS = {
    "Cấp phiếu lý lịch tư pháp cho công dân Việt Nam": ("Phiếu số 1", "LLTP1"),
    "Cấp phiếu lý lịch tư pháp cho cơ quan nhà nước": ("Phiếu số 2", "LLTP2"),
}
_DOCUMENT_PREFIXES = {
    "Thành lập và hoạt động của doanh nghiệp": ("DN", 1000),
    "Hộ kinh doanh": ("HKD", 2000),
    "Thành lập và hoạt động của hợp tác xã": ("HTX", 3000),
}


class MinistryWords:
    """The vocabulary of one world.

    Args:
        catalogue: every procedure.
        variant: the open facts of the world.
    """

    def __init__(self, catalogue: list[Procedure], variant: Variant) -> None:
        self._set = variant.ministry_words
        at = "ab".index(self._set)
        self.licence_kinds = _kinds(DRIVING, catalogue, _LICENCE_KINDS, at)
        self.record_kinds = _kinds(JUDICIAL, catalogue, _RECORD_KINDS, at)
        self.document_types: dict[str, str | int] = {}
        for field_name, (prefix, start) in _DOCUMENT_PREFIXES.items():
            found = [one for one in procedures_of(REGISTRATION, catalogue) if one.field_name == field_name]
            for number, one in enumerate(found, 1):
                self.document_types[one.code] = start + number if at else f"{prefix}{number:02d}"

    def site_id(self, agency: Agency) -> str | int:
        """The issuing office's id at the registration system."""
        tail = agency.code.removeprefix(PROVINCE_CODE + ".")
        whole = agency.level == "department"
        if self._set == "a":
            return 20_000 if whole else 20_000 + int(tail.replace(".", ""))
        return "LSN" if whole else f"LSN-{tail}"

    def other_site_id(self, number: int) -> str | int:
        """An office of another province."""
        return 19_000 + number % 9 if self._set == "a" else f"CBG-{21 + number % 9}"

    def licence_status(self, row: MinistryRow, now: int) -> str:
        """The value of `TrangThaiHoSo` in the licence listing."""
        code = national(row, now)
        return code if self._set == "a" else STATUS_NAMES[code]

    def registration_status(self, row: MinistryRow, now: int) -> str | int:
        """PROCESS_STATUS."""
        return _REGISTRATION_STATUSES[self._set][national(row, now)]

    def record_status(self, row: MinistryRow, now: int) -> str:
        """The judicial records' status."""
        return _JUDICIAL_STATUSES[self._set][national(row, now)]

    def told(self) -> dict[str, Any]:
        """Every value with its meaning: procedure codes, national statuses, agency codes."""
        licence = {code: code for code in STATUS_NAMES} if self._set == "a" else _turned(STATUS_NAMES)
        return {
            DRIVING: {"loaiHoSo": _turned(self.licence_kinds), "TrangThaiHoSo": licence},
            REGISTRATION: {
                "DOCUMENT_TYPE": _turned(self.document_types),
                "PROCESS_STATUS": _turned(_REGISTRATION_STATUSES[self._set]),
                "SITE_ID": [{"site_id": self.site_id(one), "agency": one.code, "from": start, "to": one.valid_to}
                            for one, start in _registrars()],
            },
            JUDICIAL: {"kinds": _turned(self.record_kinds), "statuses": _turned(_JUDICIAL_STATUSES[self._set])},
        }  # fmt: skip


def _registrars() -> Iterator[tuple[Agency, str]]:
    """Every unit that registers, and since which day: a department from the end of its predecessor on."""
    start = ""
    for name in SOURCES[REGISTRATION].departments:
        department = next(one for one in agencies() if one.name == name)
        yield department, max(start, department.valid_from)
        start = department.valid_to
    for one in agencies():
        if one.level == "district" or (one.level == "commune" and one.parent_id == PROVINCE_CODE):
            yield one, one.valid_from


def _kinds(source: str, catalogue: list[Procedure], names: dict[str, tuple[str, str]], at: int) -> dict[str, str]:
    return {one.code: names[one.name][at] for one in procedures_of(source, catalogue)}


def _turned(words: dict[str, Any]) -> dict[str, str]:
    return {str(word): code for code, word in words.items()}


def national(row: MinistryRow, now: int) -> str:
    """A row's status in the national table."""
    return national_status(row.status_at(now))


def written(at: int | None, kind: str) -> str:
    """A time as a ministry's system writes it, "" for none.

    Args:
        kind: "dmy_hms", "dmy" or "iso".
    """
    if at is None:
        return ""
    local = moments.local_time(at)
    return local.isoformat() if kind == "iso" else local.strftime("%d/%m/%Y" if kind == "dmy" else "%d/%m/%Y %H:%M:%S")


def reached(row: MinistryRow, statuses: tuple[int, ...], now: int) -> int | None:
    """When a row first reached one of these statuses, None if not yet."""
    return next((at for at, status in row.life if status in statuses and at <= now), None)


FINISHED = (truth.FINISHED, truth.RETURNED)
RETURNED = (truth.RETURNED,)
ENDED_EARLY = (truth.WITHDRAWN, truth.STOPPED)
