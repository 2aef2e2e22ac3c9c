"""`doisoat check` against systems that answer and against some that do not: it prints what the guides say it prints."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from doisoat.sources.files.inbox import InboxSource
from doisoat.sources.registry import KINDS
from standalone.sandbox import Sandbox
from support.commands import of_world, typed
from support.nights_against_key import LOCAL, served
from support.world import World

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
#: Where each kind stands in a province file.
PROVINCES = {"lang_son": set(KINDS) - {"opencps"}, "opencps_example": {"opencps"}}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with served(tmp_path_factory.mktemp("sandbox"), 600) as running:
        running.set_clock(dt.datetime(2024, 4, 20, 1, tzinfo=LOCAL))
        for reports in (running.inbox / "reports").iterdir():
            for file in sorted(reports.iterdir())[1:]:  # each is opened by a process of its own
                file.unlink()
        yield running


def impatient(directory: Path, name: str = "lang_son", change: Callable[[Any], object] = lambda _: None) -> Path:
    """A province whose files need not settle and where a request that fails is not tried again: the same, but sooner."""
    text = (PROJECT / "config" / f"{name}.yaml").read_text("utf-8")
    settings = yaml.safe_load(text.replace("lang_son/", f"{PROJECT}/config/lang_son/"))
    for source in settings["sources"].values():
        source.setdefault("limits", {})["patience_seconds"] = 0
        if issubclass(KINDS[source["kind"]], InboxSource):
            source.setdefault("options", {})["settle_seconds"] = 0
    change(settings["sources"])
    file = directory / f"{name}.yaml"
    file.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), "utf-8")
    return file


def check(connections: Mapping[str, str], dsn: str, province: Path, *, on_terminal: bool = False) -> dict[str, str]:
    """Source -> what is said of it, "ok", "LOOK" or "WRONG" first, notes and what to do after "; "; the exit code must agree."""
    settings = {**connections, "AIRFLOW_CONN_WAREHOUSE": dsn}
    done = typed(settings, "--province", str(province), "check", on_terminal=on_terminal)
    assert all(len(line) <= 120 for line in done.stdout.splitlines())
    said = findings(done.stdout)
    assert done.returncode == any(line.startswith("WRONG") for line in said.values()), done.stderr
    assert done.stderr == ""
    return said


def findings(printed: str) -> dict[str, str]:
    """What `doisoat check` printed, by name; what was wrapped is one line again."""
    whole = re.sub(r"\n {10,}(?! *\w+:)", " ", printed)
    return {
        name: f"{verdict} {said}".replace("\n      ", "; ").strip()
        for verdict, name, said in re.findall(r"^(ok|LOOK|WRONG) +(\w+): (.*(?:\n {6}.*)*)", whole, re.MULTILINE)
    }


def altered(sandbox: Sandbox, change: Callable[[dict[str, Any]], object]) -> dict[str, str]:
    """The sandbox's connections over HTTP and files, each changed."""
    connections = {name: json.loads(value) for name, value in sandbox.connections().items()}
    for connection in connections.values():
        change(connection)
    return {name: json.dumps(connection) for name, connection in connections.items()}


def masked(line: str) -> str:
    line = re.sub("#[0-9a-f]{16}", "#N", line)
    return re.sub(r"\d[\d:-]*(?:,\d{3})*(?: \d\d:\d\d)?", "N", line)


def test_each_guide_shows_what_is_said_when_all_is_well(sandbox: Sandbox, warehouse_dsn: str, tmp_path: Path) -> None:
    before = sorted(sandbox.inbox.rglob("*"))
    seen = set()
    for province, kinds in PROVINCES.items():
        said = check(sandbox.connections(), warehouse_dsn, impatient(tmp_path, province), on_terminal=True)
        for kind in kinds:
            guide = (DOCS / "systems" / f"{kind}.md").read_text(encoding="utf-8")
            shown = re.findall(r"(?:^|\n)((?:    )?)((?:ok|LOOK) .*(?:\n\1 {6}.*)*)", guide)[0]
            ((source_id, line),) = findings(re.sub(f"^{shown[0]}", "", shown[1], flags=re.MULTILINE)).items()
            assert masked(said[source_id].partition("; columns")[0]) == masked(line.partition("; columns")[0]), kind
            seen.add(kind)
    assert seen == set(KINDS)
    assert sorted(sandbox.inbox.rglob("*")) == before  # no file was consumed


