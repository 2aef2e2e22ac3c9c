"""A night in which one source misbehaves: an error or rows set aside, the others unharmed, and nothing lost the night after."""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from doisoat.errors import SourceChangedError, SourceError, SourceRejectedError, SourceUnavailableError
from sandbox.http.faults import Fault
from support.province import NIGHTS, Province
from support.sandboxes import Served, serve

FIRST, SECOND, THIRD = NIGHTS
#: Where the rows of a system come from: what stands before is the login.
LISTINGS = {
    "igate": "search",
    "business_registration": "danhSachHoSo",
    "driving_licence": "/g",
    "national_statistics": "jsp",
}
#: Files that appear in an inbox, and a label that may be another one day.
FILES = {"national_export": "Mã hồ sơ", "judicial_record": "Trạng thái"}
SYSTEMS = (*LISTINGS, *FILES)
ENDS: dict[str, type[SourceError]] = {
    "rate_limit": SourceUnavailableError,
    "server_error": SourceUnavailableError,
    "cut_off": SourceUnavailableError,
    "half_written": SourceUnavailableError,
    "html_200": SourceChangedError,
    "empty_body": SourceChangedError,
    "redirect": SourceChangedError,
    "application_error": SourceChangedError,
    "huge": SourceChangedError,
    "bomb": SourceChangedError,
}

FILE_ENDS: dict[str, type[SourceError]] = {
    "cut_off": SourceUnavailableError,
    "empty_body": SourceUnavailableError,
    "html_200": SourceChangedError,
    "changed_shape": SourceChangedError,
    "huge": SourceChangedError,
}
ENDS_OTHERWISE = {
    ("driving_licence", "application_error"): SourceRejectedError,
    ("igate", "hollow"): SourceChangedError,
    ("business_registration", "hollow"): SourceChangedError,
    ("national_statistics", "hollow"): SourceChangedError,
    ("igate", "endless"): SourceChangedError,
    ("business_registration", "wrong_total"): SourceChangedError,  # it declares rows for windows that show none
}
#: A task that collects, in a process of its own.
COLLECT = """
import datetime as dt
from doisoat.nights import steps
from doisoat.province.site import Site
steps.collect_source(Site.from_environment(), dt.date(2024, 4, 18), "igate")
"""
#: What is spoilt in one night, each in another system, and the reasons that are given for it.
SET_ASIDE: list[list[tuple[str, dict[str, Any], set[str]]]] = [
    [
        ("igate", {"kind": "changed_value", "field": "acceptedDate", "to": "31/02/2024", "nth": 3}, {"impossible_date"}),
        ("business_registration", {"kind": "missing_field", "field": "RECEIPT_DATE"}, {"no_receipt_date"}),
        ("driving_licence", {"kind": "changed_value", "field": "ngayNhanHoSo", "to": "31/02/2024"}, {"impossible_date"}),
    ],
    [("igate", {"kind": "changed_type", "field": "dossierStatus", "nth": 3}, {"wrong_shape"})],
    [("igate", {"kind": "broken_character", "field": "appointmentDate", "nth": 2}, {"impossible_date"})],
    [("igate", {"kind": "changed_value", "field": "code", "to": "không có", "nth": 1}, {"not_a_code"})],
]  # fmt: skip
#: What is harmless in each of these, all in one night.
SPOKEN = ("igate", "business_registration", "driving_licence")
HARMLESS: list[tuple[str, dict[str, Any]]] = [
    ("two_timezones", {}), ("decomposed", {}), ("broken_character", {"field": "fullname"}),
    ("expired_session", {"count": 1, "after": 2}), ("latency", {"seconds": 0}),
]  # fmt: skip


def records(province: Province, source_id: str, night: dt.date) -> list[Any]:
    """What is held of a source as known on a night; how dossiers are joined is left to all sources together, and which
    counts a listing source was asked for follows from what was to be compared."""
    but = ("dossier_id", "duplicate_rank", "fingerprint")
    wanted = "total" if source_id == "national_statistics" else "record"
    return [content for kind, content in province.state(night, source_id, but=but) if kind == wanted]


