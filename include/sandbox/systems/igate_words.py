"""How iGate writes a dossier (CONTRACTS section 3): ids of units, statuses and channels, and the JSON of a row.

The ids of statuses and channels are a tenant's own [A]; two tenants differ (`Variant.igate_codes`).
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import msgspec

from sandbox.world import canaries, truth
from sandbox.world.moments import DAY, OFFSET, date_of_day
from sandbox.world.procedures import Procedure
from sandbox.world.reference import Agency
from sandbox.world.truth import Dossier, LocalRow
from sandbox.world.variant import Variant

#: Tenant -> true status -> (id, name). Ids are not the national table's.
STATUSES: dict[str, dict[int, tuple[int, str]]] = {
    "a": {
        truth.SUBMITTED: (0, "Mới đăng ký"),
        truth.SUPPLEMENT: (1, "Yêu cầu bổ sung hồ sơ"),
        truth.IN_PROCESS: (2, "Đang xử lý"),
        truth.STOPPED: (3, "Dừng xử lý"),
        truth.FINISHED: (4, "Đã có kết quả"),
        truth.RETURNED: (5, "Đã trả kết quả"),
        truth.WITHDRAWN: (6, "Đã rút hồ sơ"),
        truth.ACCEPTED: (7, "Đã tiếp nhận"),
        truth.REFUSED: (8, "Từ chối tiếp nhận"),
        truth.FEE: (9, "Chờ thực hiện nghĩa vụ tài chính"),
        truth.INTEROPERATING: (11, "Đang liên thông"),
        truth.CORRECTING: (17, "Đang điều chỉnh nội bộ"),
    },
    "b": {
        truth.SUBMITTED: (10, "Chờ tiếp nhận"),
        truth.ACCEPTED: (11, "Được tiếp nhận"),
        truth.REFUSED: (12, "Không tiếp nhận"),
        truth.IN_PROCESS: (20, "Đang giải quyết"),
        truth.SUPPLEMENT: (21, "Tạm dừng chờ bổ sung"),
        truth.FEE: (22, "Tạm dừng chờ nộp phí"),
        truth.INTEROPERATING: (23, "Chờ liên thông"),
        truth.CORRECTING: (27, "Trả lại để điều chỉnh"),
        truth.STOPPED: (29, "Dừng giải quyết"),
        truth.WITHDRAWN: (30, "Công dân rút hồ sơ"),
        truth.FINISHED: (40, "Đã giải quyết"),
        truth.RETURNED: (41, "Đã trả kết quả"),
    },
}
CHANNELS: dict[str, dict[int, tuple[int, str]]] = {
    "a": {truth.ONLINE: (0, "Trực tuyến"), truth.DIRECT: (1, "Trực tiếp"), truth.POST: (2, "Bưu chính công ích")},
    "b": {truth.DIRECT: (1, "Trực tiếp"), truth.ONLINE: (2, "Trực tuyến"), truth.POST: (3, "Qua dịch vụ bưu chính")},
}
PAYMENTS = {1: (1, "Cổng Dịch vụ công quốc gia"), 2: (2, "Cổng thanh toán của tỉnh"), 3: (3, "Tiền mặt")}
LEVELS = {"province": "CAP_TINH", "department": "CAP_TINH", "district": "CAP_HUYEN", "commune": "CAP_XA"}


def object_id(text: str) -> str:
    """Twenty-four hexadecimal digits that are always the same for the same thing."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def iso(at: int, in_utc: bool, millisecond: int = 0) -> str:
    """ISO with `+0700` or `+0000`, both of which iGate writes."""
    day, second = divmod(at if in_utc else at + OFFSET, DAY)
    return f"{_iso_day(day)}T{_clock(second // 60)}:{second % 60:02d}.{millisecond:03d}{'+0000' if in_utc else '+0700'}"


@cache
def _iso_day(day: int) -> str:
    return date_of_day(day).isoformat()


@cache
def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _written(content: object) -> msgspec.Raw:
    """What many rows show alike, written once."""
    return msgspec.Raw(msgspec.json.encode(content))


