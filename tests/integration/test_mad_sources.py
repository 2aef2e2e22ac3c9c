"""Sources over real HTTP and real files that go mad, or are down as announced: what a night makes of it, and what it says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from doisoat.errors import SourceLateError, SourceUnavailableError
from doisoat.nights import steps
from doisoat.province.file import FloodGuard, Outage
from doisoat.reports.query import query
from doisoat.reports.summary import summary
from doisoat.warehouse import connect, order, writing
from rich.console import Console
from sandbox.http.faults import MADNESS, Fault
from support.province import NIGHTS, Province
from support.sandboxes import Served, serve

FIRST, SECOND, THIRD = NIGHTS
SYSTEMS = ("igate", "national_export")


@dataclass
class Home:
    """A province of two sources, its world, and one that was never disturbed."""

    province: Province
    served: Served

    def configure(self, **changes: Any) -> None:
        """Change the settings of the province file."""
        settings = self.province.site.settings.model_copy(update=changes)
        self.province.site = dataclasses.replace(self.province.site, settings=settings)

    def begin(self, night: dt.date) -> None:
        requests.delete(f"{self.served.url}/control/faults", timeout=30)
        self.served.move_to(self.served.world.cut_offs[NIGHTS.index(night)])
        self.province.open(night)

    def finish(self, night: dt.date) -> None:
        steps.load_night(self.province.site, night)
        steps.reconcile_night(self.province.site, night)
        with writing(self.province.dsn) as connection:
            order.publish(connection, night, "test")

    def run(self, night: dt.date, system: str = "", madness: str = "") -> None:
        """A whole night in which one system may be mad."""
        self.begin(night)
        self.province.drop("national_export", night, *([Fault(system, madness)] if system == "national_export" else []))
        if system == "igate":
            self.served.spoil("igate", madness, count=None, path="search")
        for source_id in SYSTEMS:
            self.province.collect(night, source_id)
        self.finish(night)

    def rows(self, text: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.province.dsn) as connection:
            return connection.execute(text, parameters).fetchall()

    def pull(self, night: dt.date, system: str) -> tuple[Any, ...]:
        [found] = self.rows("select state, reason from ops.pull where (night, source_id) = (%s, %s)", night, system)
        return found

    def told(self, night: dt.date) -> tuple[int, str, dict[str, dict[str, Any]]]:
        """The exit code, the page, and the rows of `doisoat sources`."""
        page, site = io.StringIO(), self.province.site
        with connect(self.province.dsn) as connection:
            code = summary(site, connection, night, Console(file=page, width=200))
            rows = query(connection, "sources", {"archive_id": 0, "night": night}).dicts()
        return code, page.getvalue(), {row["source_id"]: row for row in rows}


def small(served: Served, home: Path, dsn: str) -> Home:
    made = Home(Province(served, home, dsn, patience_seconds=0), served)
    sources = {name: source for name, source in made.province.site.settings.sources.items() if name in SYSTEMS}
    made.configure(sources=sources, flood_guard=FloodGuard(share=0.2, floor_rows=10))
    return made


def records(home: Home, system: str, night: dt.date) -> list[Any]:
    but = ("dossier_id", "duplicate_rank", "fingerprint", "updated_at")
    return [said for kind, said in home.province.state(night, system, but=but) if kind == "record"]


@pytest.fixture(scope="module")
def undisturbed(
    postgres_server: Any, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """Three good nights; the database `mad_evening` is as it was after the first."""
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as admin, serve(dossiers=300) as served:
        admin.execute(f"create database mad_truth template {_migrated_warehouse} strategy file_copy owner warehouse")
        home = small(served, tmp_path_factory.mktemp("undisturbed"), postgres_server.dsn("mad_truth", "warehouse"))
        for night in NIGHTS:
            home.run(night)
            if night == FIRST:
                admin.execute("create database mad_evening template mad_truth strategy file_copy owner warehouse")
        try:
            yield home
        finally:
            for name in ("mad_truth", "mad_evening"):
                admin.execute(f"drop database {name} with (force)")


@pytest.fixture
def home(undisturbed: Home, postgres_server: Any, tmp_path: Path) -> Iterator[Home]:
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as admin:
        admin.execute("create database mad_night template mad_evening strategy file_copy owner warehouse")
        try:
            yield small(undisturbed.served, tmp_path, postgres_server.dsn("mad_night", "warehouse"))
        finally:
            requests.delete(f"{undisturbed.served.url}/control/faults", timeout=30)
            admin.execute("drop database mad_night with (force)")


def opened(home: Home, night: dt.date) -> list[tuple[Any, ...]]:
    """Gaps that this night opened."""
    return home.rows(
        """select dossier_id, presence from recon.verdict where from_night = %s and standing = 'gap'
        union all select dossier_id, attribute from recon.difference where from_night = %s and standing = 'gap'""",
        night,
        night,
    )


@pytest.mark.parametrize("madness", MADNESS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_mad_source_is_held_opens_no_gap_and_loses_nothing(
    system: str, madness: str, home: Home, undisturbed: Home
) -> None:
    home.run(SECOND, system, madness)
    assert home.pull(SECOND, system) == ("stale", "held")
    assert records(home, system, SECOND) == records(undisturbed, system, FIRST) != []
    assert opened(home, SECOND) == []
    other = SYSTEMS[1 - SYSTEMS.index(system)]
    assert records(home, other, SECOND) == records(undisturbed, other, SECOND) != []
    code, page, rows = home.told(SECOND)
    assert code == 2
    assert f"Published (revision 1), held: {system}" in page
    assert f'doisoat accept-pull --source {system} --night {SECOND} "why"' in page
    assert (rows[system]["state"], rows[system]["age_nights"], rows[other]["state"]) == ("held", 1, "fresh")
    assert "are allowed" in rows[system]["reason_detail"]
    home.run(THIRD)
    assert home.pull(THIRD, system) == ("fresh", None)
    for each in SYSTEMS:
        assert records(home, each, THIRD) == records(undisturbed, each, THIRD)
    assert home.told(THIRD)[0] == 0


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_source_that_says_the_same_twice_is_believed(system: str, home: Home) -> None:
    home.run(SECOND, system, "other_province")
    home.run(THIRD, system, "other_province")
    said = "select decision, agrees_with from ops.pull_decision where source_id = %s order by night"
    assert home.rows(said, system) == [("loaded", None), ("held", None), ("agreed", SECOND)]
    assert home.pull(THIRD, system) == ("fresh", None)
    codes = {record["dossier_code"] for record in records(home, system, THIRD)} - {None}
    assert codes
    assert not any(code.startswith("H37") for code in codes)


def test_ordinary_nights_stay_far_from_what_is_held(undisturbed: Home) -> None:
    """With the defaults, and a world that changes faster than a province does: three nights of a few hundred dossiers."""
    rows = undisturbed.rows("select ended + updated + inserted, known from ops.pull_decision where allowed is not null")
    assert len(rows) == 4
    assert all(changes <= FloodGuard().allowed(known) for changes, known in rows)


def test_a_planned_outage_burns_no_retry_and_wakes_nobody(home: Home, undisturbed: Home) -> None:
    reason = "Nâng cấp hệ thống"
    home.begin(SECOND)
    home.province.drop("national_export", SECOND)
    home.province.collect(SECOND, "national_export")
    home.served.spoil("igate", "server_error", count=None)
    with pytest.raises(SourceUnavailableError):
        steps.collect_source(home.province.site, SECOND, "igate")
    home.configure(outages=[Outage(source="igate", first_night=SECOND, last_night=SECOND, reason=reason)])
    assert steps.collect_source(home.province.site, SECOND, "igate")["mode"] == "outage planned"
    home.finish(SECOND)
    assert home.pull(SECOND, "igate") == ("standing", "outage_planned")
    assert records(home, "igate", SECOND) == records(undisturbed, "igate", FIRST)
    assert opened(home, SECOND) == []
    code, page, rows = home.told(SECOND)
    assert code == 0
    assert (rows["igate"]["state"], rows["igate"]["reason"], rows["igate"]["age_nights"]) == (
        "outage planned",
        reason,
        1,
    )
    assert reason in page
    requests.delete(f"{home.served.url}/control/faults", timeout=30)  # it comes back before the window ends
    home.province.open(SECOND)
    home.province.collect(SECOND, "igate")
    home.finish(SECOND)
    assert home.pull(SECOND, "igate") == ("fresh", None)
    assert records(home, "igate", SECOND) == records(undisturbed, "igate", SECOND)


def test_what_is_half_restored_in_a_planned_outage_is_neither_loaded_nor_believed(home: Home) -> None:
    home.configure(outages=[Outage(source="igate", first_night=SECOND, last_night=SECOND, reason="Bảo trì")])
    home.run(SECOND, "igate", "a_tenth")
    assert home.pull(SECOND, "igate") == ("standing", "outage_planned")
    assert home.told(SECOND)[0] == 0
    home.run(THIRD, "igate", "a_tenth")
    assert home.pull(THIRD, "igate") == ("stale", "held")  # the night of the outage confirms nothing


def test_a_night_goes_on_without_a_source_that_it_has_waited_for_long_enough(home: Home) -> None:
    home.begin(SECOND)
    home.province.drop("national_export", SECOND)
    home.rows(
        "update ops.night set waits_since = waits_since - interval '3 hours 59 minutes' where night = %s returning 1",
        SECOND,
    )
    home.province.collect(SECOND, "national_export")
    home.rows(
        "update ops.night set waits_since = waits_since - interval '1 minute' where night = %s returning 1", SECOND
    )
    with pytest.raises(SourceLateError, match="run the night again to give it as long once more"):
        steps.collect_source(home.province.site, SECOND, "igate")
    assert steps.collect_source(home.province.site, SECOND, "national_export")["was_sealed"]  # and so not asked again
    home.finish(SECOND)
    assert home.pull(SECOND, "igate") == ("stale", "failed")
    code, page, _ = home.told(SECOND)
    assert (code, opened(home, SECOND)) == (2, [])
    assert "SourceLateError: no end within the time that a night waits for it (limits.wait_hours)" in page
    home.province.collect(SECOND, "igate")  # nobody waits for it any more
    home.province.open(SECOND)  # and a new run waits as long once more
    home.finish(SECOND)
    assert home.pull(SECOND, "igate") == ("fresh", None)


def test_each_state_of_a_source_is_told_with_its_age_and_reason(home: Home) -> None:
    home.begin(SECOND)
    home.served.spoil("igate", "wrong_total", count=None, path="search")
    home.province.collect(SECOND, "igate")
    with pytest.raises(SourceUnavailableError):  # no file came
        steps.collect_source(home.province.site, SECOND, "national_export")
    home.finish(SECOND)
    code, page, rows = home.told(SECOND)
    assert code == 2
    assert rows["igate"]["state"] == "incomplete"
    assert rows["igate"]["reason"] == rows["igate"]["incomplete_reason"]
    stale = rows["national_export"]
    assert (stale["state"], stale["age_nights"], stale["reason"], stale["tries_failed"]) == (
        "stale", 1, "SourceUnavailableError", 1)  # fmt: skip
    assert "incomplete: igate; stale: national_export" in page
    assert f"national_export (stale; night {FIRST} in use, age in nights: 1)" in page
    assert f"do: {stale['todo']}" in page
