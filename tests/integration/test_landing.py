"""The landing: sealed whole or not at all, verified when opened, and fit for PostgreSQL's COPY (landing.py)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg
import pytest
from doisoat.collect import landing as module
from doisoat.collect.landing import FileSeal, Landing, LandingWriter, Versions, open_landing
from doisoat.collect.record_csv import COPY_OPTIONS, RECORD_COLUMNS
from doisoat.errors import ConfigurationError, LandingDamagedError, NightNotCollectedError
from doisoat.model import ControlTotal, DossierRecord, Page, PullCertificate, QuarantinedRow

NIGHT = dt.date(2024, 4, 17)
LOCAL = dt.timezone(dt.timedelta(hours=7))
AT = dt.datetime(2024, 4, 18, 1, 0, 0, 123000, tzinfo=LOCAL)
WHERE = ("p", NIGHT, "igate")
VERSIONS = Versions(doisoat="0", config_fingerprint="f", reference_hash="r", decoder="igate/1")
#: What could upset a CSV, an array literal or PostgreSQL.
AWKWARD = ['a"b', "a\\b", "\\N", "null", "a,b", "{a}", "", "Đối Soát 𠀋", "\\", '"', "a'b", "{}", "\\.", "\\n"]


def certificate(received: int = 0) -> PullCertificate:
    return PullCertificate(
        source_id="igate",
        night=NIGHT,
        mode="full",
        started_at=AT,
        ended_at=AT,
        cut_off=AT,
        requests=1,
        pages=1,
        received=received,
        decoded=received,
        quarantined=0,
        declared_before=received,
        declared_after=received,
        is_complete=True,
    )


def written(root: Path, records: list[DossierRecord], *originals: FileSeal) -> Landing:
    with LandingWriter(root, *WHERE) as writer:
        writer.write_page(Page(records, [QuarantinedRow(position="page 0 row 3", reason="impossible_date")]))
        writer.write_page(Page([]))
        writer.write_total(ControlTotal(measure="dossiers", value=len(records), measured_at=AT, flags=("X",)))
        assert (writer.pages, writer.decoded, writer.received) == (2, len(records), len(records) + 1)
        return writer.seal(certificate(len(records)), VERSIONS, originals=originals)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    written(tmp_path, [DossierRecord(record_id="1")])
    landing = open_landing(tmp_path, *WHERE)
    assert landing.directory == tmp_path / "p" / "2024-04-17" / "igate"
    assert landing.certificate == certificate(1)
    assert landing.manifest.versions == VERSIONS
    assert list(landing.totals()) == [ControlTotal(measure="dossiers", value=1, measured_at=AT, flags=("X",))]
    assert list(landing.quarantined()) == [QuarantinedRow(position="page 0 row 3", reason="impossible_date")]
    assert {path.name for path in landing.directory.iterdir()} == {
        "records.csv.zst", "totals.jsonl", "scores.jsonl", "procedures.jsonl", "quarantine.jsonl", "look_ups.jsonl",
        "catalogue.jsonl", "manifest.json",
    }  # fmt: skip


def test_the_records_can_be_copied_into_postgresql_as_they_were(tmp_path: Path, postgres_dsn: str) -> None:
    records = [
        DossierRecord(
            record_id=f"r{number}",
            dossier_code=text or None,
            linked_codes=tuple(AWKWARD[: number + 1]),
            agency_name=f"x{text}x",
            received_at=AT,
            updated_at=dt.datetime(1900, 1, 1, tzinfo=dt.UTC),
            has_digitised_parts=(None, True, False)[number % 3],
            is_removed=number % 2 == 1,
        )
        for number, text in enumerate(AWKWARD)
    ]
    records.append(DossierRecord(record_id=None))
    landing = written(tmp_path, records)
    types = {"linked_codes": "text[]", "has_digitised_parts": "boolean", "is_removed": "boolean"}
    columns = ", ".join(
        f"{name} {types.get(name, 'timestamptz' if name.endswith('_at') else 'text')}" for name in RECORD_COLUMNS
    )
    with psycopg.connect(postgres_dsn) as connection:
        connection.execute(f"create temporary table staging ({columns})")
        with connection.cursor().copy(f"copy staging from stdin with ({COPY_OPTIONS})") as copy:
            for chunk in landing.records_csv():
                copy.write(chunk)
        rows = connection.execute("select * from staging").fetchall()
    found = [
        DossierRecord(**{**dict(zip(RECORD_COLUMNS, row, strict=True)), "linked_codes": tuple(row[2])}) for row in rows
    ]
    assert found == records


@pytest.mark.parametrize("name", ["records.csv.zst", "totals.jsonl", "quarantine.jsonl"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_landing_that_is_not_what_was_sealed_is_not_opened(tmp_path: Path, name: str, damage: str) -> None:
    path = written(tmp_path, [DossierRecord(record_id="1")]).directory / name
    content = bytearray(path.read_bytes())
    path.unlink()
    if damage == "changed":
        content[-1] ^= 1
        path.write_bytes(content)
    with pytest.raises(LandingDamagedError, match=name):
        open_landing(tmp_path, *WHERE)


def test_a_broken_manifest_is_damage(tmp_path: Path) -> None:
    directory = written(tmp_path, []).directory
    (directory / "manifest.json").write_text('{"province_id": ')
    with pytest.raises(LandingDamagedError, match="manifest"):
        open_landing(tmp_path, *WHERE)


def test_a_night_without_a_landing_was_not_collected(tmp_path: Path) -> None:
    with pytest.raises(NightNotCollectedError, match="2024-04-17"):
        open_landing(tmp_path, *WHERE)


def test_what_is_not_sealed_is_thrown_away(tmp_path: Path) -> None:
    with LandingWriter(tmp_path, *WHERE) as writer:
        writer.write_page(Page([DossierRecord(record_id="1")]))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_leftovers_of_a_crash_are_swept(tmp_path: Path) -> None:
    crashed = LandingWriter(tmp_path, *WHERE)
    crashed.__enter__()
    other = LandingWriter(tmp_path, "p", NIGHT, "national_export")
    other.__enter__()
    written(tmp_path, [])
    assert sorted(path.name for path in (tmp_path / "p" / "2024-04-17").iterdir())[1:] == ["igate"]
    other.__exit__(None, None, None)
    crashed.__exit__(None, None, None)


def test_a_crash_before_the_rename_leaves_nothing_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        written(tmp_path, [])
    monkeypatch.undo()
    with pytest.raises(NightNotCollectedError):
        open_landing(tmp_path, *WHERE)
    assert written(tmp_path, []).certificate.is_complete


def test_of_two_runs_that_seal_the_same_night_the_first_stands(tmp_path: Path) -> None:
    first = written(tmp_path, [DossierRecord(record_id="first")])
    second = written(tmp_path, [DossierRecord(record_id="second")])
    assert second.manifest == first.manifest
    assert b"first" in b"".join(second.records_csv())


def test_only_originals_of_the_same_content_are_deleted(tmp_path: Path) -> None:
    names = ["read.csv", "copy.csv", "other.csv"]
    for name, content in zip(names, ("one", "one", "two"), strict=True):
        (tmp_path / name).write_text(content)
    landing = written(tmp_path / "landing", [], module.seal_file(tmp_path / "read.csv"))
    paths = [tmp_path / name for name in (*names, "gone.csv")]
    assert landing.delete_originals(paths) == ["read.csv", "copy.csv"]
    assert landing.delete_originals(paths) == []
    assert (tmp_path / "other.csv").read_text() == "two"


def test_a_landing_that_may_not_be_written_is_a_matter_of_configuration(tmp_path: Path) -> None:
    (tmp_path / "no directory").write_bytes(b"")
    with pytest.raises(ConfigurationError, match="DOISOAT_LANDING"):
        written(tmp_path / "no directory" / "landing", [])