class Words:
    """Writes rows of one world as iGate would; units and procedures are converted once.

    Args:
        agencies: every unit.
        variant: the open facts of the world.
    """

    def __init__(self, agencies: list[Agency], variant: Variant) -> None:
        self.variant = variant
        self._by_id = {agency.agency_id: agency for agency in agencies}
        self._agencies = {agency.agency_id: _written(self._agency(agency)) for agency in agencies}
        self._procedures: dict[str, msgspec.Raw] = {}
        statuses, channels = STATUSES[variant.igate_codes], CHANNELS[variant.igate_codes]
        self._statuses = {status: _written({"id": id_, "name": name}) for status, (id_, name) in statuses.items()}
        self._channels = {channel: _written({"id": id_, "name": name}) for channel, (id_, name) in channels.items()}
        self._tasks = {status: _written({"id": object_id(f"task {status}")}) for status in statuses}
        self._levels = {level: _written({"code": code}) for level, code in LEVELS.items()}
        self._kind = _written({"id": object_id("at the counter"), "name": "Nhận trực tiếp"})
        self._payments = {payment: _written({"id": id_, "name": name}) for payment, (id_, name) in PAYMENTS.items()}

    @property
    def stopped(self) -> msgspec.Raw:
        """The status of a dossier that is stopped."""
        return self._statuses[truth.STOPPED]

    def _agency(self, agency: Agency) -> dict[str, Any]:
        ancestors = self.ancestors(agency)[1:]
        parent = ancestors[0] if ancestors else None
        return {
            "id": object_id(agency.agency_id),
            "code": agency.code,
            "name": agency.name,
            "parent": parent
            and {"id": object_id(parent.agency_id), "code": parent.code, "name": parent.name},
            "ancestors": [{"id": object_id(one.agency_id), "name": one.name} for one in ancestors],
        }  # fmt: skip

    def ancestors(self, agency: Agency) -> list[Agency]:
        """The unit itself, its parent and so on up to the province."""
        found = [agency]
        while found[-1].parent_id:
            found.append(self._by_id[found[-1].parent_id])
        return found

    def _procedure(self, procedure: Procedure) -> msgspec.Raw:
        if procedure.code not in self._procedures:
            sector = {
                "id": object_id(procedure.field_code),
                "code": procedure.field_code,
                "name": procedure.field_name,
            }
            told = {"id": object_id(procedure.code), "code": procedure.code, "name": procedure.name, "sector": sector}
            self._procedures[procedure.code] = _written(told)
        return self._procedures[procedure.code]

    def status_id(self, status: int) -> int:
        """The id that this tenant gives a true status."""
        return STATUSES[self.variant.igate_codes][status][0]

    def dossier(self, made: Dossier, row: LocalRow, now: int, updated_at: int) -> dict[str, Any]:
        """One dossier as it is at `now`, in iGate's field names; `applicant` is canaries."""
        status = truth.latest(row.life, now) or row.life[0][1]
        received = row.received_at if row.received_at is not None and row.received_at <= now else None
        due = made.due_at if received is not None else None
        odd = int(row.record_id[-1], 16)

        def date(at: int | None, field: int) -> str | None:
            return None if at is None else iso(at, (odd >> field) & 1 == 1)

        finished = _reached(row.finished_at, now)
        returned = _reached(row.returned_at, now)
        words = {
            "id": row.record_id,
            "code": row.code_at(now),
            "nationCode": row.national_code,
            "dossierStatus": self._statuses[status],
            "dossierTaskStatus": self._tasks[status],
            "procedure": self._procedure(made.procedure),
            "agency": self._agencies[made.agency.agency_id],
            "agencyLevel": self._levels[made.agency.level],
            "applicant": canaries.applicant(made.number),
            "appliedDate": date(made.submitted_at if row.submitted_at is None else row.submitted_at, 0),
            "acceptedDate": date(received, 1),
            "appointmentDate": date(due, 2),
            "dueDate": date(due, 2),
            "completedDate": date(finished, 3),
            "updatedDate": iso(updated_at, odd & 2 == 2, millisecond_of(row)),
            "applyMethod": self._channels[made.channel],
            "dossierReceivingKind": self._kind,
            "paymentMethod": self._payments.get(made.payment),
            "undefindedCompleteTime": 1 if received is not None and due is None else 0,
        }
        if self.variant.igate_returned_date:
            words["returnedDate"] = date(returned, 0)
        return words


def updated_at(row: LocalRow, now: int, variant: Variant) -> int:
    """When iGate would say that the row was last updated."""
    moments = [at for at in row.moments() if at <= now]
    if row.is_removed(now) and not variant.removal_updates:
        moments = [at for at in moments if at != row.removed_at] or moments
    if row.touched_at is not None and row.touched_at <= now:
        return max(row.touched_at, max((at for at in moments if at > row.touched_at), default=0))
    return max(moments)


def millisecond_of(row: LocalRow) -> int:
    """The millisecond of a row's updatedDate; rows of one migration share it."""
    return 0 if row.touched_at is not None else int(row.record_id[-3:], 16) % 1000


def _reached(at: int | None, now: int) -> int | None:
    return at if at is not None and at <= now else None
