"""Whole worlds, held against the sandbox's answer key: every world of `make score`, and OpenCPS in the words of two."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.other_worlds import check_opencps, opencps_in_a
from support.provinces import opencps_in_b

from bench import score as scoring

DOSSIERS = 3000


@pytest.mark.parametrize(
    ("seed", "rates", "without"), scoring.WORLDS, ids=[f"world {seed}" for seed, _, _ in scoring.WORLDS]
)
def test_nothing_is_claimed_wrongly_and_nothing_missed(
    seed: int, rates: str, without: frozenset[str], tmp_path: Path, warehouse_dsn: str
) -> None:
    tmp_path.chmod(0o755)
    result = scoring.run_world(tmp_path, warehouse_dsn, seed, rates, DOSSIERS, variant=f"drawn-{seed}", without=without)
    assert dict(result.wrong) == {}
    assert result.unbalanced == 0
    assert result.claimed.total() > 100
    if not without:
        assert dict(result.missed) == {}


@pytest.mark.parametrize("seed", range(2))
def test_the_same_of_worlds_whose_knobs_are_drawn_at_random(seed: int, tmp_path: Path, warehouse_dsn: str) -> None:
    """The first one is of 2024, the second of after the reform."""
    tmp_path.chmod(0o755)
    one = scoring.drawn(seed)
    result = scoring.run_world(tmp_path, warehouse_dsn, one.seed, one.rates, DOSSIERS, one.variant, nights=one.nights)
    assert dict(result.wrong) == {}
    assert dict(result.missed) == {}
    assert result.unbalanced == 0


@pytest.mark.parametrize(("variant", "province"), [("a", opencps_in_a), ("b", opencps_in_b)])
def test_opencps_as_the_case_system(
    variant: str, province: Callable[[Path], Path], tmp_path: Path, warehouse_dsn: str
) -> None:
    check_opencps(variant, province(tmp_path), tmp_path, warehouse_dsn)
