"""Landings in an object store: sealed by the manifest alone, by whoever is first; nights, replay and retention work on them."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest
from doisoat.collect import store
from doisoat.collect.catalogues import Begun
from doisoat.collect.landing import MANIFEST, LandingWriter, is_sealed, open_landing, sealed_nights
from doisoat.connections import connection_from_environment
from doisoat.errors import ConfigurationError, LandingDamagedError, LandingStoreError
from doisoat.model import CatalogueEntry, Page, ProcedureCount, PullCertificate
from doisoat.nights import steps
from doisoat.nights.disk import measure
from doisoat.nights.replay import replay
from doisoat.nights.retention import apply_retention
from doisoat.nights.taking_back import take_back_landing
from doisoat.province.file import Retention
from doisoat.province.site import landing_place
from doisoat.sources.contract import CataloguePage
from moto.server import ThreadedMotoServer
from support.world import VERSIONS, World, read_records

CODE, OTHER = "H37.21.01-240401-0001", "H37.21.01-240402-0002"
FIRST, SECOND, THIRD = (dt.date(2024, 4, day) for day in (17, 18, 19))


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 on this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def root(endpoint: str, request: pytest.FixtureRequest) -> Any:
    """A bucket of this test's own."""
    connection = {"conn_type": "aws", "login": "key", "password": "secret",
                  "extra": {"endpoint_url": endpoint, "region_name": "ap-southeast-1"}}  # fmt: skip
    known = {"AIRFLOW_CONN_LANDING": json.dumps(connection)}
    bucket = f"landings-{abs(hash(request.node.name))}"
    found: Any = landing_place(f"s3://{bucket}/hue/", lambda name: connection_from_environment(name, known))
    found.fs.mkdir(bucket)
    return found


@pytest.fixture
def world(tmp_path: Path, warehouse_dsn: str, root: Any) -> World:
    """A province whose landings are in the store."""
    made = World(tmp_path, warehouse_dsn)
    made.site = replace(made.site, landing_root=root, papers=tmp_path / "papers")
    return made


def certificate(received: int) -> PullCertificate:
    at = dt.datetime(2024, 4, 17, 18, tzinfo=dt.UTC)
    return PullCertificate(
        source_id="igate", night=FIRST, mode="full", started_at=at, ended_at=at, cut_off=at, requests=1, pages=1,
        received=received, decoded=received, quarantined=0, declared_before=None, declared_after=None, is_complete=True,
        incomplete_reason=None, watermark=None, cells=(), unstated=(),
    )  # fmt: skip


def night(world: World, night: dt.date, *codes: str) -> None:
    world.run(night, igate="\n".join(["code", *codes]), national_export=f"code\n{CODE}")


def test_nights_are_run_and_replayed_from_there(world: World, root: Any) -> None:
    night(world, FIRST, CODE)
    night(world, SECOND, CODE, OTHER)
    assert sealed_nights(root, "lang_son") == [FIRST, SECOND]
    landing = open_landing(root, "lang_son", SECOND, "igate")
    assert b"".join(landing.records_csv()).count(b"\n") == 3
    before = world.rows("select dossier_id, presence, from_night from recon.verdict order by 1, 3")
    assert [done.night for done in replay(world.site)] == [FIRST, SECOND]
    assert world.rows("select dossier_id, presence, from_night from recon.verdict order by 1, 3") == before
    sizes = measure(world.site)
    assert sizes["landing"] > 1000
    assert "free" not in sizes


def test_who_puts_the_manifest_first_has_sealed_it(world: World, root: Any) -> None:
    """Two runs of one night at once, and one that died before it sealed."""
    where = (root, "lang_son", FIRST, "igate")
    records, died = read_records(f"code\n{CODE}"), root / "lang_son" / str(FIRST) / "igate" / "died" / "records.csv.zst"
    died.write_bytes(b"half")
    assert not is_sealed(died.parent.parent)
    assert sealed_nights(root, "lang_son") == []
    with LandingWriter(*where) as first, LandingWriter(*where) as second:
        for writer, rows in ((first, records), (second, records * 2)):
            writer.write_page(Page(records=rows))
        kept = second.seal(certificate(2), VERSIONS)
        assert first.seal(certificate(1), VERSIONS).manifest == kept.manifest
    directory = root / "lang_son" / str(FIRST) / "igate"
    assert {key.split("/")[0] for key in store.keys(directory)} == {MANIFEST, kept.manifest.part}
    (directory / kept.manifest.part / "totals.jsonl").write_bytes(b"{}\n")
    with pytest.raises(LandingDamagedError, match=r"totals\.jsonl: changed since it was sealed"):
        open_landing(*where)


