"""How OpenCPS v2 writes a dossier (CONTRACTS section 3): statuses, channels, keys, and the JSON of a row.

As in its public sources (2020): dates dd/MM/yyyy HH:mm:ss local, `online` and `viaPostal` as text, an ended dossier with
release and finish date, however it ended. Every personal field holds canaries.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sandbox.systems.igate_words import updated_at
from sandbox.world import canaries, truth
from sandbox.world.moments import local_time
from sandbox.world.reference import Agency
from sandbox.world.truth import Dossier, LocalRow
from sandbox.world.variant import Variant
from sandbox.world.world import World

GROUP_ID = "55301"
#: `systemId` of what came from the national portal; of what another system sent; of the rest.
NATIONAL, OTHER, OWN = 5, 8, 0
_COMMON = {
    truth.SUBMITTED: ("receiving", "Chờ tiếp nhận"),
    truth.ACCEPTED: ("new", "Mới tiếp nhận"),
    truth.REFUSED: ("denied", "Từ chối tiếp nhận"),
    truth.IN_PROCESS: ("processing", "Đang xử lý"),
    truth.SUPPLEMENT: ("waiting", "Chờ bổ sung"),
    truth.FEE: ("paying", "Chờ thanh toán"),
    truth.WITHDRAWN: ("cancelled", "Đã rút hồ sơ"),
    truth.STOPPED: ("unresolved", "Từ chối giải quyết"),
    truth.FINISHED: ("releasing", "Chờ trả kết quả"),
    truth.RETURNED: ("done", "Đã trả kết quả"),
    truth.INTEROPERATING: ("interoperating", "Đang liên thông"),
    truth.CORRECTING: ("reviewing", "Đang điều chỉnh nội bộ"),
}
#: Tenant -> true status -> (status, its name); which a tenant uses for what is its own [A].
STATUSES: dict[str, dict[int, tuple[str, str]]] = {
    "a": _COMMON,
    "b": {**_COMMON, truth.SUPPLEMENT: ("correcting", "Yêu cầu bổ sung"), truth.STOPPED: ("pausing", "Dừng xử lý")},
}
_ENDS = (truth.RETURNED, truth.WITHDRAWN, truth.STOPPED, truth.REFUSED)
_NUMBERED = frozenset(_COMMON) - {truth.SUBMITTED, truth.REFUSED}
_FIRST_ID, _STEP = 30_000, 7  # the product uses one counter for other things too


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The keys by which a row is found: `dossierId`, and `referenceUid`, which other systems know."""

    dossier_id: int
    reference_uid: str


def record_keys(world: World) -> dict[str, RecordKey]:
    """The keys that OpenCPS shows for every local row of a world, by the row's `record_id`."""
    rows = sorted((row for _, row in world.local_rows()), key=lambda row: (row.appears_at, row.record_id))
    return {row.record_id: RecordKey(_FIRST_ID + _STEP * at, _reference(row)) for at, row in enumerate(rows)}


def linked_code(row: LocalRow) -> str:
    """The code under which another system knows a row, "" if there is only its own."""
    return "" if row.national_code in (row.code, row.former_code) else row.national_code


def _reference(row: LocalRow) -> str:
    return linked_code(row) or str(uuid.uuid5(uuid.NAMESPACE_OID, row.record_id))


def system_id(row: LocalRow) -> int:
    """`systemId`: where a row came from."""
    linked = linked_code(row)
    return NATIONAL if linked.startswith("G22") else OTHER if linked else OWN


@dataclass(frozen=True, slots=True)
class Times:
    """The times of a row at present, None if there is none (yet)."""

    created: int
    modified: int
    submitted: int
    received: int | None
    due: int | None
    released: int | None
    finished: int | None
    cancelling: int | None
    correcting: int | None


def times_of(made: Dossier, row: LocalRow, now: int, variant: Variant) -> Times:
    """The times of a row at `now`; what ends without a result is released and finished at once."""

    def first(*statuses: int) -> int | None:
        return next((at for at, status in row.life if status in statuses and at <= now), None)

    received = row.received_at if row.received_at is not None and row.received_at <= now else None
    return Times(
        created=row.appears_at,
        modified=updated_at(row, now, variant),
        submitted=made.submitted_at if row.submitted_at is None else row.submitted_at,
        received=received,
        due=None if received is None else made.due_at,
        released=first(truth.FINISHED, *_ENDS),
        finished=first(*_ENDS),
        cancelling=first(truth.WITHDRAWN),
        correcting=first(truth.SUPPLEMENT),
    )


def date(at: int | None) -> str:
    """A time as OpenCPS writes it."""
    return "" if at is None else f"{local_time(at):%d/%m/%Y %H:%M:%S}"


