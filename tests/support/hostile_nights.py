"""Whole nights in which one source is hostile: what is drawn, what must hold afterwards, and the seed that gives it again.

A world, three nights of it that nobody disturbed, and for each seed a copy of the warehouse as it was after the first night: in
the second one source misbehaves while a reader holds on to what it can; the third is good again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import random
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import requests
from doisoat.errors import DoisoatError, QualityGateError
from doisoat.nights import steps
from doisoat.warehouse import order, writing
from sandbox.http.faults import KINDS
from sandbox.world import canaries
from standalone import postgres

from support.file_fuzzer import fuzz
from support.hostile_proxy import Hostile, between
from support.hostile_values import PERSONS
from support.leaks import leaks_in_database, leaks_in_files, one_of
from support.province import NIGHTS, Province
from support.readers import REFUSED, reading
from support.sandboxes import SECRET, Served, StandingClock, serve

FIRST, SECOND, THIRD = NIGHTS
#: The systems that are asked, and in what folder or by what system the others' files come.
ASKED = ("igate", "national_statistics", "business_registration", "driving_licence", "national_adapter")
FILES = {
    "national_export": "national_export",
    "judicial_record": "judicial_record",
    "provincial_report": "report_workbook",
    "national_report": "report_workbook",
    "reporting_system_report": "report_workbook",
}
#: What the sandbox does to an answer itself; the rest of its faults is waiting, which the proxy does.
FAULTS = [kind for kind in KINDS if kind not in ("latency", "missing", "rate_limit", "huge", "bomb")]
FIELDS = ("id", "code", "dossierStatus", "agency", "acceptedDate", "total", "maHoSo", "SITE_ID", "MA_COQUAN", "name")
#: No step may take longer, however little it is given: a pull is late after `WAIT`, and a small world is soon worked through.
BOUND = dt.timedelta(minutes=8)
WAIT = dt.timedelta(minutes=2)
LIMITS = {
    "patience_seconds": 0,
    "timeout_seconds": 1,
    "max_answer_megabytes": 8,
    "wait_hours": WAIT / dt.timedelta(hours=1),
}
#: What a hostile source may change in another's records: which dossiers they are found to be, and what that makes of them.
DERIVED = ("dossier_id", "duplicate_rank", "fingerprint", "updated_at")


class Broken(AssertionError):
    """What did not hold, and the seed with which it is seen again."""


@dataclasses.dataclass
class Warehouses:
    """Copies of a warehouse at a moment: a database each, dropped at the end."""

    server: postgres.Server
    prefix: str

    def dsn(self, name: str) -> str:
        return self.server.dsn(f"{self.prefix}_{name}", "warehouse")

    @contextmanager
    def copy(self, name: str, of: str) -> Iterator[str]:
        made = f"{self.prefix}_{name}"
        with psycopg.connect(self.server.dsn(), autocommit=True) as admin:
            admin.execute(f"create database {made} template {of} strategy file_copy owner warehouse")
            try:
                yield self.dsn(name)
            finally:
                admin.execute(f"drop database {made} with (force)")


class Bounded:
    """Runs steps, each within its bound; remembers the errors that came out."""

    def __init__(self) -> None:
        self.said: list[DoisoatError] = []

    def run(self, step: Callable[[], object]) -> bool:
        """Whether the step ended as it should; an error of ours is kept, any other goes on to the caller."""
        worker = ThreadPoolExecutor(1)
        try:
            worker.submit(step).result(timeout=BOUND.total_seconds())
        except TimeoutError:
            raise Broken(f"a step had not ended after {BOUND}") from None
        except DoisoatError as error:
            self.said.append(error)
            return False
        finally:
            worker.shutdown(wait=False, cancel_futures=True)
        return True


class Nights:
    """The nights of one world.

    Args:
        served: the world; what is asked of it goes through `hostile`.
        truth: a province whose three nights nobody disturbed.
    """

    def __init__(self, served: Served, hostile: Hostile, truth: Province, warehouses: Warehouses, home: Path) -> None:
        self.served, self.hostile, self.truth = served, hostile, truth
        self.warehouses, self.home = warehouses, home

    def attacked(self, seed: int) -> str:
        """One hostile night and the good one after it; returns what was done, and what became of it.

        Raises:
            Broken: with the seed, and what did not hold.
        """
        draw, home, done = random.Random(seed), self.home / f"{seed}", [f"{seed}"]
        with self.warehouses.copy("now", f"{self.warehouses.prefix}_evening") as dsn:
            province = Province(Served(self.served.world, self.hostile.url), home, dsn, **LIMITS)
            shutil.copytree(self._landings(self.truth) / str(FIRST), self._landings(province) / str(FIRST))
            try:
                self._nights(province, draw, done)
            except Exception as error:
                raise Broken(f"{'; '.join(done)}: {type(error).__name__}: {error}") from error
            finally:
                self._calm()
                shutil.rmtree(home)
        return "; ".join(done)

    def _nights(self, province: Province, draw: random.Random, done: list[str]) -> None:
        source_id = draw.choice([*ASKED, *FILES])
        bounded, kept = Bounded(), _Kept()
        with kept.logs(), reading(province.dsn) as reader:
            with psycopg.connect(reader, autocommit=True) as session:
                self._begin(province, SECOND)
                done.append(self._arm(source_id, draw))
                with psycopg.connect(reader) as holding:  # a reader's transaction, open for as long as the night takes
                    holding.execute("select * from mart.night, mart.gap")
                    is_sealed = self._collect(province, SECOND, source_id, bounded, draw, done)
                    finished = self._finish(province, SECOND, bounded)
                    self._calm()
                    done.append("sealed" if is_sealed else f"refused ({type(bounded.said[0]).__name__})")
                    _check_reader(session)
                _check(finished, f"the night of {SECOND} is lost: {bounded.said[-1:]}")
            self._hold_against_truth(province, SECOND, [one for one in province.site.source_ids if one != source_id])
            self._check_nobody(province, kept.text + "\n".join(map(str, bounded.said)))
            for error in bounded.said:
                _check("\n" not in str(error) and len(str(error)) < 1200, f"an error is not one line: {error}")
            before = len(bounded.said)
            province = Province(province.served, province.home, province.dsn, patience_seconds=0)
            self._begin(province, THIRD)
            self._collect(province, THIRD, source_id, bounded, None, done)
            _check(self._finish(province, THIRD, bounded), f"the night after is lost: {bounded.said[before:]}")
            _check(not bounded.said[before:], f"the good night after: {bounded.said[before:]}")
        self._hold_against_truth(province, THIRD, [one for one in province.site.source_ids if one != source_id])
        if not is_sealed:  # it lost nothing; which counts it is asked for depends on what is held
            self._hold_against_truth(province, THIRD, [source_id], kinds=("record",))

    # a night ------------------------------------------------------------------------------------------------------
    def _begin(self, province: Province, night: dt.date) -> None:
        self.served.move_to(self.served.world.cut_offs[NIGHTS.index(night)])
        province.open(night)

    def _collect(
        self,
        province: Province,
        night: dt.date,
        source_id: str,
        bounded: Bounded,
        draw: random.Random | None,
        done: list[str],
    ) -> bool:
        """The attacked source, as it is drawn, and the others as nobody disturbed them; whether it was sealed."""
        province.take(self.truth, night, source_id)
        if source_id in FILES:
            province.drop(FILES[source_id], night)
            files = [path for path in (province.home / "inbox").rglob("*.*") if path.is_file()]
            if draw:
                done.extend(fuzz(path, draw) for path in files)
            done.append(f"{len(files)} files")
        if source_id in province.site.look_up_only:
            return True  # asked after the load
        is_sealed = bounded.run(lambda: steps.collect_source(province.site, night, source_id))
        self._calm()  # it is asked no more tonight: what else goes this way is another source's
        return is_sealed

    def _finish(self, province: Province, night: dt.date, bounded: Bounded) -> bool:
        """The rest of the night; whether it was published."""
        site = province.site
        loaded = bounded.run(lambda: steps.load_night(site, night))
        for source_id in site.settings.asked:
            bounded.run(lambda source_id=source_id: steps.look_up_source(site, night, source_id))
        reconciled = bounded.run(lambda: steps.reconcile_night(site, night))
        return loaded and reconciled and bounded.run(lambda: publish(province, night))

    def _arm(self, source_id: str, draw: random.Random) -> str:
        if source_id in FILES:
            return source_id
        told = [source_id]
        if draw.random() < 0.3:
            fault = {"kind": draw.choice(FAULTS), "field": draw.choice(FIELDS), "to": draw.choice(PERSONS), "count": None,
                     "nth": draw.choice((0, 1)), "after": draw.choice((0, 3))}  # fmt: skip
            self.served.spoil(source_id, **fault)
            told.append(f"{fault['kind']} of {fault['field']}")
        if len(told) == 1 or draw.random() < 0.3:
            told.append(self.hostile.arm(draw))
        return ": ".join(told)

    def _calm(self) -> None:
        self.hostile.disarm()
        requests.delete(f"{self.served.url}/control/faults", timeout=30)

    # what must hold -----------------------------------------------------------------------------------------------
    def _hold_against_truth(
        self, province: Province, night: dt.date, sources: list[str], kinds: tuple[str, ...] = ("record", "total")
    ) -> None:
        listed = [one for one in sources if one not in province.site.look_up_only]
        for source_id in listed:
            held, true = (
                [said for said in one.state(night, source_id, but=DERIVED) if said[0] in kinds]
                for one in (province, self.truth)
            )
            lost, more = (_without(true, held), _without(held, true))
            _check(not lost and not more, f"{source_id} on {night}: lost {lost[:1]}, has {more[:1]}")

    def _check_nobody(self, province: Province, printed: str) -> None:
        inbox = [path for path in (province.home / "inbox").rglob("*") if path.is_dir()]
        shutil.rmtree(province.home / "inbox")  # what was refused is its owner's, and full of people
        found = (
            leaks_in_files(province.home, canaries.PATTERN)[0] + leaks_in_database(province.dsn, canaries.PATTERN)[0]
        )
        said = [pattern.pattern for pattern in (canaries.PATTERN, one_of(SECRET)) if pattern.search(printed)]
        _check(not found and not said, f"somebody is in {found + said}")
        for folder in inbox:
            folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def _landings(province: Province) -> Path:
        return province.site.landing_root / "lang_son"


def publish(province: Province, night: dt.date) -> None:
    """Check and publish, as the Dag does; a check that blocks is an error of ours."""
    for stage in ("inputs", "results"):
        try:
            steps.check_night(province.site, night, stage=stage)
        except QualityGateError as error:
            logging.getLogger(__name__).warning("%s", error)
    with writing(province.dsn) as connection:
        order.publish(connection, night, "test")


def _check_reader(session: psycopg.Connection) -> None:
    for attempt in REFUSED:
        try:
            with session.transaction():
                session.execute(attempt)
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise Broken(f"a reader may {attempt}")


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)


def _without(these: list[Any], those: list[Any]) -> list[Any]:
    left = [str(one) for one in those]
    gone = []
    for one in these:
        if str(one) in left:
            left.remove(str(one))
        else:
            gone.append(one)
    return gone


class _Kept(logging.Handler):
    """Everything that is logged."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))

    @property
    def text(self) -> str:
        return "\n".join(self._lines)

    @contextmanager
    def logs(self) -> Iterator[None]:
        root, level = logging.getLogger(), logging.getLogger().level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.removeHandler(self)
            root.setLevel(level)


@contextmanager
def undisturbed(server: postgres.Server, migrated: str, home: Path, dossiers: int) -> Iterator[Nights]:
    """A world, and its three nights as they are when nobody is hostile."""
    warehouses = Warehouses(server, f"hostile_{home.name.replace('-', '_')}")
    with (
        serve(dossiers=dossiers, last_night=THIRD, clock=StandingClock) as served,
        between(served.url) as hostile,
        warehouses.copy("truth", migrated) as dsn,
    ):
        truth = Province(served, home / "truth", dsn, patience_seconds=0)
        nights = Nights(served, hostile, truth, warehouses, home)
        _true_night(nights, FIRST)
        with warehouses.copy("evening", f"{warehouses.prefix}_truth"):
            for night in (SECOND, THIRD):
                _true_night(nights, night)
            yield nights


def _true_night(nights: Nights, night: dt.date) -> None:
    truth = nights.truth
    nights._begin(truth, night)
    for source_id in ASKED[:-1]:
        truth.collect(night, source_id)
    for kind in dict.fromkeys(FILES.values()):
        truth.drop(kind, night)
        for source_id in (name for name, of in FILES.items() if of == kind):
            steps.collect_source(truth.site, night, source_id)
    truth.finish(night)
