"""The SQL against an independent, slow, plain-Python reconciliation (support/oracle.py), on random worlds and nights."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.copies import copied
from support.oracle import LOCAL, PRESENCES, Life, Night, Oracle, Row
from support.world import World

NIGHTS = [dt.date(2024, 4, day) for day in (16, 17, 18)]
LOCALS = [f"H37.21.01-24040{n}-000{n}" for n in range(1, 5)]
NATIONALS = ["G22.99-240401-00001", "G22.99-240402-00002"]
RECEIVED = [None, "2024-03-31 23:30", "2024-04-01 08:00", "2024-04-17 15:00", "2024-04-18 00:00", "2024-04-18 15:00"]
_numbers = itertools.count()


def moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@st.composite
def province(draw: st.DrawFn) -> list[Row]:
    keys = draw(st.lists(st.sampled_from(["x1", "x2", "x3", "x4"]), unique=True))
    return [
        Row(
            key,
            draw(st.sampled_from(LOCALS)),
            names=draw(st.sampled_from(["", "", *NATIONALS, LOCALS[0]])),
            status=draw(st.sampled_from("459")),
            received=moment(draw(st.sampled_from(RECEIVED))),
            updated=moment(draw(st.sampled_from([None, "2024-04-01 09:00", "2024-04-18 10:00"]))),
            is_removed=draw(st.booleans()) and draw(st.booleans()),
        )
        for key in keys
    ]


@st.composite
def portal(draw: st.DrawFn) -> list[Row]:
    codes = draw(st.lists(st.sampled_from([*LOCALS, *NATIONALS]), max_size=6))
    told: dict[str, tuple[str, dt.datetime | None]] = {}
    for (
        code
    ) in codes:  # rows of one code differ in what is not compared: which of them stands for it is nobody's business
        told.setdefault(code, (draw(st.sampled_from("459")), moment(draw(st.sampled_from(RECEIVED)))))
    return [Row("", code, status=told[code][0], received=told[code][1]) for code in codes if codes.count(code) < 3]


def table(rows: list[Row], *, keyed: bool) -> str:
    lines = ["id | code | national | status | received | due | updated | removed | payment | agency"]
    for place, row in enumerate(rows):
        received, updated = (f"{at:%Y-%m-%d %H:%M}" if at else "-" for at in (row.received, row.updated))
        key = row.key if keyed else "-"
        lines.append(
            f"{key} | {row.code} | {row.names or '-'} | {row.status} | {received} | - | {updated} | "
            f"{'yes' if row.is_removed else 'no'} | {place % 3} | H37.21.01"
        )
    return "\n".join(lines)


def said(world: World) -> Night:
    """What the warehouse says now of the province and the portal."""
    now = "where to_night = 'infinity' and pair = 'national_provincial'"
    verdicts = world.rows(f"select dossier_id, presence, standing from recon.verdict {now}")
    values = "dossier_id, attribute, standing, national_value, provincial_value"
    differences = world.rows(f"select {values} from recon.difference {now}")
    entries = world.rows(
        f"select dossier_id, entry_kind, sign, count(*) from recon.ledger_entry {now} group by 1, 2, 3"
    )
    return Night(
        {dossier: (presence, standing) for dossier, presence, standing in verdicts},
        {(dossier, name): (standing, theirs, ours) for dossier, name, standing, theirs, ours in differences},
        {(dossier, kind, sign): count for dossier, kind, sign, count in entries},
    )


def small_world(directory: Path, dsn: str) -> World:
    off = {"enabled": False}
    return World(directory, dsn, sources={"licences": off, "national_statistics": off})


def show(world: World, night: dt.date, rows: tuple[list[Row], list[Row]]) -> None:
    tables = {"igate": table(rows[0], keyed=True), "national_export": table(rows[1], keyed=False)}
    world.run(night, **tables)


WORLDS = st.lists(st.tuples(province(), portal()), min_size=3, max_size=3)


@pytest.mark.timeout(1200)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(shown=WORLDS)
def test_the_sql_says_what_the_oracle_says(
    shown: list[tuple[list[Row], list[Row]]],
    postgres_server: Any,
    _migrated_warehouse: str,  # noqa: PT019 - its name is the template's
) -> None:
    oracle, life = Oracle(), Life()
    with (
        tempfile.TemporaryDirectory() as directory,
        copied(postgres_server, _migrated_warehouse, f"oracle_{next(_numbers)}") as dsn,
    ):
        world = small_world(Path(directory), dsn)
        for night, rows in zip(NIGHTS, shown, strict=True):
            show(world, night, rows)
            told = oracle.night(night, *rows)
            assert said(world) == told
            life.night(night, told)
        gaps = world.rows(
            "select dossier_id, kind, opened_on, reopened_on from recon.gap where to_night = 'infinity' and detail = ''"
        )
        assert {(dossier, kind) for dossier, kind, _, _ in gaps} == life.open
        if not world.rows("select 1 from recon.gap_event where event = 'merged' or how = 'merged'"):
            assert {(d, k): (o, r) for d, k, o, r in gaps} == {
                gap: (life.opened[gap], life.reopened.get(gap)) for gap in life.open
            }
        explained = world.rows("select dossier_id, kind from recon.cause where to_night = 'infinity'")
        alone = {(dossier, presence) for dossier, (presence, _) in told.verdicts.items() if presence != "matched"}
        entries = {(dossier, kind) for dossier, kind, _ in told.entries}  # of extra rows each has a cause, of moved one
        assert set(explained) == alone | set(told.differences) | entries
        sums = world.rows(
            """select (select coalesce(sum(sign), 0) from recon.ledger_entry where to_night = 'infinity'),
                count(*) filter (where source_id = 'national_export') - count(*) filter (where source_id = 'igate')
            from core.dossier_record where to_night = 'infinity' and not is_removed"""
        )
        assert sums[0][0] == sums[0][1]


def test_the_oracle_is_no_echo() -> None:
    """It finds what each of these differs in; else agreeing with it would prove nothing."""
    at = moment("2024-04-01 08:00")
    told = Oracle().night(
        NIGHTS[2],
        [Row("x1", LOCALS[0], names=NATIONALS[0], received=at), Row("x2", LOCALS[1], received=at, status="9")],
        [Row("", NATIONALS[0], received=at), Row("", LOCALS[0], received=at), Row("", LOCALS[1], received=at),
         Row("", LOCALS[2], received=moment("2024-04-18 15:00"))],
    )  # fmt: skip
    assert told.verdicts == {LOCALS[1]: ("matched", "settled"), LOCALS[2]: ("national_only", "pending")}
    assert told.differences == {(LOCALS[1], "status"): ("gap", "4", "9")}
    assert told.entries == {(NATIONALS[0], "extra_national_row", 1): 1, (LOCALS[2], "national_only", 1): 1}
    assert PRESENCES == ("national_only", "provincial_only")
