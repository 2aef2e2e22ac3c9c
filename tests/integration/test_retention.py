"""What retention deletes and what it never does; "as known on night X" and replays stay exact for what is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from doisoat.errors import NightBusyError, NightNotCollectedError, QualityGateError
from doisoat.nights import steps
from doisoat.nights.disk import measure
from doisoat.nights.replay import replay
from doisoat.nights.retention import apply_retention
from doisoat.province.file import Retention
from doisoat.province.site import Site
from doisoat.warehouse import connect
from doisoat.warehouse.queries import archive_of
from standalone import postgres
from support import many_nights as many
from support.quick_checks import ask_quickly
from support.world import World

NIGHTS = [dt.date(2024, 4, 10) + dt.timedelta(days=n) for n in range(8)]
BLOCKED, LICENCES_ONCE = NIGHTS[1], NIGHTS[0]
SABOTAGE = {"ledger_adds_up": BLOCKED}
KEPT = Retention(landing_nights=3, history_nights=5, revision_nights=2)
CUT, FIRST_LANDING = NIGHTS[-1 - 5], NIGHTS[-1 - 3]
AS_KNOWN = {
    table: f"select (to_jsonb(t) - 'to_night')::text from {table} t "
    "where from_night <= %(night)s and %(night)s < to_night order by 1"
    for table in ("core.dossier_record", "core.control_total", "core.identity_conflict", "recon.verdict",
                  "recon.difference", "recon.ledger_entry", "recon.cell_status", "recon.ministry_cell", "recon.cause",
                  "recon.gap")
}  # fmt: skip


def code(number: int) -> str:
    return f"H37.21.01-2404{number % 9 + 1:02}-{number:04}"


@pytest.fixture(scope="module")
def eight_nights(
    postgres_server: postgres.Server, _migrated_warehouse: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Each night a dossier more and one less, statuses that change, one night blocked, one system heard of once."""
    with (
        many.warehouse(postgres_server, "eight_nights", _migrated_warehouse) as dsn,
        pytest.MonkeyPatch.context() as patch,
    ):
        ask_quickly(patch, SABOTAGE)
        world = World(tmp_path_factory.mktemp("eight_nights"), dsn)
        for number, night in enumerate(NIGHTS):
            _run(world, number, night)
        assert world.rows("select night from ops.night where state = 'blocked'") == [(BLOCKED,)]
        yield world


def _run(world: World, number: int, night: dt.date) -> None:
    # every second one names its unit, whose last witness retention keeps anyway
    units = {n: f"unit-{n}" if n % 2 == 0 else "-" for n in range(number, number + 5)}
    here = [f"{code(n)} | {4 + (n + number) % 2 if n % 3 else 9} | {unit}" for n, unit in units.items()]
    there = [f"{code(n)} | 4" for n in range(number + 1, number + 7)]
    world.land(night, "igate", "\n".join(["code | status | agency_ref", *here]))
    world.land(night, "national_export", "\n".join(["code | status", *there]))
    if night == LICENCES_ONCE:
        world.land(night, "licences", f"code\n{code(3)}")
    world.open_and_load(night)
    steps.check_night(world.site, night, stage="inputs")
    world.reconcile(night)
    with suppress(QualityGateError):
        steps.check_night(world.site, night, stage="results")
        steps.publish_night(world.site, night)