def test_what_retention_and_taking_back_leave(world: World, root: Any) -> None:
    for day in (FIRST, SECOND):
        night(world, day, CODE)
    world.land(THIRD, "igate", f"code\n{CODE}")
    world.land(THIRD, "licences", f"code\n{OTHER}")
    steps.open_night(world.site, THIRD, run_id="test")
    aside = take_back_landing(world.site, THIRD, "licences", who="test", reason="a wrong file")
    assert aside.name.startswith(".licences.")
    assert (aside / MANIFEST).is_file()
    assert not is_sealed(root / "lang_son" / str(THIRD) / "licences")
    settings = world.site.settings.model_copy(update={"retention": Retention(landing_nights=1)})
    night(world, THIRD, CODE)
    done = apply_retention(replace(world.site, settings=settings))
    assert done["landings_deleted"] == 2
    assert done["bytes_deleted"] > 1000
    assert sealed_nights(root, "lang_son") == [SECOND, THIRD]


def test_counts_of_procedures_are_read_from_there(root: Any) -> None:
    where = (root, "lang_son", FIRST, "national_statistics")
    count = ProcedureCount(
        measure="received", receipt_month=dt.date(2024, 3, 1), procedure_ref="x1", procedure_code="1.001", state="known",
        measured_at=dt.datetime(2024, 4, 17, 18, tzinfo=dt.UTC), value=3,
    )  # fmt: skip
    with LandingWriter(*where) as writer:
        writer.write_procedure_count(count)
        assert list(writer.seal(certificate(0), VERSIONS).procedure_counts()) == [count]


def test_a_reading_of_a_catalogue_that_stopped_goes_on_from_there(root: Any) -> None:
    begun, entry = Begun(root, "lang_son", "igate", FIRST), CatalogueEntry(catalogue="field", code="G15")
    assert begun.pages() == {}
    for number in (0, 1):
        begun.add(CataloguePage([entry], number=number), [entry])
    assert begun.pages() == {0: [entry], 1: [entry]}
    begun.forget()
    assert begun.pages() == {}
    begun.forget()


class Refusing:
    """What stands before a store that refuses all it is asked, with the key in its text as a store may."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        start(f"{self.status} no", [("Content-Type", "application/xml")])
        if environ["REQUEST_METHOD"] == "HEAD":
            return []
        return [f"<Error><Code>{self.code}</Code><Message>not for key</Message></Error>".encode()]


ASKED: dict[str, Any] = {
    "is_sealed": lambda place: is_sealed(place / "lang_son" / str(FIRST) / "igate"),
    "sealed_nights": lambda place: sealed_nights(place, "lang_son"),
    "entries": lambda place: store.entries(place / "lang_son"),
    "size": lambda place: store.size_of(place / "lang_son"),
    "delete": lambda place: store.delete(place / "lang_son" / str(FIRST) / "igate", MANIFEST),
    "set aside": lambda place: store.set_aside(place / "lang_son" / str(FIRST) / "igate", ".igate.x", MANIFEST),
    "begun": lambda place: Begun(place, "lang_son", "igate", FIRST).pages(),
}


def test_a_store_that_refuses_or_is_gone_is_said_in_one_line_and_never_taken_for_an_empty_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No right, no bucket, nobody there: each with its own word, and without the key."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for status, code in ((403, "AccessDenied"), (404, "NoSuchBucket")):
        server = make_server("127.0.0.1", 0, Refusing(status, code))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        place = _place(server.server_port)
        for ask in ASKED.values():
            with pytest.raises(LandingStoreError) as told:
                ask(place)
            said = str(told.value)
            assert re.match(rf"landings: asked .* s3://bucket/hue.*; got: ({code}|{status}); do: ", said)
            assert not re.search("secret-of|key-of|\n", said)
        server.shutdown()
        server.server_close()
        place.fs.retries = 1
        for ask in ASKED.values():
            with pytest.raises(
                LandingStoreError, match="got: EndpointConnectionError; do: make sure that the store answers"
            ):
                ask(place)


def _place(port: int) -> Any:
    connection = {"conn_type": "aws", "login": "key-of", "password": "secret-of",
                  "extra": {"endpoint_url": f"http://127.0.0.1:{port}", "region_name": "ap-southeast-1"}}  # fmt: skip
    known = {"AIRFLOW_CONN_LANDING": json.dumps(connection)}
    return landing_place("s3://bucket/hue/", lambda name: connection_from_environment(name, known))


def test_an_object_that_is_gone_or_a_store_that_breaks_off_in_the_middle_is_said(world: World, root: Any) -> None:
    night(world, FIRST, CODE)
    landing = open_landing(root, "lang_son", FIRST, "igate")
    root.fs.rm(f"{landing.directory.path}/{landing.manifest.part}/records.csv.zst")  # type: ignore[attr-defined]
    with pytest.raises(LandingStoreError, match=r"asked to read s3://.*records\.csv\.zst; got: "):
        b"".join(landing.records_csv())
    with pytest.raises(LandingDamagedError, match=r"records\.csv\.zst: changed since it was sealed"):
        open_landing(root, "lang_son", FIRST, "igate")


def test_an_address_that_is_none_is_refused_in_one_line() -> None:
    def unset(name: str) -> Any:
        return connection_from_environment(name, {})

    with pytest.raises(ConfigurationError, match="a folder or s3://bucket/prefix; got gopher://"):
        landing_place("gopher://there", unset)
    with pytest.raises(ConfigurationError, match="'landing' is not set"):
        landing_place("s3://bucket", unset)
