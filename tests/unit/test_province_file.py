"""What the province file says of planned outages and of the flood guard."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from doisoat.errors import ConfigurationError
from doisoat.settings import FloodGuard, ProvinceSettings, load_province

PROVINCE = {
    "province": {"id": "lang_son", "code": "H37", "name": "Lạng Sơn"},
    "sources": {
        "igate": {"kind": "igate"},
        "national_export": {"kind": "national_export", "flood_guard": {"share": 0.5}},
    },
}
OUTAGE = {"source": "igate", "first_night": "2024-04-27", "last_night": "2024-04-28", "reason": "Nâng cấp"}


def load(directory: Path, **more: object) -> ProvinceSettings:
    file = directory / "province.yaml"
    file.write_text(yaml.safe_dump({**PROVINCE, **more}, allow_unicode=True), encoding="utf-8")
    return load_province(file)


def test_a_planned_outage_holds_from_its_first_to_its_last_night(tmp_path: Path) -> None:
    settings = load(tmp_path, outages=[OUTAGE])
    planned = [day for day in range(25, 31) if settings.outage_of("igate", dt.date(2024, 4, day))]
    assert planned == [27, 28]
    assert settings.outage_of("national_export", dt.date(2024, 4, 27)) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source": "igat"}, "'igat' is no source of this file"),
        ({"last_night": "2024-04-26"}, "last_night 2024-04-26 is before first_night 2024-04-27"),
        ({"reason": ""}, "outages.0.reason"),
        ({"until": "2024-04-30"}, "outages.0.until"),
    ],
)
def test_an_outage_that_cannot_be_meant_is_refused(change: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path, outages=[{**OUTAGE, **change}])


def test_a_source_has_the_provinces_guard_or_its_own(tmp_path: Path) -> None:
    settings = load(tmp_path, flood_guard={"share": 0.1, "floor_rows": 50})
    assert settings.guard_of("igate") == FloodGuard(share=0.1, floor_rows=50)
    assert settings.guard_of("national_export") == FloodGuard(share=0.5)
    assert [settings.guard_of("igate").allowed(known) for known in (0, 499, 500, 12_345)] == [50, 50, 50, 1234]
    with pytest.raises(ConfigurationError, match=r"flood_guard\.share"):
        load(tmp_path, flood_guard={"share": 0})