@dataclass
class Twins:
    """A home to be disturbed after its first night, and one that went through three good nights."""

    disturbed: Province
    undisturbed: Province
    served: Served

    def spoil(self, system: str, **fault: Any) -> None:
        """Nothing but this fault is in force from now on."""
        self.mend()
        self.spoil_too(system, **fault)

    def spoil_too(self, system: str, **fault: Any) -> None:
        """This fault is in force from now on, beside those of other systems."""
        self.served.spoil(system, **{"count": None, "path": LISTINGS[system], **fault})

    def mend(self) -> None:
        requests.delete(f"{self.served.url}/control/faults", timeout=30)

    def begin(self) -> None:
        self.served.move_to(self.served.world.cut_offs[1])
        self.disturbed.open(SECOND)

    def second_night(self, *systems: str, error: type[SourceError] | None = None) -> None:
        """The night in which these systems alone are asked anew, and may fail."""
        self.begin()
        self.disturbed.take(self.undisturbed, SECOND, *systems)
        for system in systems:
            with pytest.raises(error) if error else contextlib.nullcontext():
                self.disturbed.collect(SECOND, system)
        self.disturbed.finish(SECOND)
        for other in set(SYSTEMS) - set(systems):
            assert records(self.disturbed, other, SECOND) == records(self.undisturbed, other, SECOND) != []

    def check_the_night_after(self, *systems: str) -> None:
        self.mend()
        self.served.move_to(self.served.world.cut_offs[2])
        self.disturbed.open(THIRD)
        self.disturbed.take(self.undisturbed, THIRD, *systems)
        for system in systems:
            if system in FILES:
                self.disturbed.drop(system, THIRD)
            self.disturbed.collect(THIRD, system)
        self.disturbed.finish(THIRD)
        for each in SYSTEMS:
            assert records(self.disturbed, each, THIRD) == records(self.undisturbed, each, THIRD) != []


