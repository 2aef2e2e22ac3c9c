"""Which files of an inbox are read, what becomes of them, and what file_drop makes of its options."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, SourceUnavailableError
from doisoat.model import WHOLE
from doisoat.sources.contract import Limits
from doisoat.sources.file_drop import DropOptions
from doisoat.sources.national_export import ExportOptions, NationalExport
from pydantic import ValidationError
from support.drops import CODE, check_refused, collected, drop, records_of, set_aside
from support.exports import COLUMNS, export_row, export_table, write_csv, write_xlsx
from support.servers import LOCAL


# the inbox ----------------------------------------------------------------------------------------------------------
def test_only_regular_files_of_the_inbox_itself_are_read(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "outside"
    (inbox / "below").mkdir(parents=True)
    outside.mkdir()
    secret = write_csv(outside / "secret.csv", export_table([export_row(9)]))
    write_csv(inbox / "below" / "a.csv", export_table([export_row(8)]))
    (inbox / "link.csv").symlink_to(secret)
    (inbox / "loop.csv").symlink_to(inbox / "loop.csv")
    (inbox / "directory.csv").mkdir()
    os.mkfifo(inbox / "pipe.csv")
    source = drop(inbox)
    assert not source.has_news()
    assert source.originals() == []
    assert source.probe() == "0 files wait in the inbox; 5 other entries are left alone"
    write_csv(inbox / "a.csv", export_table([export_row(1)]))
    assert source.has_news()
    landing = collected(source, tmp_path / "landing")
    assert landing.certificate.received == 1
    assert secret.exists()
    assert sorted(path.name for path in inbox.iterdir()) == [
        "below",
        "directory.csv",
        "link.csv",
        "loop.csv",
        "pipe.csv",
    ]


@pytest.mark.parametrize("pattern", ["../*.csv", "/etc/*", "below/*.csv", "**/*.csv", "..\\*.csv"])
def test_a_pattern_names_files_not_paths(pattern: str) -> None:
    with pytest.raises(ValidationError, match="not paths"):
        DropOptions(columns=COLUMNS, patterns=(pattern,))


def test_a_name_that_is_no_text_must_be_changed(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", export_table([export_row(1)]))
    path.rename(os.fsdecode(os.fsencode(tmp_path) + b"/B\xe1o c\xe1o.csv"))
    check_refused(tmp_path, SourceUnavailableError, "rename it")


def test_an_inbox_that_is_not_there_is_news_that_the_pull_explains(tmp_path: Path) -> None:
    source = drop(tmp_path / "nowhere")
    assert source.has_news()
    with pytest.raises(ConfigurationError, match="not a directory"):
        source.probe()
    with pytest.raises(SourceUnavailableError, match="cannot be read"):
        list(source.list_cell(WHOLE))


@pytest.mark.parametrize("name", [".a.csv", "~a.csv", "a.csv.part", "a.csv.crdownload", "a.csv.tmp", "a.txt"])
def test_what_is_still_under_way_is_left_alone(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path / name, export_table([export_row(1)]))
    assert not drop(tmp_path).has_news()


def test_the_same_file_twice_is_read_once_and_both_are_deleted(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    write_csv(inbox / "b.csv", export_table([export_row(1)]))
    write_csv(inbox / "a.csv", export_table([export_row(1)]), at=dt.datetime(2024, 4, 18, 3, tzinfo=LOCAL))
    write_csv(inbox / "c.csv", export_table([export_row(2)]), at=dt.datetime(2024, 4, 18, 2, tzinfo=LOCAL))
    landing = collected(drop(inbox), tmp_path / "landing")
    assert (landing.certificate.received, landing.certificate.declared_after) == (2, 2)
    assert list(inbox.iterdir()) == []


def test_a_file_that_vanishes_while_it_is_read_may_come_again(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1)]))
    write_csv(tmp_path / "b.csv", export_table([export_row(2)]))
    pages = drop(tmp_path).list_cell(WHOLE)
    (tmp_path / "b.csv").touch()
    first = next(pages)
    (tmp_path / "b.csv").unlink()
    assert first.received == 1
    with pytest.raises(SourceUnavailableError):
        list(pages)


# file_drop ----------------------------------------------------------------------------------------------------------
def _numbered(changes: Callable[[dict[str, Any]], None] = lambda options: None) -> dict[str, Any]:
    columns = {key: labels for key, labels in COLUMNS.items() if key not in ("dossier_code", "agency_name")}
    options = {"columns": {**columns, "record_id": ["Mã hồ sơ"]}, "constants": {"agency_code": "H37.05"}}
    changes(options)
    return options


def test_the_systems_own_number_may_be_the_key(tmp_path: Path) -> None:
    rows = [export_row(1, **{CODE: 1234567.0}), export_row(2, **{CODE: "00012"}), export_row(3, **{CODE: ""})]
    write_xlsx(tmp_path / "a.xlsx", export_table(rows))
    records = records_of(tmp_path, **_numbered())
    assert [(record.record_id, record.dossier_code) for record in records] == [("1234567", None), ("00012", None)]
    assert {record.agency_code for record in records} == {"H37.05"}
    assert [reason for _, reason, _ in set_aside(tmp_path, **_numbered())] == ["no_dossier_code"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda o: o["columns"].pop("record_id"), "dossier_code or record_id"),
        (lambda o: o["constants"].update(status_code="9"), "not both"),
        (lambda o: o["constants"].update(dossier_code="H37"), "not a key"),
        (lambda o: o["constants"].update(received_at="2024-01-01"), "not a key"),
        (lambda o: o["constants"].update(applicant="x"), "not a key"),
        (lambda o: o.update(required=["agency_name"]), "not among the columns"),
        (lambda o: o.update(encodings=["latin-99"]), "not an encoding"),
    ],
)
def test_options_that_cannot_be_are_refused(change: Callable[[dict[str, Any]], None], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        DropOptions.model_validate(_numbered(change))


def test_a_drop_may_be_days_old_and_its_own_time_is_the_cut_off(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    old = dt.datetime(2024, 4, 2, 9, tzinfo=LOCAL)
    write_csv(inbox / "a.csv", export_table([export_row(1)], total=None), at=old)
    certificate = collected(drop(inbox), tmp_path / "landing").certificate
    assert certificate.cut_off == old
    assert (certificate.is_complete, certificate.mode) == (True, "full")


def test_a_listing_of_the_portal_still_must_be_of_the_night(tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", export_table([export_row(1)]), at=dt.datetime(2024, 4, 2, 9, tzinfo=LOCAL))
    source = NationalExport(
        "national_export",
        options=ExportOptions(columns=COLUMNS, settle_seconds=0),
        limits=Limits(),
        connection=Connection("national_export", extra={"path": str(tmp_path)}),
        timezone=LOCAL,
    )
    with pytest.raises(SourceUnavailableError, match="export again after midnight"):
        collected(source, tmp_path / "landing")
