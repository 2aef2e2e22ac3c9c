"""The manual of causes: each rule on a short table, and an innocent look-alike beside it (explain/examples.yaml)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from doisoat.explain import Example, load_causes, load_examples
from support.world import World

NIGHTS = [dt.date(2024, 4, day) for day in (16, 17, 18)]
EXAMPLES = load_examples()


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda example: f"{example.cause}: {example.shows or example.innocent}"
)
def test_cause(example: Example, tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn, **example.settings)
    with (tmp_path / "agencies.csv").open("a", encoding="utf-8") as reference:
        reference.writelines(f"{line}\n" for line in example.agencies)
    for catalogue, kind, code in (line.split(" | ") for line in example.portal_catalogue):
        world.rows(
            """insert into recon.catalogue_difference (source_id, catalogue, code, from_night, kind)
            values ('national_export', %s, %s, '2024-04-01', %s)""",
            [catalogue, code, kind],
        )
    for night, shown in zip(NIGHTS[-len(example.nights) :], example.nights, strict=True):
        for source_id, table in shown.items():
            world.land(
                night,
                source_id,
                table,
                is_complete=source_id not in example.incomplete,
                cut_off=example.cut_offs.get(source_id),
            )
        world.open_and_load(night)
        world.reconcile(night)
        world.publish(night)
    said = world.rows(
        """select dossier_id || ' | ' || kind || ' | ' || cause from recon.cause
        where to_night = 'infinity' and pair = %s order by 1""",
        [example.pair],
    )
    assert [line for (line,) in said] == sorted(example.expect)


def test_every_cause_has_its_example_and_its_look_alike() -> None:
    shown = {example.cause for example in EXAMPLES if example.shows}
    innocent = {example.cause for example in EXAMPLES if example.innocent}
    assert shown == {cause.id for cause in load_causes()}
    # What is no more than "not yet", "the rest", or one of three ways in which agencies differ needs none of its own.
    assert {cause.id for cause in load_causes()} - innocent == {
        "not_yet_observable", "listing_incomplete", "agency_of_same_name", "agency_succession", "repeated_nationally",
        "group_partly_on_portal", "undetermined",
    }  # fmt: skip


def test_an_example_of_a_cause_ends_with_it_and_a_look_alike_with_another() -> None:
    for example in EXAMPLES:
        causes = {line.split(" | ")[2] for line in example.expect}
        if example.shows:
            assert example.cause in causes
        elif example.cause != "within_allowed_lag":
            assert example.cause not in causes
