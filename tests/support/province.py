"""Lạng Sơn against a simulated world, night by night and step by step, within the test's own process."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

import psycopg
from doisoat.collect.landing import Landing, open_landing
from doisoat.connections import connection_from_environment
from doisoat.nights import steps
from doisoat.province.file import SourceSettings, load_province
from doisoat.province.site import Site
from doisoat.warehouse import order, writing
from sandbox.http.faults import Fault
from sandbox.systems.judicial_record import JudicialRecord
from sandbox.systems.national_export import NationalExport
from sandbox.systems.report_workbook import ReportWorkbook
from standalone.sandbox import REPORTS, Sandbox

from support.sandboxes import SECRET, USER, Served

PROJECT = Path(__file__).parents[2]
NIGHTS = [dt.date(2024, 4, day) for day in (17, 18, 19)]
DROPPED = {"national_export": NationalExport, "judicial_record": JudicialRecord, "report_workbook": ReportWorkbook}
_STATE = """
    select 'record', to_jsonb(r) - '{from_night, to_night}'::text[] - %(but)s::text[]
    from core.dossier_record r
    where source_id = any(%(sources)s) and from_night <= %(night)s and %(night)s < to_night
    union all
    select 'total', to_jsonb(t) - '{from_night, to_night}'::text[] - %(but)s::text[]
    from core.control_total t
    where source_id = any(%(sources)s) and from_night <= %(night)s and %(night)s < to_night
    order by 1, 2"""


class Province:
    """One home of the province.

    Args:
        served: the world at the moment at which a night is read; set another one for the next night.
        home: for landings and inboxes.
        dsn: of a migrated warehouse.
        limits: of every source, on top of the province file's.
    """

    def __init__(self, served: Served, home: Path, dsn: str, **limits: Any) -> None:
        self.served, self.home, self.dsn = served, home, dsn
        settings = load_province(PROJECT / "config" / "lang_son.yaml")
        sources = {name: _quick(source, limits) for name, source in settings.sources.items()}
        self.site = Site(settings.model_copy(update={"sources": sources}), self._connection, home / "landing")
        for folder in ("judicial_record", *(f"reports/{office}" for office in REPORTS.values())):
            (home / "inbox" / folder).mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        """What a process of its own needs to work here."""
        here = {"DOISOAT_LANDING": str(self.site.landing_root), "DOISOAT_PROVINCE": str(self.site.settings.path)}
        return {**os.environ, **self._connections(), **here}

    def _connection(self, name: str) -> Any:
        return connection_from_environment(name, self._connections())

    def _connections(self) -> dict[str, str]:
        port = int(self.served.url.rpartition(":")[2])
        there = Sandbox(
            self.home, NIGHTS[-1], len(NIGHTS), 0, port=port, client_id=USER, client_secret=SECRET, api_key=SECRET
        )
        return {**there.connections(), "AIRFLOW_CONN_WAREHOUSE": self.dsn}

    # a night ------------------------------------------------------------------------------------------------------
    def drop(self, kind: str, night: dt.date, *faults: Fault) -> None:
        """Let the files of a system appear in the inbox as they do on that night; of reports the newest alone."""
        for old in (self.home / "inbox").rglob("*.*"):
            old.unlink()
        world = self.served.world
        DROPPED[kind](world, self.home / "inbox").drop(world.cut_offs[NIGHTS.index(night)], list(faults))
        for office in (self.home / "inbox" / "reports").iterdir():
            for older in sorted(office.iterdir())[:-1]:
                older.unlink()

    def open(self, night: dt.date) -> None:
        steps.open_night(self.site, night, run_id="test")

    def collect(self, night: dt.date, source_id: str) -> Landing:
        """Collect one source; its landing, or what was sealed of it before."""
        steps.collect_source(self.site, night, source_id)
        return open_landing(self.site.landing_root, "lang_son", night, source_id)

    def take(self, other: Province, night: dt.date, *but: str) -> None:
        """Take over what another home sealed for a night, of every source but these."""
        for sealed in (other.site.landing_root / "lang_son" / str(night)).iterdir():
            if sealed.name not in but and ".look_ups" not in sealed.name:
                shutil.copytree(sealed, self.site.landing_root / "lang_son" / str(night) / sealed.name)

    def put_away(self, night: dt.date) -> None:
        """Set what was sealed for a night aside, so that it is collected anew; it stays below the home."""
        landing = self.site.landing_root / "lang_son" / str(night)
        if landing.exists():
            landing.rename(self.home / f"put-away-{uuid.uuid4().hex}")

    def finish(self, night: dt.date) -> None:
        """Load, look up, reconcile and publish, without asking the checks (they take the longest)."""
        steps.load_night(self.site, night)
        for source_id in self.site.settings.asked:
            steps.look_up_source(self.site, night, source_id)
        steps.reconcile_night(self.site, night)
        with writing(self.dsn) as connection:
            order.publish(connection, night, "test")

    # what came of it ----------------------------------------------------------------------------------------------
    def sealed(self, night: dt.date) -> list[str]:
        """What stands among the night's landings, hidden leftovers included."""
        return sorted(path.name for path in (self.site.landing_root / "lang_son" / str(night)).glob("*"))

    def state(self, night: dt.date, *sources: str, but: tuple[str, ...] = ()) -> list[tuple[str, dict[str, Any]]]:
        """Records and declared totals of these sources as known on a night, without some of their columns."""
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(_STATE, {"sources": list(sources), "night": night, "but": list(but)}).fetchall()


def _quick(source: SourceSettings, limits: dict[str, Any]) -> SourceSettings:
    """The same without waiting to see whether a file still grows."""
    is_file = source.kind in ("national_export", "file_drop", "report_workbook")
    options = {**source.options, **({"settle_seconds": 0} if is_file else {})}
    return source.model_copy(update={"limits": source.limits.model_copy(update=limits), "options": options})
