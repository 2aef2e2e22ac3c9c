"""A province without the portal's listing: nothing is claimed that look-ups do not prove (bench/score.py)."""

from __future__ import annotations

from pathlib import Path

import psycopg

from bench import score as scoring

#: What nobody can see who asks the portal only for codes that the province knows: what the portal alone holds, extra rows
#: under codes that nobody at the province bore, and a status that an answer leaves out.
UNSEEN = {"never_pulled", "resent_new_tail", "repeated_nationally", "on_portal_only", "rolled_back", "status_unmapped"}
#: Months of which every procedure with a dossier is known; their units whose counts do not add up to the one declared.
_CELLS = """
    with month as (
        select a.receipt_month from core.procedure_asked a
        join core.control_total t on (t.measure, t.period_kind, t.period_start, t.agency_key, t.to_night)
            = (a.measure, 'month', a.receipt_month, '', 'infinity')
        where a.measure = 'totalReceived' and a.to_night = 'infinity' group by 1 having sum(a.value) = max(t.value)
    ),
    known as (
        select agency_id, receipt_month, sum(value) as counted from core.known_procedure_count group by 1, 2
    )
    select count(distinct m.receipt_month), count(*) filter (where t.value <> coalesce(k.counted, 0))
    from core.control_total t
    join month m on m.receipt_month = t.period_start
    left join known k on k.agency_id = t.agency_id and k.receipt_month = t.period_start
    where t.measure = 'totalReceived' and t.period_kind = 'month' and t.to_night = 'infinity' and t.agency_id <> 'unknown'"""
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
    tmp_path: Path, warehouse_dsn: str
) -> None:
    """Statistics and look-ups alone: what was not asked for is said to be incomplete, and nobody is blamed for it."""
    tmp_path.chmod(0o755)
    result = scoring.run_world(tmp_path, warehouse_dsn, 11, "lookalikes=2", 1500, without=scoring.LISTINGS)
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


def test_the_portals_counts_by_procedure_say_in_which_cells_it_differs(tmp_path: Path, warehouse_dsn: str) -> None:
    """Of what one side alone holds in the months that are asked for, nearly every cell is known, where before none was."""
    tmp_path.chmod(0o755)
    nights = scoring.STATISTICS_NIGHTS
    result = scoring.run_world(
        tmp_path, warehouse_dsn, 11, "lookalikes=2", 1500, without=scoring.LISTINGS, nights=nights
    )
    assert dict(result.wrong) == {}
    assert result.alone > 10
    assert result.located >= 0.95 * result.alone
    with psycopg.connect(warehouse_dsn) as connection:
        checked = {check: scoring.unexpected(connection, check, nights[-1]) for check in scoring.LEDGER_CHECKS}
        counted = connection.execute(_CELLS).fetchone()
    assert {check: bad for check, (bad, _) in checked.items() if bad} == {}
    assert counted is not None
    assert counted[0] > 0
    assert counted[1] == 0, "what is known of every unit adds up to what the portal declares of it"
