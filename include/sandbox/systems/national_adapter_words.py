"""A dossier in the portal's format, as `DongBoHoSoMC` sends it and `TraCuuHoSo` shows it (CONTRACTS section 1).

Dates are yyyyMMddHHmmss, local; "" means null. Every personal field holds canaries.
"""

from __future__ import annotations

from typing import Any

from sandbox.systems.portal import finish_known
from sandbox.world import canaries, truth
from sandbox.world.moments import local_time
from sandbox.world.truth import Dossier, PortalRow
from sandbox.world.world import World


class Words:
    """Writes rows of one world as the portal would."""

    def __init__(self, world: World) -> None:
        self._upper = world.variant.adapter_dossier_keys == "upper"
        self._procedures = {one.code: one for one in world.procedures}

    def dossier(self, made: Dossier, row: PortalRow, now: int) -> dict[str, Any]:
        """One row as the portal holds it at `now`."""
        words = {**self._facts(made, row, now), **_personal(made)}
        words["DanhSachHoSoBoSung"] = _supplements(made, row, now)
        words["DanhSachGiayToKetQua"] = _results(made, row, now)
        return {key.upper(): value for key, value in words.items()} if self._upper else words

    def _facts(self, made: Dossier, row: PortalRow, now: int) -> dict[str, Any]:
        received, status = row.received(now), truth.latest(row.life, now) or ""
        procedure = self._procedures.get(row.procedure_code[:8], made.procedure)
        refused = next((at for at, state in row.life if state == str(truth.REFUSED) and at <= now), None)
        untold = made.channel == truth.DIRECT and made.number % 37 == 0  # null counts as direct
        return {
            "MaHoSo": row.code,
            "MaTTHC": row.procedure_code,
            "TenTTHC": procedure.name,
            "MaLinhVuc": procedure.field_code,
            "TenLinhVuc": procedure.field_name,
            "KenhThucHien": "" if untold else str(made.channel),
            "LoaiDoiTuong": "2" if made.number % 9 == 0 else "1",
            "NgayNopHoSo": date(made.submitted_at if row.submitted_at is None else row.submitted_at),
            "NgayTiepNhan": date(received),
            "NgayHenTra": date(None if received is None else made.due_at),
            "TrangThaiHoSo": status,
            "NgayTuChoi": date(refused),
            "NgayKetThucXuLy": date(finish_known(made, row, now)),
            "NgayTra": date(made.returned_at if status == "10" and row.shows_finish else None),
            "DonViXuLy": row.agency_name,
            "NoiNopHoSo": "1" if made.national_code else "2",
            "HoSoCoThanhPhanSoHoa": str(int(made.is_digitised)),
            "DuocThanhToanTrucTuyen": str(row.payment),
            "TaiKhoanDuocXacThucVoiVNeID": str(int(made.channel == truth.ONLINE)),
        }


def date(at: int | None) -> str:
    """A time as the portal writes it."""
    return "" if at is None else f"{local_time(at):%Y%m%d%H%M%S}"


def _personal(made: Dossier) -> dict[str, Any]:
    number = made.number
    return {
        "ChuHoSo": canaries.full_name(number),
        "SoGiayToChuHoSo": canaries.identity_number(number),
        "MaDoiTuong": f"CANARY-{number}",
        "DinhDanhCHS": [{"LoaiDinhDanh": "1", "SoDinhDanh": canaries.identity_number(number)}],
        "Email": canaries.email(number),
        "Fax": canaries.phone(number),
        "SoDienThoai": canaries.phone(number),
        "TrichYeuHoSo": canaries.summary(number),
        "ThongTinKhac": canaries.address(number),
        "GhiChu": canaries.summary(number + 1),
        "TaiLieuNop": [{"TepDinhKemId": str(number), "TenTepDinhKem": f"{canaries.full_name(number)}.pdf"}],
    }


def _supplements(made: Dossier, row: PortalRow, now: int) -> list[dict[str, Any]]:
    asked = [at for at, status in row.life if status == str(truth.SUPPLEMENT) and at <= now]
    return [
        {
            "HoSoBoSungId": str(place),
            "NguoiYeuCauBoSung": canaries.full_name(made.number + 2),
            "NoiDungBoSung": canaries.summary(made.number),
            "NgayBoSung": date(at),
            "TrangThaiBoSung": "0",
        }
        for place, at in enumerate(asked, 1)
    ]


def _results(made: Dossier, row: PortalRow, now: int) -> list[dict[str, Any]]:
    if truth.latest(row.life, now) != str(truth.RETURNED):
        return []
    name = f"Kết quả của {canaries.full_name(made.number)}"
    return [{"GiayToId": str(made.number), "TenGiayTo": name, "MaGiayToKetQua": row.procedure_code}]
