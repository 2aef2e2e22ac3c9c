"""Nights under a hostile source, for a stated time: DOISOAT_HOSTILE_MINUTES (3). Each night has a seed; a failure says it, and
DOISOAT_HOSTILE_SEED runs that night alone.

    DOISOAT_HOSTILE_MINUTES=480 python tools/campaign.py run hostile
    DOISOAT_HOSTILE_SEED=123456 python tools/campaign.py run hostile
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

import pytest
from standalone import postgres
from support.hostile_nights import Broken, Nights, undisturbed

MINUTES = float(os.environ.get("DOISOAT_HOSTILE_MINUTES", "3"))
SEED = os.environ.get("DOISOAT_HOSTILE_SEED", "")
DOSSIERS = 60

pytestmark = pytest.mark.timeout(MINUTES * 60 + 900)


@pytest.fixture(scope="module")
def nights(
    postgres_server: postgres.Server, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Nights]:
    with undisturbed(postgres_server, _migrated_warehouse, tmp_path_factory.mktemp("hostile"), DOSSIERS) as made:
        yield made


def test_no_hostile_source_costs_a_night_another_ones_data_or_a_person(nights: Nights) -> None:
    ends, seeds, done, broken = time.monotonic() + MINUTES * 60, random.SystemRandom(), 0, list[str]()
    while time.monotonic() < ends and not (SEED and done):
        done += 1
        try:
            print(nights.attacked(int(SEED or seeds.randrange(10**6))), flush=True)
        except Broken as error:
            broken.append(f"DOISOAT_HOSTILE_SEED={error}")
            print(broken[-1], flush=True)
    print(f"{done} hostile nights, {len(broken)} broken")
    assert broken == []
    assert done
