"""Another province is another file and no code: three nights in other words, and with another case system.

World "b" of the sandbox differs from world "a" in every fact that docs/contracts.md marks [A] or leaves open
(sandbox.variant). Its province file differs from config/lang_son.yaml in options, code maps and limits only
(support/provinces.py). OpenCPS stands in for iGate in both worlds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from doisoat.site import Site
from doisoat.warehouse import connect
from standalone.sandbox import Sandbox
from support import nights_against_key as against
from support.provinces import CONFIG, lang_son_in_b, opencps_in_b

DOSSIERS = 1100
#: What the file leaves out on purpose, the portal being sent no status for it, is unknown and not guessed.
UNMAPPED = ("opencps", "interoperating", "4", None)


def _opencps_in_a(directory: Path) -> Path:
    return CONFIG / "opencps_example.yaml"


def _three_nights(province: Path, sandbox: Sandbox, home: Path, dsn: str) -> Site:
    site = against.site_of(province, home, dsn, sandbox.connections())
    for night in against.NIGHTS:
        against.run_night(site, sandbox, night)
    return site


def test_lang_son_in_the_words_of_another_world(tmp_path: Path, warehouse_dsn: str) -> None:
    with against.served(tmp_path / "sandbox", DOSSIERS, "b") as sandbox:
        site = _three_nights(lang_son_in_b(tmp_path), sandbox, tmp_path, warehouse_dsn)
        key = against.key_of(sandbox)
    assert len(key) > DOSSIERS
    ministries = against.ministries_of(site)
    with connect(warehouse_dsn) as connection:
        assert against.failed_checks(connection) == []
        assert against.incomplete_pulls(connection) == []
        assert against.held_otherwise(connection, key, ministries) == {}
        wrong = against.wrongly_present(connection, key)
        assert {case for case in wrong if case not in against.UNLINKED} == set()
        for side in ("provincial", "national"):
            assert against.wrongly_covered(connection, key, ministries, side) == {}
        assert against.wrong_statuses(connection, key, ["business_registration", "judicial_record"]) == {}


@pytest.mark.parametrize(("variant", "province"), [("a", _opencps_in_a), ("b", opencps_in_b)])
def test_opencps_as_the_case_system(
    variant: str, province: Callable[[Path], Path], tmp_path: Path, warehouse_dsn: str
) -> None:
    with against.served(tmp_path / "sandbox", DOSSIERS, variant) as sandbox:
        _three_nights(province(tmp_path), sandbox, tmp_path, warehouse_dsn)
        key = against.key_of(sandbox)
    with connect(warehouse_dsn) as connection:
        assert against.failed_checks(connection) == []
        assert against.incomplete_pulls(connection) == []
        assert against.held_otherwise(connection, key, [], "opencps") == {}
        wrong = against.wrongly_present(connection, key, "opencps")
        assert {case for case in wrong if case not in against.UNLINKED} == set()
        assert set(against.wrong_statuses(connection, key, system="opencps")) == {UNMAPPED}
