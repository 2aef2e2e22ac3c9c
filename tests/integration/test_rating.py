"""`doisoat rates`, `walk` and `score` as they are typed, on a small night with a source that is down."""

from __future__ import annotations

import json

import pytest
from doisoat.cli.app import commands
from doisoat.cli.shared import warehouse_at_hand
from support.world import World, total
from typer.testing import CliRunner

NIGHT, NEXT = "2024-04-29", "2024-04-30"
OWN = ("H37.21.01-240402-0001", "H37.21.01-240402-0002", "H37.21.02-240402-0003")


@pytest.fixture
def world(tmp_path, warehouse_dsn, monkeypatch) -> World:
    world = World(tmp_path, warehouse_dsn, sources={"reporting_system_report": {"kind": "report_workbook"}})
    monkeypatch.setenv("DOISOAT_PROVINCE", str(world.site.settings.path))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", warehouse_dsn)
    world.land(NIGHT, "reporting_system_report", "code", mode="reports", totals=[total(3, "received", month="2024-04")])
    world.run(
        NIGHT,
        igate="code\n" + "\n".join(OWN),
        national_export=f"code\n{OWN[0]}\n{OWN[1]}",
        licences="code\nH37.03-240402-0071",
    )
    return world


def asked(*arguments: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(commands, [*arguments, "--format", "json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_rates_of_parts_add_up_to_the_whole(world: World) -> None:
    def own(*how: str) -> dict[object, tuple[object, object]]:
        rows = asked("rates", *how)
        return {
            row["part"]: (row["numerator_least"], row["denominator_least"])
            for row in rows
            if row["indicator"] == "sync_own"
        }

    assert own() == {None: (2, 3)}
    assert own("--by", "level") == {"commune": (2, 3), "department": (0, 0)}
    assert own("--by", "agency") == {
        "H37": (2, 3), "H37.21": (2, 3), "H37.21.01": (2, 2), "H37.21.02": (0, 1), "H37.03": (0, 0)
    }  # fmt: skip
    assert own("--by", "agency", "--agency", "H37.21") == {"H37.21": (2, 3), "H37.21.01": (2, 2), "H37.21.02": (0, 1)}
    assert own("--agency", "000.00.21.H37") == {"H37.21": (2, 3)}
    assert own("--by", "system") == {"province": (2, 3), "licences": (0, 0)}
    assert own("--channel", "online") == {}
    assert own("--from", "2024-05") == {}
    assert own("--from", "2024-04-02", "--to", "2024-04-15") == {None: (2, 3)}
    assert (
        own("--from", "2024-04-02", "--to", "2024-04")
        == own("--from", "2024-04", "--to", "2024-04-30")
        == {None: (2, 3)}
    )
    assert own("--from", "2024-04-03", "--to", "2024-04-15") == {}


def test_a_report_sees_one_moment_of_the_warehouse(world: World) -> None:
    """It asks several queries: a night that is loaded between two of them is in none."""
    count = "select count(*) from core.dossier_record"
    with warehouse_at_hand() as (_, connection):
        before = connection.execute(count).fetchone()
        world.rows("delete from core.dossier_record where source_id = 'igate'")
        assert connection.execute(count).fetchone() == before
    with warehouse_at_hand() as (_, connection):
        assert connection.execute(count).fetchone() != before


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (["--from", "2024-04-02"], "not whole months; do: give both --from and --to, and no --period"),
        (["--from", "2024-04-02", "--to", "2024-04-15", "--period", "month"], "not whole months; do: give both"),
        (["--from", "2024-04-15", "--to", "2024-04-02"], "from 2024-04-15 to 2024-04-02: give the earlier one first"),
        (["--from", "April"], "'April': give a month (2024-03) or a day (2024-03-15)"),
    ],
)
def test_a_range_that_cannot_be_is_told_what_to_do(world: World, how: list[str], said: str) -> None:
    result = CliRunner().invoke(commands, ["rates", *how])
    assert result.exit_code != 0
    assert said in " ".join((result.output + str(result.exception or "")).replace("│", " ").split())


def test_a_report_speaks_of_a_unit_and_not_of_a_field(world: World) -> None:
    def denominators(*how: str) -> set[object]:
        return {
            row["denominator_least"]
            for row in asked("rates", "--period", "month", *how)
            if row["indicator"] == "sync_received"
        }

    assert denominators() == {3}
    assert denominators("--field", "H37.LV01") == {None}
    assert denominators("--by", "field") == {None}


def test_what_a_number_rests_on_is_said_with_it(world: World) -> None:
    assert {(row["is_provisional"], row["rests_on"]) for row in asked("rates", "--period", "month")} == {
        (True, "stale or absent: national_statistics")  # the night is the 29th, and the month goes on
    }
    world.run(NEXT, igate="code\n" + "\n".join(OWN))
    told = {(row["is_provisional"], row["rests_on"]) for row in asked("rates", "--period", "month")}
    ((is_provisional, rests_on),) = told
    assert not is_provisional
    assert "national_export" in str(rests_on)


def test_a_what_if_is_of_what_is_named(world: World) -> None:
    (line,) = asked("score", "--month", "2024-04", "--if", "cause=sync_overdue", "--agency", "H37.21")
    assert (line["to_repair"], line["ratio_now"], line["ratio_if_repaired"], line["points"]) == (1, 0.666667, 1, 2)
    assert asked("score", "--month", "2024-04", "--if", "agency=H37.21.01") == []
    ranked = asked("score", "--month", "2024-04", "--by", "cause")
    assert [row["label"] for row in ranked] == ["ministry_dossier_not_on_portal", "sync_overdue", "left_out"]
    refused = CliRunner().invoke(commands, ["score", "--if", "colour=red"])
    assert "cause=, agency= or procedure=" in str(refused.exception)


def test_the_walk_ends_at_the_corrected_rate(world: World) -> None:
    steps = {row["step"]: row for row in asked("walk", "--month", "2024-04")}
    assert (steps["corrected"]["numerator"], steps["corrected"]["denominator"]) == (2, 4)
    assert steps["published"]["numerator"] is None
