"""Every connector with a source behind it, for the contract suite: a new connector adds a case here.

A fake source that a case stands on is written from docs/contracts.md alone.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doisoat.collect import collect
from doisoat.collect.expected import NothingHeld
from doisoat.collect.landing import Versions
from doisoat.collect.look_ups import collect_look_ups
from doisoat.connections import Connection
from doisoat.model import Capability
from doisoat.province.file import SourceSettings
from doisoat.sources import registry
from doisoat.sources.contract import Limits, Source

from support.exports import COLUMNS, export_row, export_table, write_csv, write_xlsx
from support.mapi_servers import (
    DSTCODE,
    HELD,
    UNKNOWN,
    FakeAdapter,
    FakeLicence,
    FakeLicenceList,
    adapter_connection,
    licence_code,
    licence_connection,
    licence_row,
    list_connection,
    listed_row,
)
from support.opencps_server import GROUP, FakeOpencps, opencps_connection, opencps_row
from support.portal_servers import formalities_page
from support.registration_server import FakeRegistration, registration_connection, registration_row
from support.reports import report, write_report_xls, write_report_xlsx
from support.servers import (
    LOCAL,
    OLD_ID,
    ROOT,
    FakeIgate,
    FakeReporting,
    FakeRestJsp,
    FakeSystem,
    Reply,
    Request,
    igate_connection,
    igate_row,
    serving,
)

LISTING = export_table([export_row(number) for number in range(230)])
VERSIONS = Versions(doisoat="0", config_fingerprint="f", reference_hash="r")


@dataclass
class Case:
    """A connector with a source behind it.

    Attributes:
        night: one that the source's clock allows.
        rows: how many records the source lists, and `declares_total` whether it says so itself.
        codes: a code that it holds and one that it does not, where it can be asked for one.
    """

    source_id: str
    options: dict[str, Any]
    connection: Connection
    night: dt.date
    system: FakeSystem | None = None
    inbox: Path | None = None
    rows: int = 230
    declares_total: bool = True
    codes: tuple[str, ...] = ()
    limits: Limits = field(default_factory=lambda: Limits(page_size=100, patience_seconds=0))
    refill: Callable[[], object] = lambda: None  # puts the same files into the inbox again

    def source(self, **changes: Any) -> Source:
        settings = SourceSettings(kind=self.source_id, options={**self.options, **changes}, limits=self.limits)
        return registry.make_source(self.source_id, settings, self.connection, LOCAL)

    def pull(self, root: Path) -> Any:
        if not self.source().capabilities & {Capability.LISTING, Capability.COUNTS}:
            return collect_look_ups(
                self.source(), self.codes, province_id="p", night=self.night, landing_root=root, versions=VERSIONS
            )
        return collect(
            self.source(), province_id="p", night=self.night, held=NothingHeld(), landing_root=root, versions=VERSIONS
        )


def _igate(stack: ExitStack, _: Path) -> Case:
    system = FakeIgate([igate_row(number) for number in range(230)] + [igate_row(900, day=None)])
    connection = igate_connection(stack.enter_context(serving(system)))
    return Case("igate", {}, connection, dt.date(2024, 4, 17), system, rows=231)


def _export(writer: Callable[..., Path], suffix: str) -> Callable[[ExitStack, Path], Case]:
    def make(_: ExitStack, inbox: Path) -> Case:
        return _filled("national_export", {"columns": COLUMNS}, inbox, lambda: writer(inbox / f"a{suffix}", LISTING))

    return make


def _drop(_: ExitStack, inbox: Path) -> Case:
    columns = {**COLUMNS, "record_id": COLUMNS["dossier_code"]}
    del columns["dossier_code"]
    listing = export_table([export_row(number) for number in range(230)], total=None)
    case = _filled("file_drop", {"columns": columns}, inbox, lambda: write_csv(inbox / "a.csv", listing))
    case.declares_total = False
    return case


def _report(writer: Callable[..., Path], suffix: str) -> Callable[[ExitStack, Path], Case]:
    def make(_: ExitStack, inbox: Path) -> Case:
        return _filled("report_workbook", {}, inbox, lambda: writer(inbox / f"a{suffix}", report("by unit")))

    return make


def _filled(kind: str, options: dict[str, Any], inbox: Path, fill: Callable[[], object]) -> Case:
    fill()
    connection = Connection(kind, conn_type="fs", extra={"path": str(inbox)})
    options = {**options, "settle_seconds": 0}
    return Case(kind, options, connection, dt.date(2024, 4, 17), inbox=inbox, refill=fill)


class _Reporting(FakeReporting):
    """With the public catalogue."""

    def answer(self, request: Request) -> Reply:
        if request.method == "POST" and request.path.endswith("/formalities"):
            procedures = {f"1.10{number:04d}": f"Thủ tục {number}" for number in range(25)}
            return Reply(formalities_page(json.loads(request.body), procedures), 201)
        return super().answer(request)


def _reporting(stack: ExitStack, _: Path) -> Case:
    system = _Reporting()
    port = stack.enter_context(serving(system))
    options = {"apis": [{"kind": "reporting_2026"}], "root_department_id": ROOT}
    connection = Connection("national_statistics", scheme="http", host="127.0.0.1", port=port)
    return Case("national_statistics", options, connection, dt.date(2026, 4, 17), system)


def _rest_jsp(stack: ExitStack, _: Path) -> Case:
    system = FakeRestJsp()
    port = stack.enter_context(serving(system))
    options = {"apis": [{"kind": "rest_jsp"}], "old_province_id": OLD_ID}
    connection = Connection("national_statistics", scheme="http", host="127.0.0.1", port=port)
    return Case("national_statistics", options, connection, dt.date(2024, 4, 17), system)


def _registration(stack: ExitStack, _: Path) -> Case:
    days = ("05/03/2024", "06/03/2024", "31/03/2024", "17/04/2024")
    system = FakeRegistration([registration_row(number, day=days[number % 4]) for number in range(230)])
    connection = registration_connection(stack.enter_context(serving(system)))
    options = {"dated_from": "2024-03-01"}
    limits = Limits(page_size=50, patience_seconds=0)
    return Case("business_registration", options, connection, dt.date(2024, 4, 17), system, limits=limits)


def _adapter(stack: ExitStack, _: Path) -> Case:
    system = FakeAdapter()
    connection = adapter_connection(stack.enter_context(serving(system)))
    options, codes = {"dstcode": DSTCODE}, (HELD, UNKNOWN)
    return Case("national_adapter", options, connection, dt.date(2024, 4, 17), system, rows=1, codes=codes)


def _licence_by_mapi(stack: ExitStack, _: Path) -> Case:
    days = ("2024-03-05", "2024-03-31", "2024-04-01")
    system = FakeLicence([licence_row(number, day=days[number % 3]) for number in range(230)])
    connection = licence_connection(stack.enter_context(serving(system)))
    options, codes = {"dated_from": "2024-03-01"}, (licence_code(7), UNKNOWN)
    night = dt.date(2024, 4, 17)
    return Case("driving_licence", options, connection, night, system, declares_total=False, codes=codes)


def _licence_by_get(stack: ExitStack, _: Path) -> Case:
    days = ("05/03/2024", "31/03/2024", "01/04/2024")
    system = FakeLicenceList([listed_row(number, day=days[number % 3]) for number in range(230)])
    connection = list_connection(stack.enter_context(serving(system)))
    options = {"access": "get", "dated_from": "2024-03-01"}
    return Case("driving_licence", options, connection, dt.date(2024, 4, 17), system)


def _opencps(stack: ExitStack, _: Path) -> Case:
    system = FakeOpencps([opencps_row(number) for number in range(230)] + [opencps_row(900, day=None)])
    connection = opencps_connection(stack.enter_context(serving(system)))
    options = {"group_id": GROUP}
    return Case("opencps", options, connection, dt.date(2024, 4, 17), system, rows=231)


CASES = {
    "opencps": _opencps,
    "business_registration": _registration,
    "driving_licence.get": _licence_by_get,
    "driving_licence.mapi": _licence_by_mapi,
    "file_drop": _drop,
    "igate": _igate,
    "national_adapter": _adapter,
    "national_export.csv": _export(write_csv, ".csv"),
    "national_export.xlsx": _export(write_xlsx, ".xlsx"),
    "national_statistics.reporting_2026": _reporting,
    "national_statistics.rest_jsp": _rest_jsp,
    "report_workbook.xls": _report(write_report_xls, ".xls"),
    "report_workbook.xlsx": _report(write_report_xlsx, ".xlsx"),
}
NETWORK = [name for name in CASES if name.split(".")[0] not in ("national_export", "file_drop", "report_workbook")]
