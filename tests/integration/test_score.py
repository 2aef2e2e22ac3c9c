"""The causes against the sandbox's answer key (bench/score.py): in a small world nothing is claimed wrongly, nothing missed;
without the portal's listing nothing is claimed that look-ups do not prove."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
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


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="doisoat-score-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@pytest.mark.parametrize(("seed", "rates", "variant"), [(11, "lookalikes=2", "a")])
def test_in_a_small_world_nothing_is_claimed_wrongly_and_nothing_missed(
    home: Path, warehouse_dsn: str, seed: int, rates: str, variant: str
) -> None:
    result = scoring.run_world(home, warehouse_dsn, seed, rates, 1500, variant)
    assert dict(result.wrong) == {}
    assert dict(result.missed) == {}
    assert set(result.true) >= {
        "never_pulled",
        "two_codes",
        "resent_new_tail",
        "left_out",
        "status_distorted",
        "imported_twice",
    }
    assert 0 < result.undetermined < result.differing / 3


#: What nobody can see who asks the portal only for codes that the province knows: what the portal alone holds, extra rows
#: under codes that nobody at the province bore, and a status that an answer leaves out.
UNSEEN = {"never_pulled", "resent_new_tail", "repeated_nationally", "on_portal_only", "rolled_back", "status_unmapped"}
CHECKS = (*scoring.LEDGER_CHECKS, "every_absence_has_a_cause", "every_dossier_is_judged", "gaps_are_observable")
#: Of what one side alone holds: the standing, the evidence, and whether the cause blames nobody.
_EVIDENCE = """
    select distinct v.standing, v.evidence, r.blames = 'nobody'
    from recon.verdict v
    join recon.cause c on (c.pair, c.dossier_id, c.kind) = (v.pair, v.dossier_id, v.presence) and c.to_night = 'infinity'
    join core.cause_rule r using (cause)
    where v.pair = 'national_provincial' and v.to_night = 'infinity' and v.presence <> 'matched'"""
#: Gaps of the bridge, absences and differences alike, of which a code was never asked for.
_GAPS_WITHOUT_ANSWER = """
    select count(*) from recon.gap g
    where g.pair = 'national_provincial' and g.to_night = 'infinity' and g.kind <> 'extra_provincial_row' and not exists (
        select from core.look_up l join core.dossier_record r on r.dossier_code = l.code or l.code = any (r.linked_codes)
        where r.dossier_id = g.dossier_id and l.is_held = (g.kind <> 'provincial_only'))"""
#: Whether statistics are in the bridge as declared, and the portal's records are the looked-up ones alone.
_BRIDGE = """
    select (select count(national_declared) > 0 from recon.ledger_cell where night = %s and grain <> 'whole'),
        (select array_agg(distinct source_id) = '{national_adapter}' from core.dossier_record join core.source using (source_id)
         where side = 'national')"""


def test_without_the_portals_listing_the_ledger_adds_up_and_no_cause_is_claimed_without_its_evidence(
    home: Path, warehouse_dsn: str
) -> None:
    """Statistics and look-ups alone: what was not asked for is said to be incomplete, and nobody is blamed for it."""
    result = scoring.run_world(home, warehouse_dsn, 11, "lookalikes=2", 1500, without=scoring.LISTINGS)
    assert dict(result.wrong) == {}
    assert set(result.claimed) & UNSEEN == set()
    assert set(result.claimed) >= {"two_codes", "status_distorted", "progress_lost", "receipt_moved", "left_out"}
    with psycopg.connect(warehouse_dsn) as connection:
        checked = {check: scoring.unexpected(connection, check) for check in CHECKS}
        evidence = connection.execute(_EVIDENCE).fetchall()
        proven = connection.execute(_GAPS_WITHOUT_ANSWER).fetchone()
        bridge = connection.execute(_BRIDGE, [scoring.NIGHTS[-1]]).fetchone()
    assert {check: bad for check, (bad, _) in checked.items() if bad} == {}
    assert all(total > 0 for _, total in checked.values())
    assert set(evidence) >= {("gap", "looked_up", False), ("incomplete", "listed", True)}
    assert {standing for standing, kind, _ in evidence if kind == "listed"} == {"incomplete", "pending"}
    assert all(blames_nobody for standing, _, blames_nobody in evidence if standing != "gap")
    assert proven == (0,)
    assert bridge == (True, True)
