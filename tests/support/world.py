"""A small warehouse from ASCII tables: what each source says on each night, landed, loaded and reconciled for real.

    world = World(tmp_path, warehouse_dsn)
    world.run("2024-04-18", igate='''
        code                  | national              | status
        H37.21.01-240401-0001 |                       | 10
        H37.21.01-240402-0002 | G22.99-240402-0002    | 4
    ''', national_export='''
        code                  | status
        H37.21.01-240401-0001 | 9
    ''')
    assert world.verdicts("2024-04-18") == [...]

A column is a field of DossierRecord or one of COLUMNS' short names; a field without a column gets its default, on every
side the same, so that a table states only what matters: `received` is 08:00 on the day that the code names, `due` five
days later, the agency is the code's, procedure 1.000482, channel direct, status 4. An empty cell, or `-`, is NULL; `=` is the
default. The column `unread` names what of a row
could not be read. Times are local: `2024-04-01` (08:00) or `2024-04-01 23:59`. Nothing here is personal, and nothing is decoded.
"""

from __future__ import annotations

import copy
import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import yaml
from doisoat.collect.landing import Landing, LandingWriter, Versions, landing_directory
from doisoat.collect.screen import Screen
from doisoat.connections import Connection, connection_from_environment
from doisoat.model import (
    CellCertificate,
    ControlTotal,
    DossierRecord,
    Page,
    PublishedScore,
    PullCertificate,
    QuarantinedRow,
)
from doisoat.nights import steps
from doisoat.nights.sweep import Swept, sweep
from doisoat.province.file import load_province
from doisoat.province.site import Site
from doisoat.warehouse import order, writing
from psycopg.types.datetime import DateLoader

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
DEFAULT = "="
UNREAD = "unread"
COLUMNS = {
    "id": "record_id", "code": "dossier_code", "national": "linked_codes", "links": "linked_codes",
    "agency": "agency_code", "procedure": "procedure_code", "status": "status_code", "channel": "channel_code",
    "payment": "online_payment_code", "submitted": "submitted_at", "received": "received_at", "due": "due_at",
    "finished": "finished_at", "returned": "returned_at", "updated": "updated_at", "digitised": "has_digitised_parts",
    "removed": "is_removed",
}  # fmt: skip
AGENCIES = """agency_id,code,old_code,name,level,parent_id,valid_from,valid_to
H37,H37,000.00.00.H37,UBND tỉnh Lạng Sơn,province,,2020-01-01,
H37.03,H37.03,000.00.03.H37,Sở Tư pháp,department,H37,2020-01-01,
H37.21,H37.21,000.00.21.H37,UBND huyện Tràng Định,district,H37,2020-01-01,2025-07-01
H37.21.01,H37.21.01,000.01.21.H37,UBND xã Quốc Khánh,commune,H37.21,2020-01-01,2025-07-01
H37.21.02,H37.21.02,000.02.21.H37,UBND xã Tân Tiến,commune,H37.21,2020-01-01,2025-07-01
H37.101,H37.101,,UBND xã Quốc Khánh,commune,H37,2025-07-01,
"""
PROCEDURES = """procedure_code,name,field_code,field_name
1.000482,Đăng ký khai tử,H37.LV01,Hộ tịch
1.001193,Đăng ký khai sinh,H37.LV01,Hộ tịch
2.000635,Cấp bản sao trích lục hộ tịch,H37.LV01,Hộ tịch
"""
SAME_CODES = {str(number): number for number in range(1, 11)}
CODE_MAPS = {
    "status": [{"map": SAME_CODES}],
    "channel": [{"map": {"": "direct", "1": "direct", "2": "online", "3": "post"}}],
    "online_payment": [{"map": {"0": "none", "1": "national", "2": "provincial"}}],
}
PROVINCE: dict[str, Any] = {
    "province": {"id": "lang_son", "code": "H37", "name": "Lạng Sơn", "agencies": "agencies.csv",
                 "successions": "successions.csv", "procedures": "procedures.csv"},
    "sources": {
        "igate": {"kind": "igate", "code_maps": CODE_MAPS},
        "national_export": {"kind": "national_export", "code_maps": CODE_MAPS},
        "national_statistics": {"kind": "national_statistics"},
        "licences": {"kind": "igate", "side": "ministry", "code_maps": CODE_MAPS},
    },
    "reconciliation": {"declared_by": ["igate.dossiers_not_removed", "national_export.dossiers"]},
}  # fmt: skip
VERSIONS = Versions(doisoat="test", config_fingerprint="test", reference_hash="test", decoder="test")


