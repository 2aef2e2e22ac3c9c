"""What the tests of the simulated systems share: worlds being served over HTTP, one for each variant.

These tests bind the servers to docs/contracts.md field by field (fixtures/*.json are written from it); the connectors are
bound to it by tests of their own, so that neither rests on the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sandbox_served import Served
from support.sandboxes import serve


def _serve(directory: Path, variant: str, dossiers: int, last_night: dt.date) -> Iterator[Served]:
    (directory / "judicial_record").mkdir()
    with serve(variant, dossiers, last_night, inbox=directory) as address:
        yield Served(variant, address, directory)


@pytest.fixture(scope="session", params=["a", "b"])
def _world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _serve(tmp_path_factory.mktemp("world"), request.param, 2000, dt.date(2024, 4, 19))


@pytest.fixture(scope="session", params=["a", "b"])
def _world_of_2026(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from _serve(tmp_path_factory.mktemp("world_of_2026"), request.param, 800, dt.date(2026, 3, 10))


@pytest.fixture
def world(_world: Served) -> Served:
    """A world of April 2024 when its last night is read, without faults."""
    return _world.reset()


@pytest.fixture
def world_of_2026(_world_of_2026: Served) -> Served:
    """A world of March 2026, when the new statistics and the communes of today are there."""
    return _world_of_2026.reset()