class Words:
    """Writes rows of one world as OpenCPS would."""

    def __init__(self, world: World) -> None:
        self.variant = world.variant
        self._keys = record_keys(world)
        self._statuses = STATUSES[world.variant.opencps_statuses]

    def key(self, row: LocalRow) -> RecordKey:
        return self._keys[row.record_id]

    def status(self, row: LocalRow, now: int) -> str:
        """`dossierStatus`."""
        return self._statuses[truth.latest(row.life, now) or row.life[0][1]][0]

    def substatus(self, made: Dossier, row: LocalRow, now: int) -> str:
        """`dossierSubStatus`, a tenant's own."""
        status = self.status(row, now)
        return f"{status}_1" if status == "processing" and made.number % 2 else ""

    def number(self, row: LocalRow, now: int) -> str:
        """`dossierNo`: empty until a dossier is accepted."""
        accepted = any(status in _NUMBERED and at <= now for at, status in row.life)
        return row.code_at(now) if accepted else ""

    def agency_code(self, agency: Agency) -> str:
        """`govAgencyCode`."""
        return (self.variant.opencps_agency_ids == "old" and agency.old_code) or agency.code

    def service_code(self, made: Dossier) -> str:
        """`serviceCode`."""
        return made.procedure.code + self.variant.opencps_service_suffix

    def dossier(self, made: Dossier, row: LocalRow, now: int) -> dict[str, Any]:
        """One row as it is at `now`, in OpenCPS's field names."""
        words = {**self._facts(made, row, now), **self._dates(made, row, now), **_personal(made)}
        if self.variant.opencps_blank == "missing":
            return {name: value for name, value in words.items() if value != ""}
        return words

    def _facts(self, made: Dossier, row: LocalRow, now: int) -> dict[str, Any]:
        status, text = self._statuses[truth.latest(row.life, now) or row.life[0][1]]
        online = made.channel == truth.ONLINE
        key, number, waits = self.key(row), self.number(row, now), status in ("waiting", "correcting")
        return {
            "dossierId": key.dossier_id,
            "groupId": int(GROUP_ID),
            "referenceUid": key.reference_uid,
            "dossierNo": number,
            "counter": key.dossier_id % 10_000,
            "serviceCode": self.service_code(made),
            "serviceName": made.procedure.name,
            "govAgencyCode": self.agency_code(made.agency),
            "govAgencyName": made.agency.name,
            "domainCode": made.procedure.field_code,
            "domainName": made.procedure.field_name,
            "dossierStatus": status,
            "dossierStatusText": text,
            "dossierSubStatus": self.substatus(made, row, now),
            "lockState": "PAUSE" if waits else "",
            "online": str(online).lower(),
            "serviceLevel": 2 if not online else 3 + made.number % 2,
            "originality": 1 if online else 3,
            "origin": "",
            "originDossierId": 0,
            # What was submitted on the province's own portal keeps the number under which it was sent there.
            "originDossierNo": row.code_at(now) if online and not linked_code(row) else "",
            "systemId": system_id(row),
            "viaPostal": "2" if made.number % 11 == 0 else "1",
            "fromViaPostal": int(made.channel == truth.POST),
            "durationCount": float(made.procedure.days),
            "durationUnit": 0,
            "stepCode": "300" if status == "processing" else "200",
            "stepName": text,
            "permission": "read",
        }

    def _dates(self, made: Dossier, row: LocalRow, now: int) -> dict[str, Any]:
        times = times_of(made, row, now, self.variant)
        return {
            "createDate": date(times.created),
            "modifiedDate": date(times.modified) if self.variant.opencps_modified else "",
            "submitDate": date(times.submitted),
            "receiveDate": date(times.received),
            "dueDate": date(times.due),
            "extendDate": "",
            "releaseDate": date(times.released),
            "finishDate": date(times.finished),
            "cancellingDate": date(times.cancelling),
            "correctingDate": date(times.correcting),
        }


def _personal(made: Dossier) -> dict[str, Any]:
    number = made.number
    name, phone, email = canaries.full_name(number), canaries.phone(number), canaries.email(number)
    identity, address, note = canaries.identity_number(number), canaries.address(number), canaries.summary(number)
    return {
        "dossierName": note,
        "userName": name,
        "applicantName": name.upper(),
        "applicantIdType": "citizen",
        "applicantIdNo": identity,
        "applicantIdDate": "",
        "applicantNote": note,
        "address": address,
        "cityName": "Lạng Sơn",
        "districtName": f"Huyện Canary {number % 11}",
        "wardName": f"Xã Canary {number}",
        "contactName": name,
        "contactTelNo": phone,
        "contactEmail": email,
        "delegateName": canaries.full_name(number + 1),
        "delegateIdNo": canaries.identity_number(number + 1),
        "delegateTelNo": canaries.phone(number + 1),
        "delegateEmail": canaries.email(number + 1),
        "delegateAddress": canaries.address(number + 1),
        "delegateWardName": f"Xã Canary {number + 1}",
        "postalAddress": address,
        "postalDistrictName": f"Huyện Canary {number % 11}",
        "postalTelNo": phone,
        "dossierNote": note,
        "submissionNote": note,
        "briefNote": note,
        "lastActionUser": canaries.full_name(number + 2).upper(),
        "lastActionNote": note,
        "currentActionUser": canaries.full_name(number + 2),
        "metaData": f'{{"chuHoSo":"{name}","soDienThoai":"{phone}"}}',
    }