class World:
    """One province at work on one warehouse.

    Args:
        directory: for the province file and the landings.
        dsn: a migrated, empty warehouse (fixture `warehouse_dsn`).
        sources: settings of single sources, on top of PROVINCE's, and of further ones.
        connections: of sources that are really asked.
        reconciliation: settings of the province file's section of that name, on top of PROVINCE's.
    """

    def __init__(
        self,
        directory: Path,
        dsn: str,
        *,
        sources: Mapping[str, Any] | None = None,
        connections: Mapping[str, Connection] | None = None,
        **reconciliation: Any,
    ) -> None:
        self.dsn = dsn
        self._held: dict[str, dict[str, DossierRecord]] = {}
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
        (directory / "successions.csv").write_text("agency_id,successor_id,since\n", encoding="utf-8")
        (directory / "procedures.csv").write_text(PROCEDURES, encoding="utf-8")
        file = directory / "province.yaml"
        known = PROVINCE["sources"]
        merged = {
            name: {**known.get(name, {}), **(sources or {}).get(name, {})} for name in {**known, **(sources or {})}
        }
        content = {
            **PROVINCE, "sources": merged, "reconciliation": {**PROVINCE["reconciliation"], **reconciliation}
        }  # fmt: skip
        file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        self.site = Site(
            settings=load_province(file),
            connections=lambda name: (
                (connections or {}).get(name) or connection_from_environment(name, {"AIRFLOW_CONN_WAREHOUSE": dsn})
            ),
            landing_root=directory / "landing",
        )

    def moved_to(self, dsn: str) -> World:
        """The same province at work on another warehouse, such as a copy of this one."""
        other = copy.copy(self)
        other.dsn = dsn
        warehouse = connection_from_environment("warehouse", {"AIRFLOW_CONN_WAREHOUSE": dsn})
        asked = self.site.connections
        other.site = replace(self.site, connections=lambda name: warehouse if name == "warehouse" else asked(name))
        return other

    def move(self, agency_id: str, parent_id: str, since: str) -> None:
        """From that day on the agency stands below another one: so the reference says from the next load on."""
        file = self.site.settings.path.with_name("agencies.csv")
        with file.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        last = [row for row in rows if row["agency_id"] == agency_id][-1]
        rows.append({**last, "parent_id": parent_id, "valid_from": since})
        last["valid_to"] = since
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(last))
            writer.writeheader()
            writer.writerows(rows)

    # one step at a time -------------------------------------------------------------------------------------------
    def land(
        self,
        night: str | dt.date,
        source_id: str,
        table: str | Sequence[DossierRecord] = "",
        *,
        mode: str | None = None,
        is_complete: bool = True,
        totals: Iterable[ControlTotal] | None = None,
        scores: Iterable[PublishedScore] = (),
        quarantined: int = 0,
        unreadable: Sequence[str] = (),
        cut_off: str | None = None,
        cells: Iterable[CellCertificate] = (),
        collected_late: bool = False,
        unstated: Sequence[str] = (),
        screen: Screen | None = None,
    ) -> Landing:
        """Seal what a source said for a night.

        Args:
            mode: full by default (counts for a source without rows' table); incremental: the table holds changes.
            totals: what it declares; by default what it truly shows, at the grains that this source declares.
            quarantined: how many rows could not be read (they are not in the table and are in no total).
            unreadable: keys of further such rows, whose keys could be read; `totals` may count them.
            cut_off: the source's clock, local; by default 00:30 after the night.
            unstated: the fields that it does not state at all.
            screen: what is kept of its words; by default all, since tables hold what tests are about.
        """
        night = _date(night)
        rows = read_records(table, keyed=source_id != "national_export") if isinstance(table, str) else list(table)
        unread = unread_fields(table) if isinstance(table, str) else [()] * len(rows)
        whole_rows = [row for row, fields in zip(rows, unread, strict=True) if not fields]
        mode = mode or ("counts" if source_id == "national_statistics" else "full")
        moment = _time(cut_off) if cut_off else dt.datetime.combine(night + dt.timedelta(days=1), dt.time(0, 30), LOCAL)
        shown = self._show(source_id, rows, mode)
        declared = _declare(source_id, shown, moment) if totals is None else list(totals)
        whole = next((t.value for t in declared if t.period_kind == "all" and t.measure == "dossiers"), None)
        reject = [
            QuarantinedRow(position=f"page 1 row {900 + n}", reason="impossible_date", field="due_at")
            for n in range(quarantined)
        ] + [
            QuarantinedRow(position=f"page 2 row {n}", reason="impossible_date", field="due_at", record_id=key)
            for n, key in enumerate(unreadable)
        ]
        reject += [
            _in_part(row, fields, f"page 3 row {n}", by_month=source_id != "national_export")
            for n, (row, fields) in enumerate(zip(rows, unread, strict=True))
            if fields
        ]
        certificate = PullCertificate(
            source_id=source_id, night=night, mode=mode, started_at=moment, ended_at=moment, cut_off=moment,
            requests=2, pages=1, received=len(whole_rows) + len(reject), decoded=len(whole_rows), quarantined=len(reject),
            declared_before=whole, declared_after=whole, is_complete=is_complete,
            incomplete_reason=None if is_complete else "told so by the test",
            watermark=moment if source_id == "igate" else None, cells=tuple(cells),
            unstated=tuple(unstated),
        )  # fmt: skip
        with LandingWriter(self.site.landing_root, self.site.settings.province.id, night, source_id, screen) as writer:
            writer.write_page(Page(records=whole_rows, quarantined=reject))
            for total in declared:
                writer.write_total(total)
            for score in scores:
                writer.write_score(score)
            return writer.seal(certificate, VERSIONS, collected_late=collected_late)

    def open_and_load(self, night: str | dt.date) -> None:
        """Open the night and load every landing it has."""
        steps.open_night(self.site, _date(night), run_id="test")
        steps.load_night(self.site, _date(night), run_id="test")

    def reconcile(self, night: str | dt.date) -> None:
        """Compare the sides as now loaded."""
        steps.reconcile_night(self.site, _date(night), run_id="test")

    def sweep(self, night: str | dt.date) -> Swept | None:
        """Derive the latest night anew as a whole, and hold it against what stands."""
        with writing(self.dsn) as connection:
            return sweep(connection, self.site.settings, _date(night))

    def publish(self, night: str | dt.date) -> None:
        """Publish without asking the checks."""
        with writing(self.dsn) as connection:
            order.publish(connection, _date(night), "test")

    # a whole night ------------------------------------------------------------------------------------------------
    def run(self, night: str | dt.date, *, checks: bool = False, **tables: str) -> None:
        """One night: land each source named (a source left out is down), load, reconcile and publish.

        Args:
            checks: ask the checks too, and raise QualityGateError where a critical one fails; by their own queries alone,
                but where the test asks for `great_expectations`.
            tables: source_id = its ASCII table, in full.
        """
        night = _date(night)
        for source_id, table in tables.items():
            if not landing_directory(self.site.landing_root, self.site.settings.province.id, night, source_id).exists():
                self.land(night, source_id, table)
        self.open_and_load(night)
        if checks:
            steps.check_night(self.site, night, stage="inputs", run_id="test")
        self.reconcile(night)
        if checks:
            steps.check_night(self.site, night, stage="results", run_id="test")
            steps.publish_night(self.site, night, run_id="test")
        else:
            self.publish(night)

    # what came of it ----------------------------------------------------------------------------------------------
    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Whatever the query gives (infinity as date.max or date.min); a statement without rows is run and committed."""
        with psycopg.connect(self.dsn, options="-c timezone=UTC") as connection:
            connection.adapters.register_loader("date", _InfiniteDateLoader)
            cursor = connection.execute(query, parameters)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def verdicts(self, night: str | dt.date) -> list[tuple[str, str, str]]:
        """(dossier, presence, standing) of every dossier that is not simply matched."""
        return self._as_of(night, "dossier_id, presence, standing", "verdict")

    def differences(self, night: str | dt.date) -> list[tuple[str, str, str | None, str | None]]:
        """(dossier, attribute, national value, provincial value)."""
        return self._as_of(night, "dossier_id, attribute, national_value, provincial_value", "difference")

    def entries(self, night: str | dt.date) -> list[tuple[str, str, int]]:
        """(dossier, kind, sign) of the ledger."""
        return self._as_of(night, "dossier_id, entry_kind, sign", "ledger_entry")

    def _as_of(self, night: str | dt.date, columns: str, table: str) -> list[Any]:
        held = "from_night <= %(night)s and %(night)s < to_night"
        return self.rows(f"select {columns} from recon.{table} where {held} order by 1, 2, 3", {"night": _date(night)})

    def _show(self, source_id: str, rows: list[DossierRecord], mode: str) -> list[DossierRecord]:
        """What the source shows after these rows, as its own counts would say."""
        held = self._held.get(source_id, {}) if mode == "incremental" else {}
        by_key = {row.record_id or f"row {place}": row for place, row in enumerate(rows)}
        self._held[source_id] = {**held, **by_key}
        return list(self._held[source_id].values())


class _InfiniteDateLoader(DateLoader):
    def load(self, data: Any) -> dt.date:
        return {b"infinity": dt.date.max, b"-infinity": dt.date.min}.get(bytes(data)) or super().load(data)


def read_records(table: str, *, keyed: bool = True) -> list[DossierRecord]:
    """The rows of an ASCII table; `keyed` sources have record ids (by default `id-<code>`)."""
    lines = [line.strip() for line in table.splitlines() if line.strip() and not set(line.strip()) <= set("-+| ")]
    if not lines:
        return []
    headings = [COLUMNS.get(heading.strip(), heading.strip()) for heading in lines[0].split("|")]
    unknown = set(headings) - set(DossierRecord.__struct_fields__) - {UNREAD}
    if unknown:
        raise ValueError(f"no such column: {', '.join(sorted(unknown))}")
    return [
        _record(dict(zip(headings, (cell.strip() for cell in line.split("|")), strict=True)), keyed)
        for line in lines[1:]
    ]


def unread_fields(table: str) -> list[tuple[str, ...]]:
    """What of each row of an ASCII table could not be read: its column `unread`, fields or short names with spaces between."""
    lines = [line.strip() for line in table.splitlines() if line.strip() and not set(line.strip()) <= set("-+| ")]
    headings = [heading.strip() for heading in lines[0].split("|")] if lines else []
    if UNREAD not in headings:
        return [()] * len(lines[1:])
    at = headings.index(UNREAD)
    return [tuple(COLUMNS.get(name, name) for name in line.split("|")[at].split()) for line in lines[1:]]


def _in_part(row: DossierRecord, unread: tuple[str, ...], position: str, *, by_month: bool) -> QuarantinedRow:
    """What a connector makes of a row with such fields."""
    blanks: dict[str, Any] = {name: () if name == "linked_codes" else None for name in unread if name != "is_removed"}
    read = msgspec.structs.replace(row, **blanks)
    if "dossier_code" in unread and row.record_id is None:
        read = msgspec.structs.replace(read, record_id=None)
    return QuarantinedRow(
        position=position,
        reason="unreadable",
        field=unread[0],
        record_id=read.record_id or read.dossier_code,
        read=read,
        unread=unread,
        receipt_month=row.received_at.astimezone(LOCAL).date().replace(day=1) if by_month and row.received_at else None,
    )


def total(value: int | None, measure: str = "dossiers", **facts: Any) -> ControlTotal:
    """A control total; `month="2024-04"` or `period_kind=...` and the other fields of ControlTotal."""
    if "month" in facts:
        facts.update(receipt_month=dt.date.fromisoformat(facts.pop("month") + "-01"), period_kind="month")
    moment = facts.pop("measured_at", dt.datetime(2024, 4, 19, tzinfo=LOCAL))
    return ControlTotal(measure=measure, value=value, measured_at=moment, **facts)


def _record(cells: dict[str, str], keyed: bool) -> DossierRecord:
    values: dict[str, Any] = {
        name: _value(name, cell) for name, cell in cells.items() if cell != DEFAULT and name != UNREAD
    }
    code = values.get("dossier_code")
    day = _day_of(code)
    received = values.setdefault("received_at", day and dt.datetime.combine(day, dt.time(8), LOCAL))
    values.setdefault("due_at", received and received + dt.timedelta(days=5))
    values.setdefault("updated_at", received)
    values.setdefault("agency_code", code.split("-")[0] if code and not code.startswith("G22") else "H37.21.01")
    values.setdefault("procedure_code", "1.000482")
    values.setdefault("channel_code", "1")
    values.setdefault("status_code", "4")
    values.setdefault("record_id", f"id-{code}" if keyed else None)
    return DossierRecord(**values)


def _day_of(code: str | None) -> dt.date | None:
    found = re.search(r"-(?:20)?(\d{6})-\d{4,7}$", code or "")
    return dt.datetime.strptime(found[1], "%y%m%d").date() if found else None


def _value(name: str, cell: str) -> Any:
    if name == "linked_codes":
        return tuple(code for code in cell.split() if code != "-")
    if name == "is_removed":
        return cell in ("yes", "t", "true")
    if cell in ("", "-"):
        return None
    if name == "has_digitised_parts":
        return cell in ("yes", "t", "true")
    return _time(cell) if name.endswith("_at") else cell


def _time(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if len(text) == len("2024-04-01"):
        moment = moment.replace(hour=8)
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)


def _date(night: str | dt.date) -> dt.date:
    return dt.date.fromisoformat(night) if isinstance(night, str) else night


def _declare(source_id: str, rows: list[DossierRecord], moment: dt.datetime) -> list[ControlTotal]:
    if source_id == "national_statistics":
        return []
    if source_id == "national_export":
        return [ControlTotal(measure="dossiers", value=len(rows), measured_at=moment)]
    totals = []
    months = {row.received_at.astimezone(LOCAL).date().replace(day=1) if row.received_at else None for row in rows}
    for measure in ("dossiers", "dossiers_not_removed"):
        counted = [row for row in rows if measure == "dossiers" or not row.is_removed]
        totals.append(ControlTotal(measure=measure, value=len(counted), measured_at=moment))
        for month in months | {None}:
            here = [
                r for r in counted if (r.received_at and r.received_at.astimezone(LOCAL).date().replace(day=1)) == month
            ]
            kind = "month" if month else "undated"
            totals.append(
                ControlTotal(
                    measure=measure, value=len(here), measured_at=moment, receipt_month=month, period_kind=kind
                )
            )
    return totals
