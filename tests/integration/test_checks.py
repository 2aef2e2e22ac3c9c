"""Every check has its saboteur: a planted fault that it catches; and a check that cannot be asked is broken, not failed."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat import night as steps
from doisoat.errors import QualityGateError
from doisoat.quality import checks as quality
from doisoat.quality import load_checks, run_checks
from support.world import World

NIGHT = "2024-04-18"
DATE = dt.date.fromisoformat(NIGHT)
CODES = [f"H37.21.01-24040{n}-000{n}" for n in range(1, 8)]

#: What is done to a healthy warehouse so that just this goes wrong.
SABOTAGE = {
    "keys_are_unique": """insert into core.dossier_record
        select (jsonb_populate_record(r, '{"from_night": "2024-04-01"}')).* from core.dossier_record r limit 1""",
    "codes_have_a_known_shape": "update core.dossier_record set dossier_code = 'H37/1'",
    "dates_are_in_order": "update core.dossier_record set finished_at = received_at - interval '1 day'",
    "nothing_is_from_the_future": "update core.dossier_record set finished_at = '2024-05-01'",
    "agencies_are_known": "update core.dossier_record set agency_id = 'unknown'",
    "agencies_are_in_the_reference": "update core.agency set origin = 'igate' where agency_id = 'H37.21.01'",
    "procedures_are_known": "update core.procedure set origin = 'igate'",
    "statuses_are_mapped": "update core.dossier_record set status = null",
    "channels_are_mapped": "update core.dossier_record set channel = null",
    "held_equals_declared": "update core.control_total set value = value + 1 where period_kind = 'month'",
    "pulls_are_complete": "update ops.pull set is_complete = false where source_id = 'igate'",
    "rows_are_accounted_for": "update ops.pull set received = received + 1",
    "quarantine_is_small": "update ops.load set quarantined = quarantined + 5, received = received + 5",
    "quarantine_is_empty": "update ops.load set quarantined = quarantined + 1, received = received + 1",
    "totals_are_not_negative": "update core.control_total set value = -1 where period_kind = 'undated'",
    "sides_are_fresh": "update ops.pull set state = 'stale' where source_id = 'national_export'",
    "ledger_adds_up": "update recon.ledger_cell set entries = entries + 1 where grain = 'month'",
    "ledger_adds_up_in_finest_cells": "update recon.ledger_entry set agency_id = 'H37.21.02' where entry_kind = 'national_only'",
    "one_verdict_a_dossier": """insert into recon.verdict
        select (jsonb_populate_record(v, '{"from_night": "2024-04-01"}')).* from recon.verdict v limit 1""",
    "every_dossier_is_judged": "delete from recon.ledger_entry where entry_kind = 'provincial_only'",
    "differences_are_of_matched_dossiers": "update recon.difference set dossier_id = 'H37.21.01-240401-9999'",
    "differing_values_differ": "update recon.difference set national_value = provincial_value",
    "cell_counts_are_possible": "update recon.cell_status set matched_differing = matched + 1",
    "gaps_are_observable": "update recon.comparison set as_of = '2024-01-01'",
    "verdicts_have_their_records": "update recon.verdict set national_record_id = 'gone' where presence = 'national_only'",
    "ministry_dossiers_are_judged": "update recon.ministry_cell set undetermined = undetermined + 1",
}


@pytest.fixture
def world(tmp_path, warehouse_dsn) -> World:
    """A small night with every kind of result, which passes every check."""
    world = World(tmp_path, warehouse_dsn)
    both = "\n".join(f"{code} | 4" for code in CODES[:4])
    world.land(NIGHT, "national_statistics", "code", totals=[])
    world.run(
        NIGHT,
        checks=True,
        igate=f"code | status\n{both}\n{CODES[4]} | 9\n{CODES[5]} | 4",
        national_export=f"code | status\n{both}\n{CODES[4]} | 4\n{CODES[6]} | 4",
        licences=f"code | status\n{CODES[0]} | 4\nH37.03-240401-0001 | 4",
    )
    return world


def outcomes(world: World, stage: str) -> dict[str, str]:
    return {result.check.id: result.outcome for result in run_checks(world.site, DATE, stage=stage)}


def test_every_check_has_a_saboteur():
    assert set(SABOTAGE) == {check.id for check in load_checks()}


def test_a_healthy_night_passes_every_check(world):
    results = world.rows("select check_id, outcome from ops.check_result where outcome <> 'passed'")
    assert results == []
    assert world.rows("select count(*) from ops.check_result") == [(len(load_checks()),)]


@pytest.mark.parametrize("check", load_checks(), ids=lambda check: check.id)
def test_the_check_catches_its_saboteur(world, check):
    world.rows(SABOTAGE[check.id])
    assert outcomes(world, check.stage)[check.id] == "failed"


def test_a_check_that_cannot_be_asked_is_broken_and_blocks(world, monkeypatch):
    monkeypatch.setattr(quality.Check, "query", property(lambda check: "select 1 as nonsense"))
    results = run_checks(world.site, DATE, stage="results")
    assert {result.outcome for result in results} == {"broken"}
    with pytest.raises(QualityGateError, match="ledger_adds_up"):
        steps.publish_night(world.site, DATE)


def test_a_critical_failure_blocks_the_publication_and_the_last_good_night_stands(world):
    steps.publish_night(world.site, DATE)
    following = DATE + dt.timedelta(days=1)
    world.land(following, "igate", f"code\n{CODES[0]}")
    world.land(following, "national_export", f"code\n{CODES[0]}")
    world.open_and_load(following)
    steps.check_night(world.site, following, stage="inputs")
    world.reconcile(following)
    world.rows("update recon.ledger_cell set entries = entries + 1 where night = %s", [following])
    with pytest.raises(QualityGateError, match="ledger_adds_up"):
        steps.check_night(world.site, following, stage="results")
    with pytest.raises(QualityGateError, match="not published"):
        steps.publish_night(world.site, following)
    assert world.rows("select night::text from mart.night where is_latest") == [(NIGHT,)]
    assert world.rows("select state from ops.night where night = %s", [following]) == [("blocked",)]


def test_a_night_that_was_not_checked_is_not_published(tmp_path, warehouse_dsn):
    world = World(tmp_path, warehouse_dsn)
    world.run(NIGHT, igate=f"code\n{CODES[0]}", national_export=f"code\n{CODES[0]}")
    with pytest.raises(QualityGateError, match="not checked"):
        steps.publish_night(world.site, DATE)
