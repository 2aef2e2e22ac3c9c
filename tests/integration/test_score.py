"""How causes are scored (bench/score.py). test_three_nights scores a world, the campaign every world of `make score`."""

from __future__ import annotations

import pytest

from bench import score as scoring

KEY = [
    {"cause": "deleted_locally", "kind": "deleted_locally", "showing": True, "decided": True, "ministry": [],
     "local": [], "national": [{"code": "A", "state": "present"}]},
    {"cause": "rolled_back", "kind": "rolled_back", "showing": True, "decided": False, "ministry": [],
     "local": [], "national": [{"code": "B", "state": "present"}]},
    {"cause": None, "kind": "same_second_twin", "showing": False, "decided": True, "ministry": [],
     "local": [{"record_id": "c"}], "national": [{"code": "C", "state": "present"}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "right", "wrong", "missed"),
    [
        ({"national A": {"deleted_locally"}, "national B": {"never_seen_locally"}}, 1, 0, 0),
        ({"national A": {"gone_locally"}, "national B": {"never_seen_locally"}}, 0, 1, 1),
        ({"national A": {"undetermined"}}, 0, 0, 1),
        ({"national A": {"deleted_locally"}, "national B": {"deleted_locally"}}, 1, 1, 0),  # nothing decides it
        ({"national A": {"deleted_locally"}, "provincial c": {"sent_again_new_tail"}}, 1, 1, 0),  # an innocent one
        ({"national A": {"within_allowed_lag"}}, 0, 0, 0),  # not due yet
    ],
)
def test_what_is_right_wrong_and_missed(said: dict[str, set[str]], right: int, wrong: int, missed: int) -> None:
    result = scoring.score(KEY, said)
    assert (result.right.total(), result.wrong.total(), result.missed.total()) == (right, wrong, missed)


def _of_ministry(kind: str, key: str, provincial: str, *imported: str, day: str = "2024-04-02") -> dict[str, object]:
    row = {"source": "registration", "record_key": key, "agency": "H37.04", "procedure": "1.004797", "received_date": day,
           "provincial": provincial, "imported_as": list(imported)}  # fmt: skip
    cause = "left_out" if kind == "left_out" else None
    return {
        "cause": cause,
        "kind": kind,
        "showing": True,
        "decided": True,
        "ministry": [row],
        "local": [],
        "national": [],
    }


def test_a_group_is_there_in_part_whatever_it_is_made_of() -> None:
    """One left out among what was imported by the day cannot be told from them; where none was imported no group is claimed."""
    key = [
        _of_ministry("left_out", "a", "undetermined"),
        _of_ministry("imported_new_code", "b", "undetermined", "x"),
        _of_ministry("left_out", "c", "undetermined", day="2024-04-03"),
        _of_ministry("left_out", "d", "absent", day="2024-04-04"),
        _of_ministry("imported_twice", "e", "undetermined", "y", "z", day="2024-04-05"),
    ]
    said = {f"registration {one}": {"group_partly_imported"} for one in "abce"} | {"registration d": {"left_out"}}
    result = scoring.score(key, said)
    assert (result.true["group_partly_imported"], result.true["left_out"]) == (2, 1)
    assert result.found == result.true
    assert result.wrong == {("group_partly_imported", "left_out"): 1, ("group_partly_imported", "imported_twice"): 1}