@pytest.mark.parametrize(
    ("change", "came"),
    [
        (lambda known: known.update(host="https://no-such-host.invalid"), "a host name that nobody knows"),
        (lambda known: known.update(port=1), "no connection (refused, or no way there)"),
        (lambda known: known.update(host="https://127.0.0.1"), "no TLS"),
        (
            lambda known: known.setdefault("extra", {}).update(proxy="http://127.0.0.1:1"),
            "no connection through the proxy",
        ),
    ],
)
def test_a_system_that_cannot_be_reached(
    sandbox: Sandbox, warehouse_dsn: str, tmp_path: Path, change: Any, came: str
) -> None:
    said = check(altered(sandbox, change), warehouse_dsn, impatient(tmp_path))
    reached = [name for name, line in said.items() if name != "configuration" and f"got {came}; do: " in line]
    over_http = {"igate", "national_adapter", "national_statistics", "business_registration", "driving_licence"}
    assert set(reached) == over_http
    assert {name for name, line in said.items() if line.startswith("WRONG")} == over_http
    assert f"`got {came}`" in (DOCS / "connecting.md").read_text(encoding="utf-8")


def test_a_wrong_password_or_inbox_is_said_and_never_repeated(
    sandbox: Sandbox, warehouse_dsn: str, tmp_path: Path
) -> None:
    def spoil(known: dict[str, Any]) -> None:
        if "password" in known:
            known["password"] = "not-the-password"
        if known["conn_type"] == "fs":
            known["extra"]["path"] = str(sandbox.home / "nowhere")

    said = check(altered(sandbox, spoil), warehouse_dsn, impatient(tmp_path))
    text = "\n".join(said.values())
    for source_id in ("igate", "business_registration", "driving_licence"):
        assert re.search(r"^WRONG asked POST .*; got HTTP 401; do: check login and password", said[source_id]), (
            source_id
        )
    assert re.search(r"got error_code .*; do: check login and password", said["national_adapter"])
    for source_id in ("national_export", "judicial_record", "provincial_report"):
        assert said[source_id].startswith(f"WRONG the inbox {sandbox.home / 'nowhere'} is not a directory")
    assert said["national_statistics"].startswith("ok ")
    assert "not-the-password" not in text
    assert sandbox.client_id not in text


def only(source_id: str, **options: Any) -> Callable[[dict[str, Any]], None]:
    """A change of a province file that leaves one source, with these options changed."""

    def change(sources: dict[str, Any]) -> None:
        kept = sources[source_id]
        sources.clear()
        sources[source_id] = kept
        kept["options"].update(options)

    return change


@pytest.mark.parametrize(
    ("province", "source_id", "options", "named"),
    [
        (
            "lang_son",
            "national_statistics",
            {"old_province_id": "H99"},
            "no count of any unit.*old_province_id \\(now H99\\)",
        ),
        ("lang_son", "business_registration", {"site_ids": ["1"]}, "other offices set aside.* site_ids \\(1 values\\)"),
        ("opencps_example", "opencps", {"group_id": "99999"}, "0 dossiers.* group_id \\(now 99999\\)"),
        ("lang_son", "igate", {"search_path": "/nope"}, "got HTTP 404; do: .* search_path \\(now /nope\\)"),
        ("lang_son", "igate", {"dated_to": "2010-01-01"}, "nothing to read.* dated_to \\(now 2010-01-01\\)"),
        ("lang_son", "national_adapter", {"dstcode": "nope"}, "got HTTP 403; do: .* dstcode \\(now nope\\)"),
    ],
)
def test_an_option_by_which_nothing_is_found_is_named(
    sandbox: Sandbox, tmp_path: Path, warehouse_dsn: str, province: str, source_id: str, options: Any, named: str
) -> None:
    said = check(sandbox.connections(), warehouse_dsn, impatient(tmp_path, province, only(source_id, **options)))
    assert re.search(f"^WRONG .*{named}", said[source_id])
    assert f"sources.{source_id}.options of {province}.yaml" in said[source_id]


def test_an_empty_warehouse_is_not_wrong(postgres_dsn: str, tmp_path: Path) -> None:
    said = check(inbox_of(tmp_path), postgres_dsn, impatient(tmp_path, change=only("judicial_record")))
    assert re.fullmatch(
        r"LOOK PostgreSQL \d+, empty: not migrated yet; do: run `doisoat (--province \S+ )?migrate` .*",
        said["warehouse"],
    )
    assert said["judicial_record"].startswith("ok 0 files wait in the inbox; do: put a copy of a file")


def inbox_of(directory: Path, *lines: str) -> dict[str, str]:
    """The connection of an inbox, with a listing in it if there are any lines."""
    inbox = directory / "inbox"
    inbox.mkdir()
    if lines:
        (inbox / "file.csv").write_text("\n".join(lines), encoding="utf-8")
    return {"AIRFLOW_CONN_JUDICIAL_RECORD": json.dumps({"conn_type": "fs", "extra": {"path": str(inbox)}})}


