"""Everything that a source's faults leave behind, searched for people and passwords (docs/privacy.md)."""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from doisoat.errors import SourceError
from doisoat.nights import steps
from sandbox.http.faults import KINDS, Fault
from sandbox.world import canaries

from support.leaks import leaks_in_database, leaks_in_files, one_of
from support.province import NIGHTS, Province
from support.sandboxes import SECRET, serve

NAME = canaries.full_name(7).rstrip(" 7")  # as people are called, without a number
OF_FIELDS = ("changed_shape", "missing_field", "changed_type", "changed_value")
FIELDS: dict[str, tuple[str, ...]] = {
    "igate": ("code", "id", "dossierStatus", "agency", "name", "acceptedDate"),
    "business_registration": ("RECEIPT_DATE", "PROCESS_STATUS", "SITE_ID", "DOCUMENT_TYPE"),
    "driving_licence": ("maHoSo", "maDonVi", "loaiHoSo", "ngayNhanHoSo"),
    "national_statistics": ("HS_TOTAL", "MA_COQUAN"),
    "national_adapter": ("MATTHC", "MADONVI", "TENDONVI", "CAPDONVI"),  # names of procedures are published text
}
#: Files: a label of each that may be another one day.
LABELS = {"national_export": "Mã hồ sơ", "judicial_record": "Trạng thái", "report_workbook": "Tổng số"}
OF_FILES = ("cut_off", "html_200", "empty_body", "changed_shape", "huge", "repeated", "missing")
#: Where its rows come from: a fault of every answer spoils the login already.
LISTINGS = {
    "igate": "search",
    "business_registration": "danhSachHoSo",
    "driving_licence": "/g",
    "national_statistics": "jsp",
    "national_adapter": "/g",
}


def faults_of(system: str) -> Iterator[dict[str, Any]]:
    """Every fault that the sandbox can switch on, each with a person in it where there is room for one."""
    for kind in KINDS:
        for name in FIELDS[system] if kind in OF_FIELDS else ("",):
            yield {"kind": kind, "field": name, "to": NAME, "size": 9 << 20, "nth": int(kind == "changed_value")}


def pull(province: Province, system: str, number: int) -> None:
    """Ask a system for all it tells; the adapter's catalogues are read once a day, so each pull has a day of its own."""
    if system == "national_adapter":
        at = dt.datetime.combine(NIGHTS[0], dt.time(1), dt.UTC) + dt.timedelta(days=number)
        steps.sync_catalogue(province.site, system, at=at)
    else:
        province.collect(NIGHTS[0], system)


def check_faults(system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every fault of a system that is asked, one after the other; then nobody is in anything that was written or told."""
    caplog.set_level(logging.DEBUG)
    told, sealed = [], 0
    with serve(dossiers=40, last_night=NIGHTS[-1]) as served:
        served.move_to(served.world.cut_offs[0])
        province = Province(served, tmp_path, warehouse_dsn, patience_seconds=0, max_answer_megabytes=8)
        province.open(NIGHTS[0])
        for number, fault in enumerate(faults_of(system)):
            for path in {"", LISTINGS[system]} - ({""} if fault["kind"] in OF_FIELDS else set()):
                served.spoil(system, **{**fault, "count": None, "path": path, "seconds": 0})
                try:
                    pull(province, system, number)
                    sealed += 1
                except SourceError:
                    told.append(traceback.format_exc())
                requests.delete(f"{served.url}/control/faults", timeout=30)
                province.put_away(NIGHTS[0])
    assert len(told) > 10
    assert sealed > 10
    check_nobody(tmp_path, warehouse_dsn, "\n".join(told) + caplog.text)


def check_faults_of_a_file(system: str, tmp_path: Path, warehouse_dsn: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every fault of a file that is dropped, one after the other; then nobody is in anything that was written or told."""
    caplog.set_level(logging.DEBUG)
    told, sealed = [], 0
    source_id = {"report_workbook": "provincial_report"}.get(system, system)
    with serve(dossiers=40, last_night=NIGHTS[-1]) as served:
        province = Province(served, tmp_path / "home", warehouse_dsn, max_answer_megabytes=8)
        province.open(NIGHTS[0])
        for kind in OF_FILES:
            province.drop(system, NIGHTS[0], Fault(system, kind, field=LABELS[system], to=NAME, size=9 << 20))
            try:
                sealed += steps.collect_source(province.site, NIGHTS[0], source_id)["mode"] != "nothing new"
            except SourceError:
                told.append(traceback.format_exc())
            province.put_away(NIGHTS[0])
    shutil.rmtree(tmp_path / "home" / "inbox")  # what was refused is its owner's, and full of people
    assert (len(told) >= 5, sealed) == (True, 1)
    check_nobody(tmp_path, warehouse_dsn, "\n".join(told) + caplog.text)


def check_nobody(home: Path, dsn: str, printed: str) -> None:
    """Nobody's data and no password of the sandbox is in the home, the warehouse or what was printed."""
    assert leaks_in_files(home, canaries.PATTERN)[0] == []
    assert leaks_in_database(dsn, canaries.PATTERN)[0] == []
    for pattern in (canaries.PATTERN, one_of(SECRET)):
        assert not pattern.search(printed)
