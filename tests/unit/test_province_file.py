"""What the province file says of planned outages and of the flood guard."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from doisoat.errors import ConfigurationError
from doisoat.province.file import FloodGuard, ProvinceSettings, load_province

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
        ({"source": "igat"}, "'igat' is not a source in this file"),
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at_most": {"value": 24, "unit": "hours"}}, "learned_lag.at_most must be more than allowed_lag"),
        ({"quantile": 1}, "reconciliation.learned_lag.quantile"),
        ({"nights": 0}, "reconciliation.learned_lag.nights"),
        ({"min_dossiers": 0}, "reconciliation.learned_lag.min_dossiers"),
        ({"at_least": {"value": 1}}, "reconciliation.learned_lag.at_least"),
    ],
)
def test_a_lag_that_cannot_be_learned_is_refused(change: dict[str, object], said: str, tmp_path: Path) -> None:
    choice = {"at_most": {"value": 72, "unit": "hours"}}
    learned = load(tmp_path, reconciliation={"learned_lag": choice}).reconciliation.learned_lag
    assert learned is not None
    assert (learned.watched_nights, learned.quantile) == (3, 0.95)
    with pytest.raises(ConfigurationError, match=said):
        load(tmp_path, reconciliation={"learned_lag": {**choice, **change}})


def test_nobody_decided_that_lags_are_learned_unless_the_file_says_so(tmp_path: Path) -> None:
    assert load(tmp_path).reconciliation.learned_lag is None
    with pytest.raises(ConfigurationError, match=r"learned_lag\.at_most"):  # how late is too late, somebody says
        load(tmp_path, reconciliation={"learned_lag": {}})


def test_history_is_kept_for_as_long_as_a_replay_learns_from_it(tmp_path: Path) -> None:
    learned = {"learned_lag": {"nights": 60, "at_most": {"value": 72, "unit": "hours"}}}
    assert load(tmp_path, reconciliation=learned, retention={"landing_nights": 30, "history_nights": 93})
    with pytest.raises(ConfigurationError, match="history_nights must be at least 93"):
        load(tmp_path, reconciliation=learned, retention={"landing_nights": 30, "history_nights": 92})
