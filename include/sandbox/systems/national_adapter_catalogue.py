"""The portal's own catalogues (CONTRACTS section 1), and their dated differences from the province's.

The differences are chosen once per world and can be listed (`differences`), so that a test knows what to find.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from sandbox.world.moments import DAY, HOUR, local_date
from sandbox.world.procedures import Procedure
from sandbox.world.reference import Agency
from sandbox.world.world import World

_LEVELS = {"province": "1", "department": "2", "district": "3", "commune": "4"}
#: A ministry's sector code for a field [A]; nothing depends on it.
_SECTOR = "G{:02d}"


@dataclass(frozen=True)
class Difference:
    """One entry in which the portal's catalogue differs from the province's.

    Attributes:
        kind: "withdrawn" or "added" (a procedure), "renamed" (a procedure), "old_id" or "old_name" (a unit).
        code: the entry's code in the province's catalogue; of an added procedure the portal's.
        since, until: times between which it differs; `until` is None if it has no end.
        told: what the portal says instead: the other name or id; "" for what it does not hold.
    """

    kind: str
    code: str
    since: int
    until: int | None
    told: str

    def holds(self, now: int) -> bool:
        """Whether it differs at that time."""
        return self.since <= now and (self.until is None or now < self.until)


def differences(world: World) -> list[Difference]:
    """Every difference of a world, dated around its nights: old ones, one between two nights, one that ends there."""
    rng = random.Random(f"catalogue differences {world.seed}")
    first = world.cut_offs[0]
    between = first + 10 * HOUR  # in the office hours that follow the first night
    withdrawn, later, renamed = rng.sample(world.procedures, 3)
    old_id, old_name = _units(world, rng)
    return [
        Difference("withdrawn", withdrawn.code, first - 20 * DAY, None, ""),
        Difference("withdrawn", later.code, between, None, ""),
        Difference("added", _unused(world, rng), first - 100 * DAY, None, "Cấp bản sao điện tử từ sổ gốc"),
        Difference("renamed", renamed.code, first - 30 * DAY, None, f"{renamed.name} (đã được sửa đổi, bổ sung)"),
        Difference("old_id", old_id.code, 0, between, old_id.old_code),
        Difference("old_name", old_name.code, 0, None, _former_name(world, old_name)),
    ]


def _units(world: World, rng: random.Random) -> tuple[Agency, Agency]:
    """A unit that the portal still keeps under its old id, and a commune under its name from before a reform."""
    nights = [local_date(at).isoformat() for at in (world.cut_offs[0] - DAY, world.cut_offs[-1])]
    valid = [one for one in world.agencies if all(one.is_valid_on(day) for day in nights)]
    communes = [one for one in valid if one.level == "commune"]
    towns = [one for one in communes if not one.name.startswith("UBND xã ")]
    old_name = rng.choice(towns or communes)
    return rng.choice([one for one in valid if one.old_code and one.level == "department"]), old_name


def _former_name(world: World, commune: Agency) -> str:
    """The name of a commune that was merged into this one; before 2025, its own name before it became a town."""
    before = [one for one in world.agencies if one.level == "commune" and one.valid_to == commune.valid_from]
    names = {one.name for one in world.agencies if one.valid_from == commune.valid_from}
    former = [one.name for one in before if one.name not in names]
    if former:
        return former[0]
    return commune.name.replace("UBND thị trấn ", "UBND xã ").replace("UBND phường ", "UBND xã ")


def _unused(world: World, rng: random.Random) -> str:
    used = {one.code for one in world.procedures}
    while (code := f"1.{rng.randrange(13_001, 14_000):06d}") in used:
        pass
    return code


class Catalogue:
    """The portal's lists of procedures, units and fields at a moment, with UPPERCASE keys."""

    def __init__(self, world: World) -> None:
        self._world, self._suffix = world, world.variant.adapter_procedure_suffix
        self._differences = differences(world)

    def _told(self, now: int, *kinds: str) -> dict[str, str]:
        return {one.code: one.told for one in self._differences if one.kind in kinds and one.holds(now)}

    def procedures(self, now: int) -> list[dict[str, Any]]:
        """LayDanhSachTTHC."""
        return [
            {"MATTHC": code + self._suffix, "TENTTHC": name, "TRANGTHAI": "1"}
            for code, name, _ in self._held_procedures(now)
        ]

    def procedure(self, code: str, now: int) -> dict[str, Any] | None:
        """LayThuTuc: one procedure by its code, in any of its spellings."""
        for held, name, known in self._held_procedures(now):
            if held == code.strip()[:8]:
                field = {"MALINHVUC": known.field_code, "TENLINHVUC": known.field_name}
                return {"MATTHC": held + self._suffix, "TENTTHC": name, "LINHVUCTHUCHIEN": [field]}
        return None

    def _held_procedures(self, now: int) -> list[tuple[str, str, Procedure]]:
        withdrawn, renamed = self._told(now, "withdrawn"), self._told(now, "renamed")
        procedures = self._world.procedures
        held = [(one.code, renamed.get(one.code, one.name), one) for one in procedures if one.code not in withdrawn]
        return held + [(code, name, procedures[0]) for code, name in self._told(now, "added").items()]

    def units(self, now: int) -> list[dict[str, Any]]:
        """LayDanhMucCoQuan: the units that exist on the day."""
        day = local_date(now).isoformat()
        ids, names = self._told(now, "old_id"), self._told(now, "old_name")
        return [
            {
                "MADONVI": ids.get(one.code, one.code),
                "TENDONVI": names.get(one.code, one.name),
                "CAPDONVI": _LEVELS[one.level],
            }
            for one in self._world.agencies
            if one.is_valid_on(day)
        ]

    def fields(self) -> list[dict[str, Any]]:
        """LayDanhMucLinhVuc."""
        names = {one.field_code: one.field_name for one in self._world.procedures}
        return [
            {"MALINHVUC": code, "TENLINHVUC": names[code], "MANGANH": _SECTOR.format(number % 22 + 1)}
            for number, code in enumerate(sorted(names))
        ]
