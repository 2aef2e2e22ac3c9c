"""Worlds whose wire is drawn: the same by the same seed, and every choice comes up."""

from __future__ import annotations

import dataclasses

import pytest
from sandbox.world.variant import DRAWN, Variant, choices, parse_variant


def test_a_world_is_drawn_by_its_seed() -> None:
    worlds = [parse_variant(f"drawn-{seed}") for seed in range(40)]
    assert parse_variant("drawn-7") == worlds[7]
    for name in DRAWN:
        assert {getattr(world, name) for world in worlds} == set(choices(name)), name
    others = [field.name for field in dataclasses.fields(Variant) if field.name not in DRAWN]
    assert all(getattr(world, name) == getattr(Variant(), name) for world in worlds for name in others)


def test_a_drawn_world_may_be_changed() -> None:
    assert parse_variant("drawn-7,registration_nested=xml").registration_nested == "xml"


@pytest.mark.parametrize("name", ["drawn", "drawn-", "drawn-x", "c", ""])
def test_no_other_worlds_are_known(name: str) -> None:
    with pytest.raises(ValueError, match="drawn-N"):
        parse_variant(name)