@pytest.fixture
def world(
    postgres_server: postgres.Server, eight_nights: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A copy of the eight nights for each test."""
    ask_quickly(monkeypatch, SABOTAGE)
    with many.warehouse(postgres_server, "retained", "eight_nights") as dsn:
        yield many.copy_of(eight_nights, tmp_path, dsn)


def keeping(site: Site, retention: Retention = KEPT) -> Site:
    return replace(site, settings=site.settings.model_copy(update={"retention": retention}))


def sealed(site: Site) -> set[tuple[str, str]]:
    return {(path.parent.name, path.name) for path in (site.landing_root / "lang_son").glob("*/*")}


def as_known(world: World, night: dt.date) -> dict[str, list[tuple[object, ...]]]:
    return {table: world.rows(query, {"night": night}) for table, query in AS_KNOWN.items()}


def test_nothing_is_deleted_unless_the_province_file_says_so(world: World) -> None:
    before = many.rows_of(world.dsn, "core.%", "recon.%", "mart.%"), sealed(world.site)
    done = apply_retention(world.site)
    assert (done["landings_deleted"], done["rows_deleted"], done["revisions_expired"]) == (0, 0, 0)
    assert (many.rows_of(world.dsn, "core.%", "recon.%", "mart.%"), sealed(world.site)) == before


def test_what_was_known_on_every_night_that_is_kept_stays_exact(world: World) -> None:
    kept = [night for night in NIGHTS if night >= CUT]
    before = {night: as_known(world, night) for night in kept}
    size = len(world.rows("select record_id from core.dossier_record"))
    done = apply_retention(keeping(world.site))
    assert done["history_from"] == str(CUT)
    assert done["rows_deleted"] > 0
    assert len(world.rows("select record_id from core.dossier_record")) < size
    assert {night: as_known(world, night) for night in kept} == before
    assert world.rows("select night from mart.night order by 1") == [(night,) for night in kept]
    assert world.rows("select history_from, rows_deleted from ops.retention") == [(CUT, done["rows_deleted"])]


def test_landings_that_something_rests_on_are_never_deleted(world: World) -> None:
    before = sealed(world.site)
    done = apply_retention(keeping(world.site))
    kept = {(str(night), name) for night, name in (
        *((night, name) for night in NIGHTS if night >= FIRST_LANDING for name in ("igate", "national_export")),
        (BLOCKED, "igate"), (BLOCKED, "national_export"),  # not published: whoever mends it needs them
        (LICENCES_ONCE, "licences"),  # every later night stands on it
    )}  # fmt: skip
    assert sealed(world.site) == kept
    assert done["landings_deleted"] == len(before - kept) == 6
    assert done["bytes_deleted"] > 0
    again = apply_retention(keeping(world.site))
    assert (again["landings_deleted"], again["rows_deleted"]) == (0, 0)


def test_a_replay_starts_from_what_is_kept_or_says_from_where_it_could(world: World) -> None:
    """Replay of a sealed night with the sources off = the night, after history was cut as before."""
    apply_retention(keeping(world.site))
    before = many.rows_of(world.dsn, "core.%", "recon.%", "ops.%", "mart.%")
    for start in (None, NIGHTS[1]):
        with pytest.raises(NightNotCollectedError, match=f"--from {FIRST_LANDING}"):
            list(replay(world.site, start))
    assert [each.night for each in replay(world.site, FIRST_LANDING)] == NIGHTS[-4:]
    assert many.differing(before, many.rows_of(world.dsn, "core.%", "recon.%", "ops.%", "mart.%")) == {}


def test_history_that_is_cut_is_refused_even_where_every_landing_is_there(world: World) -> None:
    site = keeping(world.site, Retention(landing_nights=5, history_nights=6))
    apply_retention(site)
    world.rows("update ops.retention set history_from = %s", [NIGHTS[5]])
    with pytest.raises(NightNotCollectedError, match=f"before night {NIGHTS[5]} was cut.*--from {NIGHTS[6]}"):
        list(replay(site, NIGHTS[4]))


def test_what_a_later_night_asks_of_the_past_is_kept(world: World, other_warehouse_dsn: str, tmp_path: Path) -> None:
    """The next night comes out the same whether history was cut before it or not."""
    other = World(tmp_path / "other", other_warehouse_dsn)
    for landing in sorted((world.site.landing_root / "lang_son").glob("*/*")):
        target = other.site.landing_root / "lang_son" / landing.parent.name
        target.mkdir(parents=True, exist_ok=True)
        (target / landing.name).symlink_to(landing)
    list(replay(other.site))
    apply_retention(keeping(world.site))
    tonight = NIGHTS[-1] + dt.timedelta(days=1)
    for each in (world, other):
        each.run(tonight, checks=True, igate=f"code | status | agency_ref\n{code(0)} | 4 | unit-0\n{code(9)} | 9 | unit-9",
                 national_export=f"code | status\n{code(1)} | 4\n{code(9)} | 4")  # fmt: skip
    assert as_known(world, tonight) == as_known(other, tonight)


STANDS = """select 'cause', pair, dossier_id, kind, cause, basis::text from recon.cause where to_night = 'infinity'
    union all select 'verdict', pair, dossier_id, presence, standing, evidence from recon.verdict where to_night = 'infinity'
    union all select 'difference', pair, dossier_id, attribute, standing, null from recon.difference where to_night = 'infinity'
    order by 1, 2, 3, 4, 5"""


def stays_as_it_is_after_retention(world: World, **tonight: str) -> None:
    """Nothing that stands changes: not when history is cut, not in a sweep after it, not in a quiet night after that."""
    before = world.rows(STANDS)
    assert apply_retention(keeping(world.site, Retention(landing_nights=1, history_nights=2)))["rows_deleted"] > 0
    assert (swept := world.sweep(NIGHTS[4])) is not None
    assert swept.differences == 0
    world.run(NIGHTS[5], **tonight)
    assert world.rows(STANDS) == before


def test_no_cause_loses_its_witness(tmp_path: Path, warehouse_dsn: str) -> None:
    """What was last seen of a record is kept under each code that it stood under: there it is evidence."""
    world = World(tmp_path, warehouse_dsn)
    twice, other = "H37.21.01-240401-0001", "H37.21.01-240403-0003"
    rest = f"1 | {twice[:-1]}8\n2 | {twice[:-1]}9\n3 | {other}"  # a number was given twice, and both were corrected
    portal = f"code\n{twice}\n{other}"
    world.run(NIGHTS[0], igate=f"id | code\n1 | {twice}\n2 | {twice}\n3 | {other}", national_export=portal)
    for night in NIGHTS[1:5]:
        world.run(night, igate=f"id | code\n{rest}", national_export=portal)
    assert {row[2]: row[4] for row in world.rows(STANDS) if row[0] == "cause"}[twice] == "code_claimed_twice"
    stays_as_it_is_after_retention(world, igate=f"id | code\n{rest}", national_export=portal)


def test_what_a_side_that_is_down_is_judged_as_of_is_kept(tmp_path: Path, warehouse_dsn: str) -> None:
    """The province changes its dossiers every night, the portal is down for longer than history is kept."""
    world = World(tmp_path, warehouse_dsn)
    lost, different = "H37.21.01-240401-0001", "H37.21.01-240402-0002"
    here = [f"code | status\n{lost} | {n}\n{different} | {n}" for n in (5, 6, 8, 5, 6, 6)]
    world.run(NIGHTS[0], igate=here[0], national_export=f"code | status\n{different} | 4")
    for night, listed in zip(NIGHTS[1:5], here[1:5], strict=True):
        world.run(night, igate=listed)
    gaps = {(lost, "provincial_only", "gap"), (different, "status", "gap")}
    assert gaps <= {row[2:5] for row in world.rows(STANDS) if row[0] != "cause"}
    stays_as_it_is_after_retention(world, igate=here[5])


def test_replaced_revisions_go_after_their_time_and_say_so(world: World) -> None:
    reconciliation = world.site.settings.reconciliation.model_copy(update={"compared_attributes": []})
    changed = replace(world.site, settings=world.site.settings.model_copy(update={"reconciliation": reconciliation}))
    list(replay(changed))
    old = "select night from mart.night_revision where not is_standing order by 1"
    assert len(world.rows(old)) > 5
    apply_retention(keeping(world.site, Retention(revision_nights=2)))
    assert world.rows(old) == [(night,) for night in NIGHTS if night >= NIGHTS[-3]]
    assert world.rows("select distinct night from archive.comparison order by 1") == world.rows(old)
    with connect(world.dsn) as connection, pytest.raises(NightNotCollectedError, match="deleted"):
        archive_of(connection, NIGHTS[3], 1)


def test_retention_waits_for_a_replay(world: World) -> None:
    replaying = replay(world.site)
    next(replaying)
    with pytest.raises(NightBusyError, match="replay"):
        apply_retention(keeping(world.site))
    list(replaying)
    assert apply_retention(keeping(world.site))["landings_deleted"] > 0


def test_history_must_outlive_the_landings() -> None:
    for given in ({"history_nights": 10}, {"history_nights": 10, "landing_nights": 10}):
        with pytest.raises(ValueError, match="more than landing_nights"):
            Retention(**given)


def test_the_disk_that_is_taken_is_shown_and_kept(world: World) -> None:
    apply_retention(world.site)
    shown, kept = measure(world.site), dict(world.rows("select place, bytes from ops.disk"))
    assert shown["landing"] == kept["landing"] == sum(
        path.stat().st_size for path in (world.site.landing_root / "lang_son").rglob("*") if path.is_file()
    )  # fmt: skip
    assert set(kept) == set(shown) >= {"schema core", "schema recon", "schema archive", "database", "logs", "free"}
    assert kept["database"] > kept["schema core"] > 0
