"""Another province is another file and no code: three nights in other words, and with another case system.

World "b" of the sandbox differs from world "a" in every fact that docs/contracts.md marks [A] or leaves open
(sandbox.world.variant). Its province file differs from config/lang_son.yaml in options, code maps and limits only
(support/provinces.py). The campaign has OpenCPS in place of iGate, in both.
"""

from __future__ import annotations

from pathlib import Path

from doisoat.warehouse import connect
from support import nights_against_key as against
from support.other_worlds import DOSSIERS, three_nights
from support.provinces import lang_son_in_b


def test_lang_son_in_the_words_of_another_world(tmp_path: Path, warehouse_dsn: str) -> None:
    with against.served(tmp_path / "sandbox", DOSSIERS, "b") as sandbox:
        site = three_nights(lang_son_in_b(tmp_path), sandbox, tmp_path, warehouse_dsn)
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
