"""A blocked night is published by a named decision, or not at all; the decision stays in the record and in every print."""

from __future__ import annotations

import datetime as dt
import json
import os
import pwd
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from doisoat.errors import DecisionRefusedError, NightOrderError, QualityGateError, SourceUnavailableError
from doisoat.nights import acceptance, steps
from doisoat.province.file import SourceSettings
from doisoat.province.site import Site
from doisoat.quality import Decision, load_checks
from support.commands import of_world, typed
from support.copies import copied
from support.world import World, total

GOOD, NIGHT, LATER = (dt.date(2024, 4, day) for day in (17, 18, 19))
CODES = [f"H37.21.01-24040{n}-000{n}" for n in range(1, 4)]
BOTH = "code\n" + "\n".join(CODES[:2])
REASON = "iGate counts a test dossier of 2024-04-02 that it does not list [/b]"
ME = pwd.getpwuid(os.getuid()).pw_name
DECISION = Decision(REASON, decided_by="tester", decided_in="command_line")


@pytest.fixture(scope="module")
def blocked(
    postgres_server: Any, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A good night, and one that its inputs block: iGate declares two dossiers more than it lists. Only copied."""
    with copied(postgres_server, _migrated_warehouse, "blocked") as dsn:
        world = World(tmp_path_factory.mktemp("blocked"), dsn)
        world.run(GOOD, checks=True, igate=BOTH, national_export=BOTH)
        world.land(NIGHT, "igate", f"{BOTH}\n{CODES[2]}", totals=[total(5, "dossiers_not_removed", period_kind="all")])
        world.land(NIGHT, "national_export", BOTH)
        world.open_and_load(NIGHT)
        with pytest.raises(QualityGateError, match=r"held_equals_declared: 1 of .*doisoat publish --night 2024-04-18"):
            steps.check_night(world.site, NIGHT, stage="inputs", run_id="test")
        yield world


@pytest.fixture
def world(blocked: World, postgres_server: Any) -> Iterator[World]:
    with copied(postgres_server, "blocked", "decided") as dsn:
        yield blocked.moved_to(dsn)


def doisoat(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    return typed({**of_world(world), "LOGNAME": "somebody-else"}, *arguments)


def decide(world: World, reason: str = REASON, night: dt.date = NIGHT) -> subprocess.CompletedProcess[str]:
    return doisoat(world, "publish", "--night", str(night), "--accept", reason)


def published(world: World) -> list[dt.date]:
    return [night for (night,) in world.rows("select night from mart.night order by night")]


def decisions(world: World) -> list[tuple[Any, ...]]:
    return world.rows(
        "select revision, stage, check_id, unexpected_count, reason, decided_by, decided_in from ops.acceptance order by 1, 2, 3"
    )


def again(world: World) -> None:
    """The whole night once more, as another run of it."""
    steps.open_night(world.site, NIGHT, run_id="again")
    steps.load_night(world.site, NIGHT, run_id="again")
    steps.check_night(world.site, NIGHT, stage="inputs", run_id="again")
    steps.reconcile_night(world.site, NIGHT, run_id="again")
    steps.check_night(world.site, NIGHT, stage="results", run_id="again")
    steps.publish_night(world.site, NIGHT, run_id="again")


def test_a_decision_does_what_is_left_of_the_night_and_publishes_it(world):
    assert published(world) == [GOOD]
    assert world.rows("select count(*) from recon.comparison where night = %s", [NIGHT]) == [(0,)]
    told = decide(world)
    assert (told.returncode, told.stdout) == (0, f"night {NIGHT}: published, revision 1, accepted by {ME}\n"), (
        told.stderr
    )
    assert published(world) == [GOOD, NIGHT]
    assert world.verdicts(NIGHT) == [(CODES[2], "provincial_only", "gap")]
    assert decisions(world) == [(1, "inputs", "held_equals_declared", 1, REASON, ME, "command_line")]
    assert world.rows(
        "select outcome from ops.check_result where night = %s and severity = 'critical' and outcome <> 'passed'",
        [NIGHT],
    ) == [("failed",)]


def test_the_decision_is_in_every_print_and_in_the_mart(world):
    acceptance.publish_accepted(world.site, NIGHT, DECISION)
    summary = doisoat(world, "summary", "--night", str(NIGHT))
    assert summary.returncode == 2  # a source is absent in this small world; accepted is published
    said = next(line for line in summary.stdout.splitlines() if "held_equals_declared" in line)
    assert said.startswith("  accepted (critical): held_equals_declared, 1 of ")
    assert "; accepted by tester (command_line, " in said
    assert said.endswith(f"): {REASON}")
    assert "although checks failed: 1 accepted" in summary.stdout
    nights = {night["night"]: night for night in json.loads(doisoat(world, "nights", "--format", "json").stdout)}
    assert [nights[str(NIGHT)][name] for name in ("accepted", "accepted_by", "reason")] == [
        "held_equals_declared",
        DECISION.decided_by,
        REASON,
    ]
    assert nights[str(GOOD)]["reason"] == ""
    checks = json.loads(doisoat(world, "checks", "--night", str(NIGHT), "--format", "json").stdout)
    assert [
        (check["check_id"], check["accepted_by"], check["reason"]) for check in checks if check["outcome"] == "accepted"
    ] == [("held_equals_declared", DECISION.decided_by, REASON)]
    assert REASON in doisoat(world, "checks", "--night", str(NIGHT)).stdout
    assert REASON in doisoat(world, "nights").stdout
    mart = world.rows("select night, is_accepted, accepted_checks, accepted_reason from mart.night order by night")
    assert mart == [(GOOD, False, None, None), (NIGHT, True, "held_equals_declared", REASON)]


@pytest.mark.parametrize(
    "reason",
    ["", "   \n  ", "too short", "x" * 501, "ask Nguyen, 012345678901, about it", "his number is 0912.345.678, ask",
     "call +84 (912) 345 678 for more", "write to someone@example.vn about it", "identity 01234\u200b5678901 was counted",
     "identity \uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18 counted", "passport C1234567 was counted twice"],
)  # fmt: skip
def test_a_reason_that_says_nothing_or_names_a_person_is_refused(reason):
    with pytest.raises(DecisionRefusedError) as caught:
        Decision(reason, decided_by="tester", decided_in="command_line")
    assert not reason.strip() or reason not in str(caught.value)


@pytest.mark.parametrize(
    "reason",
    ["H37.21.01-240401-0001 and 000.00.21.H37-240401-00017 are tests", "counted 2024-04-17 2024-04-18, and 1/4/2024 twice",
     "cổng đếm thừa 12 345 hồ sơ, đã báo đơn vị vận hành"],
)  # fmt: skip
def test_codes_dates_and_counts_are_no_persons(reason):
    assert Decision(reason, decided_by="tester", decided_in="command_line").reason == reason


def test_a_refused_reason_changes_nothing_and_is_not_repeated(world):
    told = decide(world, "ask Nguyen, 012345678901, about it")
    assert (told.returncode, told.stdout) == (1, "")
    assert "looks like an identity number or a phone" in told.stderr
    assert "012345678901" not in told.stderr
    assert (decisions(world), published(world)) == ([], [GOOD])
    assert world.rows("select state, run_id from ops.night where night = %s", [NIGHT]) == [("blocked", "test")]


@pytest.mark.parametrize(
    "check", [check for check in load_checks() if check.severity == "critical"], ids=lambda c: c.id
)
def test_only_what_a_source_may_be_known_for_can_be_accepted(world, check):
    """What judges our own work is never accepted: alone or beside what may be, failed or broken."""
    world.rows("delete from ops.check_result where night = %s and outcome <> 'passed'", [NIGHT])
    failed = """insert into ops.check_result (night, stage, check_id, severity, outcome, unexpected_count, observed)
        values (%s, %s, %s, 'critical', %s, %s, %s) on conflict (night, stage, check_id) do update
        set outcome = excluded.outcome, unexpected_count = excluded.unexpected_count, observed = excluded.observed"""
    world.rows(failed, [NIGHT, check.stage, check.id, "failed", 3, '{"total": 9}'])
    if check.accepting:
        assert check.stage == "inputs"
        acceptance.publish_accepted(world.site, NIGHT, DECISION)
        assert decisions(world) == [(1, "inputs", check.id, 3, REASON, "tester", "command_line")]
        return
    if check.stage == "inputs":
        world.rows(failed, [NIGHT, "inputs", "held_equals_declared", "failed", 1, '{"total": 1}'])
    with pytest.raises(
        DecisionRefusedError, match=f"nobody can accept {check.id}: 3 of 9: the check judges our own work"
    ):
        acceptance.publish_accepted(world.site, NIGHT, DECISION)
    assert (decisions(world), published(world)) == ([], [GOOD])


def test_a_broken_check_cannot_be_accepted(world):
    broken = """update ops.check_result set outcome = 'broken', unexpected_count = null, observed = '{"error": "psycopg.Error"}'
        where check_id = 'held_equals_declared' and night = %s"""
    world.rows(broken, [NIGHT])
    with pytest.raises(DecisionRefusedError, match=r"held_equals_declared: broken \(psycopg.Error\).*fix it"):
        acceptance.publish_accepted(world.site, NIGHT, DECISION)
    assert (decisions(world), published(world)) == ([], [GOOD])


def test_the_decision_covers_what_was_seen_and_nothing_else(world):
    def declare(value: int) -> None:
        world.rows(
            "update core.control_total set value = %s where source_id = 'igate' and to_night = 'infinity'", [value]
        )

    acceptance.publish_accepted(world.site, NIGHT, DECISION)
    again(world)  # the same counts: nobody is asked again
    assert len(decisions(world)) == 1
    with pytest.raises(DecisionRefusedError, match="it is published, not blocked"):
        acceptance.publish_accepted(world.site, NIGHT, DECISION)
    declare(-1)
    with pytest.raises(QualityGateError, match="inputs: critical checks failed: totals_are_not_negative: 1 of "):
        again(world)
    assert published(world) == [GOOD]
    declare(5)
    world.rows("update ops.load set seal = 'another' where source_id = 'igate' and night = %s", [NIGHT])
    with pytest.raises(QualityGateError, match="inputs: critical checks failed: held_equals_declared: 1 of "):
        steps.check_night(world.site, NIGHT, stage="inputs")
    world.rows(
        "update ops.load l set seal = p.seal from ops.pull p where (p.night, p.source_id) = (l.night, l.source_id)"
    )
    again(world)  # as it was when it was accepted
    assert published(world) == [GOOD, NIGHT]
    assert [row[:3] for row in decisions(world)] == [
        (revision, "inputs", "held_equals_declared") for revision in (1, 2)
    ]
    assert world.rows("select revision, accepted_reason from mart.night where night = %s", [NIGHT]) == [(2, REASON)]


def test_what_is_to_be_looked_up_is_and_a_source_that_fails_stops_nobody(world, monkeypatch, caplog):
    asked: list[str] = []

    def fail(site: Site, night: dt.date, source_id: str, **_: Any) -> None:
        asked.append(source_id)
        raise SourceUnavailableError(source_id, asked="a code", came="503", todo="wait")

    adapter = SourceSettings(kind="national_adapter")
    sources = {**world.site.settings.sources, "national_adapter": adapter}
    site = replace(world.site, settings=world.site.settings.model_copy(update={"sources": sources}))
    monkeypatch.setattr(steps, "look_up_source", fail)
    assert acceptance.publish_accepted(site, NIGHT, DECISION) == 1
    assert asked == site.settings.asked == ["national_adapter"]
    assert "not looked up, so left undecided: national_adapter: asked a code; got 503" in caplog.text


def test_what_is_wrong_with_the_results_is_another_question(world, monkeypatch):
    reconcile = steps.reconcile_night

    def miscount(*arguments: Any, **options: Any) -> None:
        reconcile(*arguments, **options)
        world.rows("update recon.ledger_cell set entries = entries + 1 where night = %s", [NIGHT])

    monkeypatch.setattr(steps, "reconcile_night", miscount)
    with pytest.raises(QualityGateError, match="results: critical checks failed: ledger_adds_up"):
        acceptance.publish_accepted(world.site, NIGHT, DECISION)
    assert published(world) == [GOOD]
    assert world.rows("select state from ops.night where night = %s", [NIGHT]) == [("blocked",)]
    with pytest.raises(DecisionRefusedError, match="nobody can accept ledger_adds_up"):
        acceptance.publish_accepted(world.site, NIGHT, DECISION)


def test_a_check_of_the_results_that_could_be_accepted_would_be(world, monkeypatch):
    """None can today; the stage after which nothing is left to do but to publish works all the same."""
    acceptance.publish_accepted(world.site, NIGHT, DECISION)
    world.rows("update ops.publication set withdrawn_at = now() where night = %s", [NIGHT])
    world.rows("update ops.night set state = 'blocked' where night = %s", [NIGHT])
    miscounted = "check_id = 'ledger_adds_up' and night = %s"
    world.rows(f"update ops.check_result set outcome = 'failed', unexpected_count = 2 where {miscounted}", [NIGHT])
    some = [check.model_copy(update={"accepting": "So be it."}) for check in load_checks()]
    monkeypatch.setattr("doisoat.quality.gate.load_checks", lambda: some)
    monkeypatch.setattr(steps, "reconcile_night", lambda *_, **__: 1 / 0)
    assert acceptance.publish_accepted(world.site, NIGHT, DECISION) == 2
    assert [row[:4] for row in decisions(world) if row[0] == 2] == [
        (2, "inputs", "held_equals_declared", 1),
        (2, "results", "ledger_adds_up", 2),
    ]


def test_a_decision_whose_carrying_out_broke_off_is_carried_out_by_the_next_call(world, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(steps, "reconcile_night", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            acceptance.publish_accepted(world.site, NIGHT, DECISION)
    assert published(world) == [GOOD]
    assert acceptance.publish_accepted(world.site, NIGHT, DECISION) == 1
    assert published(world) == [GOOD, NIGHT]
    assert len(decisions(world)) == 1


def test_a_night_that_is_not_blocked_or_not_the_latest_cannot_be_accepted(world):
    for night, said in ((GOOD, "it is published, not blocked"), (dt.date(2024, 4, 1), "never opened")):
        told = decide(world, night=night)
        assert told.returncode == 1
        assert said in told.stderr
    steps.open_night(world.site, LATER, run_id="later")
    with pytest.raises(NightOrderError, match="later nights have been opened since"):
        acceptance.publish_accepted(world.site, NIGHT, DECISION)
    assert (decisions(world), published(world)) == ([], [GOOD])