def test_what_is_not_understood_of_a_file_is_said_without_a_person(tmp_path: Path, warehouse_dsn: str) -> None:
    rows = (
        "STT;Họ và tên;NGUYỄN VĂN CHỦ;ghi\x1b[2Jchú;Mã TTHC khác;Mã hồ sơ;Đơn vị;Loại phiếu;Trạng thái;Ngày tiếp nhận",
        "1;Trần Thị Giả;;;;H37.03-240401-0001;Sở Tư pháp;Phiếu số 1;Đã trả;01/04/2024",
        "2;Trần Thị Giả;;;;H37.03-240402-0002;Sở Tư pháp;Phiếu số 9;Đang chờ bưu tá;02/04/2024",
        "3;Trần Thị Giả;;;;H37.03-240403-0003;Phòng Lưu trữ;Phiếu số 9;Lê Văn Giả;03/04/2024",
        "4;Trần Thị Giả;;;;H37.03-240404-0004;Phạm Thị Giả;Phiếu số 1;0912345678;04/04/2024",
        "5;Trần Thị Giả;;;;H37.03-240405-0005;Sở Tư pháp;Phiếu số 1;Đã trả;ngày mai",
    )

    def change(sources: dict[str, Any]) -> None:
        only("judicial_record", constants={})(sources)

    said = check(inbox_of(tmp_path, *rows), warehouse_dsn, impatient(tmp_path, change=change))["judicial_record"]
    assert said.startswith(
        "LOOK 1 files wait in the inbox; 5 rows read, received 2024-04-01 to 2024-04-04; columns read: "
    )
    assert 'columns not read: "STT", "Họ và tên", "Mã TTHC khác", 2 more, whose headings are not shown; ' in said
    maps = "add to sources.judicial_record.code_maps"
    one = "#[0-9a-f]{16} 1"
    assert re.search(rf"{maps}.status of lang_son.yaml: {one} read, {one} read, {one} read; ", said)
    assert re.search(rf"{maps}.procedure of lang_son.yaml: #[0-9a-f]{{16}} 2 read", said)
    assert re.search(rf"add to \S*lang_son/agencies.csv these units.* {one}, {one}", said)
    assert "have 1 rows corrected that cannot be read (dates are read by options.date_formats): " in said
    assert not re.search("Giả|NGUYỄN|0912345678|ngày mai", said)


def test_what_nothing_knows_is_shown_on_a_terminal_alone_and_obeyed_by_none(tmp_path: Path, warehouse_dsn: str) -> None:
    rows = ("Mã hồ sơ;Đơn vị;Loại phiếu;Trạng thái;Ngày tiếp nhận",
            "H37.03-240401-0001;Sở Tư pháp;Phiếu số 1;Đang chờ\u202e;01/04/2024")  # fmt: skip
    connections, province = inbox_of(tmp_path, *rows), impatient(tmp_path, change=only("judicial_record", constants={}))
    settings = {"DOISOAT_PROVINCE": str(province), "AIRFLOW_CONN_WAREHOUSE": warehouse_dsn, **connections}
    [kept] = re.findall(r"code_maps.status of lang_son.yaml: (#[0-9a-f]{16}) 1 read", typed(settings, "check").stdout)
    shown = typed(settings, "check", on_terminal=True).stdout
    assert f'"Đang chờ" ({kept}) 1 read' in re.sub(r"\s+", " ", shown)
    assert "\u202e" not in shown


def test_words_that_the_warehouse_holds_and_no_code_map_knows_are_listed(tmp_path: Path, warehouse_dsn: str) -> None:
    world = World(tmp_path, warehouse_dsn)
    world.run(
        "2024-04-19",
        igate="code | status_code\nH37.03-240401-0001 | 99\nH37.03-240401-0002 | 99",
        national_export="code",
    )
    said = findings(typed(of_world(world), "check").stdout)["igate"]
    assert re.search('^WRONG connection .* is not set; .*code_maps.status of .*: "99" 2 held$', said)


def test_the_command_reads_the_env_file_that_nights_read(tmp_path: Path, warehouse_dsn: str) -> None:
    province = impatient(tmp_path, change=only("judicial_record"))
    (connection,) = inbox_of(tmp_path).items()
    file = tmp_path / "env"
    file.write_text(
        f"DOISOAT_PROVINCE={province}\nAIRFLOW_CONN_WAREHOUSE={warehouse_dsn}\n{connection[0]}='{connection[1]}'\n"
    )
    done = typed({"DOISOAT_ENV_FILE": str(file)}, "check")
    assert [line.split(":")[0] for line in done.stdout.splitlines() if line[0] != " "] == [
        "ok    configuration", "ok    warehouse", "ok    judicial_record",
    ]  # fmt: skip
    assert "connection 'judicial_record' is not set" in typed(
        {"DOISOAT_ENV_FILE": str(file), connection[0]: ""}, "check"
    ).stdout.replace("\n", " ")