@pytest.fixture(scope="module")
def three_good_nights(
    postgres_server: Any, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    """Three nights without a fault; the database `faulty_evening` is as it was after the first."""
    home = tmp_path_factory.mktemp("undisturbed")
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as admin, serve(dossiers=120) as served:
        admin.execute(f"create database faulty_truth template {_migrated_warehouse} strategy file_copy owner warehouse")
        province = Province(served, home, postgres_server.dsn("faulty_truth", "warehouse"))
        for night, cut_off in zip(NIGHTS, served.world.cut_offs, strict=True):
            served.move_to(cut_off)
            province.open(night)
            for system in SYSTEMS:
                if system in FILES:
                    province.drop(system, night)
                assert province.collect(night, system).manifest.withheld == {}
            province.finish(night)
            if night == FIRST:
                admin.execute("create database faulty_evening template faulty_truth strategy file_copy owner warehouse")
        try:
            yield province
        finally:
            for name in ("faulty_truth", "faulty_evening"):
                admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def twins(three_good_nights: Province, postgres_server: Any, tmp_path: Path) -> Iterator[Twins]:
    served = three_good_nights.served
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as admin:
        admin.execute("create database faulty_night template faulty_evening strategy file_copy owner warehouse")
        dsn = postgres_server.dsn("faulty_night", "warehouse")
        found = Twins(
            Province(served, tmp_path, dsn, patience_seconds=0, max_answer_megabytes=8), three_good_nights, served
        )
        try:
            yield found
        finally:
            found.mend()
            admin.execute("drop database faulty_night with (force)")


@pytest.mark.parametrize("system", LISTINGS)
def test_a_source_that_fails_harms_no_other_and_loses_nothing(system: str, twins: Twins) -> None:
    twins.begin()
    ends = {(system, kind): error for kind, error in ENDS.items()} | ENDS_OTHERWISE
    for (of, kind), error in ends.items():
        if of != system:
            continue
        twins.spoil(system, kind=kind, size=9 << 20)
        with pytest.raises(SourceError) as caught:
            twins.disturbed.collect(SECOND, system)
        assert type(caught.value) is error, kind
        assert twins.disturbed.sealed(SECOND) == [], kind
    twins.spoil(system, kind="server_error")
    twins.second_night(system, error=SourceUnavailableError)
    assert records(twins.disturbed, system, SECOND) == records(twins.disturbed, system, FIRST)
    twins.check_the_night_after(system)


@pytest.mark.parametrize("source_id", FILES)
def test_a_file_that_cannot_be_read_harms_no_other_and_loses_nothing(source_id: str, twins: Twins) -> None:
    twins.begin()
    for kind, error in FILE_ENDS.items():
        twins.disturbed.drop(source_id, SECOND, Fault(source_id, kind, field=FILES[source_id], to="?", size=9 << 20))
        with pytest.raises(SourceError) as caught:
            twins.disturbed.collect(SECOND, source_id)
        assert type(caught.value) is error, kind
        assert twins.disturbed.sealed(SECOND) == [], kind
        assert any((twins.disturbed.home / "inbox").rglob("*.*")), kind
    twins.second_night(source_id, error=SourceChangedError)
    assert records(twins.disturbed, source_id, SECOND) == records(twins.disturbed, source_id, FIRST)
    twins.check_the_night_after(source_id)


@pytest.mark.parametrize("source_id", FILES)
def test_a_file_that_comes_twice_is_one_file(source_id: str, twins: Twins) -> None:
    twins.begin()
    twins.disturbed.drop(source_id, SECOND, Fault(source_id, "repeated"))
    twins.second_night(source_id)
    assert records(twins.disturbed, source_id, SECOND) == records(twins.undisturbed, source_id, SECOND)
    assert not any((twins.disturbed.home / "inbox").rglob("*.*"))


def test_a_total_that_does_not_match_is_said_and_ends_no_record(twins: Twins) -> None:
    twins.spoil("igate", kind="wrong_total")
    twins.second_night("igate")
    now, before, truth = (
        {(record["record_id"], record["dossier_code"]) for record in records(home, "igate", night)}
        for home, night in ((twins.disturbed, SECOND), (twins.disturbed, FIRST), (twins.undisturbed, SECOND))
    )
    assert before | truth == now
    with psycopg.connect(twins.disturbed.dsn) as connection:
        query = "select is_complete from ops.pull where (night, source_id) = (%s, 'igate')"
        assert connection.execute(query, [SECOND]).fetchone() == (False,)
    twins.check_the_night_after("igate")


def test_a_row_that_slips_out_of_the_live_listing_is_not_taken_for_removed(twins: Twins) -> None:
    """On every page of what `remove-status=0` shows, the first row is missing, while all counts are right."""
    twins.spoil("igate", kind="skipped", path="remove-status=0")
    twins.second_night("igate")
    now, truth = (records(home, "igate", SECOND) for home in (twins.disturbed, twins.undisturbed))
    removed = {record["record_id"] for record in truth if record["is_removed"]}
    assert removed, "else there is no second listing"
    assert {record["record_id"] for record in now if record["is_removed"]} <= removed
    twins.check_the_night_after("igate")


def test_a_pull_that_is_killed_in_the_middle_is_pulled_again(twins: Twins) -> None:
    twins.begin()
    twins.spoil("igate", kind="latency", seconds=600, after=3)
    night = twins.disturbed.site.landing_root / "lang_son" / str(SECOND)
    child = subprocess.Popen([sys.executable, "-c", COLLECT], env=twins.disturbed.environment())
    try:
        while not list(night.glob(".igate.*.tmp")):
            assert child.poll() is None
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
    assert twins.disturbed.sealed(SECOND) != []  # what was half written
    twins.mend()
    twins.second_night("igate")
    assert "igate" in twins.disturbed.sealed(SECOND)
    assert records(twins.disturbed, "igate", SECOND) == records(twins.undisturbed, "igate", SECOND)
    twins.check_the_night_after("igate")


@pytest.mark.parametrize("spoilt", SET_ASIDE, ids=lambda spoilt: "+".join(system for system, *_ in spoilt))
def test_rows_that_cannot_be_read_are_set_aside_and_come_again(
    spoilt: list[tuple[str, dict[str, Any], set[str]]], twins: Twins
) -> None:
    systems = [system for system, *_ in spoilt]
    for system, fault, _ in spoilt:
        twins.spoil_too(system, **fault)
    twins.second_night(*systems)
    with psycopg.connect(twins.disturbed.dsn) as connection:
        found = connection.execute("select distinct source_id, reason from ops.quarantine").fetchall()
    assert set(found) == {(system, reason) for system, _, reasons in spoilt for reason in reasons}
    twins.check_the_night_after(*systems)


@pytest.mark.parametrize(("kind", "more"), HARMLESS, ids=[kind for kind, _ in HARMLESS])
def test_what_says_the_same_otherwise_is_the_same(kind: str, more: dict[str, Any], twins: Twins) -> None:
    for system in SPOKEN:
        twins.spoil_too(system, kind=kind, **more)
    twins.second_night(*SPOKEN)
    for system in SPOKEN:
        assert records(twins.disturbed, system, SECOND) == records(twins.undisturbed, system, SECOND) != []
