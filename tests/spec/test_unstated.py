"""The manual of what a source does not state at all: a column that a file lacks is unknown, an empty cell is empty."""

from __future__ import annotations

from typing import Any

import pytest
from support.commands import doisoat
from support.world import World

NIGHTS = ("2024-04-18", "2024-04-19", "2024-04-20")
CODE = "H37.21.01-240401-0001"
FULL = f"code | status | due | finished\n{CODE} | 9 | 2024-04-08 | 2024-04-05"
BARE = f"code | status | due | finished\n{CODE} | 9 | - | -"


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    return World(tmp_path, warehouse_dsn)


def night(
    world: World,
    at: int,
    igate: str,
    portal: str,
    here: dict[str, Any] | None = None,
    there: dict[str, Any] | None = None,
) -> set[str]:
    """Run a night; `here` and `there` is how the pull of each side is landed. Returns the attributes that differ."""
    world.land(NIGHTS[at], "igate", igate, **here or {})
    world.land(NIGHTS[at], "national_export", portal, **there or {})
    world.run(NIGHTS[at])
    return {attribute for _, attribute, _, _ in world.differences(NIGHTS[at])}


@pytest.mark.parametrize("lacking", ["here", "there"])
def test_what_a_side_has_no_column_for_differs_from_nothing(world, lacking):
    """From night to night the column comes and goes; nothing of the records changes."""
    tables = (BARE, FULL) if lacking == "here" else (FULL, BARE)
    for at, unstated, differs in (
        (0, ["returned_at"], {"due_date", "finish_date"}),
        (1, ["finished_at"], {"due_date"}),
        (2, ["due_at", "finished_at"], set()),
    ):
        assert night(world, at, *tables, **{lacking: {"unstated": unstated}}) == differs


def test_an_empty_receipt_date_or_status_is_no_difference_either_if_there_is_no_column(world):
    portal = f"code | status | received\n{CODE} | - | -"
    unstated = ["received_at", "status_code"]
    assert night(world, 0, f"code\n{CODE}", portal, there={"unstated": unstated}) == {"due_date"}
    assert night(world, 1, f"code\n{CODE}", portal) == {"due_date", "receipt_date", "status"}


def test_a_value_that_is_there_is_compared_although_some_file_lacks_the_column(world):
    other = f"code | finished\n{CODE} | 2024-04-06"
    said = {"unstated": ["finished_at"]}
    assert night(world, 0, f"code | finished\n{CODE} | 2024-04-05", other, there=said) == {"finish_date"}


def test_a_ministry_is_not_held_against_a_column_that_the_province_lacks(world):
    world.land(NIGHTS[0], "licences", FULL)
    assert night(world, 0, BARE, BARE, here={"unstated": ["finished_at"]}) == {"due_date"}


def test_changes_state_a_field_for_good_and_their_silence_keeps_what_was_known(world):
    empty, said = "code", {"mode": "incremental", "unstated": ["due_at", "finished_at"]}
    assert night(world, 0, BARE, FULL, here={"unstated": ["finished_at"]}) == {"due_date"}
    assert night(world, 1, empty, FULL, here=said) == {"due_date"}
    assert night(world, 2, empty, FULL, here={**said, "unstated": []}) == {"due_date", "finish_date"}


def test_a_snapshot_that_stands_in_still_lacks_its_columns_and_the_command_names_them_once(world):
    night(world, 0, FULL, BARE, there={"unstated": ["agency_name", "finished_at"]})
    world.land(NIGHTS[1], "igate", FULL)
    world.run(NIGHTS[1])
    assert {attribute for _, attribute, _, _ in world.differences(NIGHTS[1])} == {"due_date"}
    told = doisoat(world, "sources").stdout
    assert told.count("finished_at") == 1
    assert "national_export does not state agency_name, finished_at: unknown there, so no difference" in told


def test_an_empty_channel_means_what_the_map_says_and_none_without_the_column(world):
    portal = f"code | channel\n{CODE} | -"
    for at, unstated, channel in ((0, ["channel_code"], None), (1, [], "direct")):
        night(world, at, f"code\n{CODE}", portal, there={"unstated": unstated})
        where = "source_id = 'national_export' and to_night = 'infinity'"
        assert world.rows(f"select channel from core.dossier_record where {where}") == [(channel,)]
