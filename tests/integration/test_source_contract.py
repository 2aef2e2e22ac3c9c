"""What every connector promises, asked of each of them over real HTTP and real files (sources/contract.py)."""

from __future__ import annotations

import datetime as dt
import inspect
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from doisoat.errors import (
    ConfigurationError,
    SourceChangedError,
    SourceError,
    SourceRejectedError,
    SourceUnavailableError,
)
from doisoat.model import WHOLE, Capability, ControlTotal
from doisoat.sources import registry
from doisoat.sources.contract import Limits, Source
from support.servers import CANARIES, LOCAL, SECRET, Reply
from support.source_cases import CASES, NETWORK, Case


@pytest.fixture
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    with ExitStack() as stack:
        yield CASES[request.param](stack, inbox)


every_connector = pytest.mark.parametrize("case", CASES, indirect=True)
every_network_connector = pytest.mark.parametrize("case", NETWORK, indirect=True)
every_connector_that_looks_up = pytest.mark.parametrize(
    "case", ["national_adapter", "driving_licence.mapi"], indirect=True
)


def _content(landing: Any) -> bytes:
    plain = b"".join(path.read_bytes() for path in landing.directory.iterdir() if path.suffix != ".zst")
    return b"".join(landing.records_csv()) + plain


def test_every_kind_has_a_case() -> None:
    assert {name.split(".")[0] for name in CASES} == set(registry.KINDS)


@pytest.mark.parametrize("name", registry.KINDS)
def test_what_is_known_without_a_connector_is_what_it_says_itself(name: str) -> None:
    facts, kind = registry.facts("s", name), registry.KINDS[name]
    assert facts == (kind.__name__, kind.side, kind.capabilities, kind.always_full, kind.has_scores)


def test_a_kind_that_nobody_registered_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"'s': kind 'nonsense' is not one of .*igate"):
        registry.facts("s", "nonsense")


@pytest.mark.parametrize("kind", registry.KINDS.values(), ids=list(registry.KINDS))
def test_a_module_says_what_its_source_is_about(kind: type[Source]) -> None:
    lines = inspect.getmodule(kind).__doc__.splitlines()
    starts = [line.split(":")[0] for line in lines if line[:1].isupper() and ":" in line]
    assert [start for start in starts if start in ("Domain", "Contract", "Caveats", "Limits")] == [
        "Domain", "Contract", "Caveats", "Limits",
    ]  # fmt: skip
    assert "CONTRACTS section" in inspect.getmodule(kind).__doc__
    assert inspect.getmodule(kind).__name__.split(".")[2] == kind.source_kind  # a module, or a folder of its own


@every_connector
def test_a_connector_offers_what_it_names_and_nothing_else(case: Case) -> None:
    source = case.source()
    asks: dict[Capability, list[Callable[[], object]]] = {
        Capability.COUNTS: [lambda: source.count(WHOLE), lambda: list(source.control_totals(case.night))],
        Capability.LISTING: [lambda: list(source.list_cell(WHOLE))],
        Capability.CHANGES: [lambda: list(source.changes(dt.datetime(2024, 4, 10, tzinfo=dt.UTC)))],
        Capability.LOOKUP: [lambda: source.look_up("H37.17-240305-0001")],
        Capability.CATALOGUE: [lambda: list(source.catalogue())],
    }
    if Capability.CATALOGUE in source.capabilities and not source.keeps_catalogue(case.night):
        del asks[Capability.CATALOGUE]  # the API of that night has none
    for capability, ways in asks.items():
        refused = 0
        for ask in ways:
            try:
                ask()
            except ConfigurationError:
                refused += 1
        if capability in source.capabilities:
            assert refused < len(ways)
        else:
            assert refused == len(ways)


@every_connector
def test_a_probe_is_one_line_without_secrets(case: Case) -> None:
    said = case.source().probe()
    assert said
    assert "\n" not in said
    assert SECRET not in said


@every_connector
def test_a_pull_is_complete_and_says_what_it_received(case: Case, tmp_path: Path) -> None:
    landing = case.pull(tmp_path / "landing")
    certificate = landing.certificate
    assert certificate.is_complete, certificate.incomplete_reason
    assert certificate.requests > 0
    assert certificate.received == certificate.decoded + certificate.quarantined
    rows = b"".join(landing.records_csv()).count(b"\n") - 1
    assert rows == certificate.decoded
    can = case.source().capabilities
    if Capability.LISTING in can:
        assert rows == case.rows
        assert certificate.declared_after == (rows if case.declares_total else None)
    elif Capability.COUNTS in can:
        assert rows == 0
        assert len(list(landing.totals())) > 0
    else:
        assert rows == case.rows
        assert [(found.code, found.is_held) for found in landing.look_ups()] == list(
            zip(case.codes, (True, False), strict=True)
        )


@every_connector
def test_the_cut_off_is_the_sources_clock(case: Case, tmp_path: Path) -> None:
    certificate = case.pull(tmp_path / "landing").certificate
    expected = case.system.now if case.system else dt.datetime(2024, 4, 18, 0, 30, tzinfo=LOCAL)
    assert certificate.cut_off == expected
    assert certificate.cut_off.utcoffset() is not None


@every_connector
def test_two_pulls_of_the_same_source_give_the_same(case: Case, tmp_path: Path) -> None:
    first = case.pull(tmp_path / "one")
    if case.inbox:
        assert list(case.inbox.iterdir()) == [], "the original is deleted once it is sealed"
        case.refill()
    second = case.pull(tmp_path / "two")
    assert b"".join(first.records_csv()) == b"".join(second.records_csv())
    assert list(first.totals()) == list(second.totals())
    assert list(first.look_ups()) == list(second.look_ups())


@every_connector
def test_no_personal_value_reaches_the_landing(case: Case, tmp_path: Path) -> None:
    content = _content(case.pull(tmp_path / "landing"))
    for canary in (*CANARIES, SECRET):
        assert canary.encode() not in content


@every_connector
def test_pages_are_lazy_and_decoded(case: Case) -> None:
    source = case.source()
    if source.keeps_catalogue(case.night):
        entries = source.catalogue()
        assert next(entries).code
        asked = source.requests_made
        assert {entry.catalogue for entry in entries} in ({"procedure", "agency", "field"}, {"procedure"})
        assert source.requests_made > asked, "later catalogues are asked for later"
    if Capability.LISTING not in source.capabilities:
        if Capability.COUNTS in source.capabilities:
            assert isinstance(next(source.control_totals(case.night)), ControlTotal)
        return
    pages = source.list_cell(WHOLE)
    first = next(pages)
    assert first.received > 0
    assert first.source_time is not None
    asked = source.requests_made
    rest = list(pages)
    assert sum(page.received for page in [first, *rest]) == case.rows
    if case.system:
        assert source.requests_made > asked, "later pages are asked for later"


@every_connector_that_looks_up
def test_a_look_up_says_whether_the_source_holds_the_dossier(case: Case) -> None:
    held, unknown = map(case.source().look_up, case.codes)
    assert (held.code, held.is_held, held.looked_up_at) == (case.codes[0], True, case.system.now)
    assert held.record.record_id == held.record.dossier_code == case.codes[0]
    assert held.record.received_at == dt.datetime(2024, 3, 5, 8, 15, tzinfo=LOCAL)
    assert (unknown.code, unknown.is_held, unknown.record) == (case.codes[1], False, None)


@every_connector
def test_an_unknown_option_is_refused(case: Case) -> None:
    with pytest.raises(ConfigurationError, match="surprise"):
        case.source(surprise=1)


@every_connector
def test_a_source_that_is_not_there_may_come_later(case: Case, tmp_path: Path) -> None:
    if case.inbox:
        next(case.inbox.iterdir()).unlink()
    else:
        case.connection = replace(case.connection, port=9)
    with pytest.raises(SourceUnavailableError) as caught:
        case.pull(tmp_path / "landing")
    assert SECRET not in str(caught.value)
    assert caught.value.source_id == case.source_id
    assert not list((tmp_path / "landing").rglob("manifest.json"))


HTML = Reply(b"<!DOCTYPE html><html><body>NGUYEN THI CANARY</body></html>", headers={"Content-Type": "text/html"})
MISBEHAVIOURS: dict[str, tuple[Reply, type[SourceError]]] = {
    "500": (Reply({}, 500), SourceUnavailableError),
    "503": (Reply({}, 503), SourceUnavailableError),
    "429": (Reply({}, 429, {"Retry-After": "120"}), SourceUnavailableError),
    "a body that is cut off": (Reply({"content": [], "filler": "x" * 5000}, cut_at=100), SourceUnavailableError),
    "json that breaks off": (Reply(b'[{"code": "OK", "content": [{"id'), SourceUnavailableError),
    "401 for good": (Reply({}, 401), SourceRejectedError),
    "403": (Reply({}, 403), SourceRejectedError),
    "404": (Reply({}, 404), SourceRejectedError),
    "a page of html": (HTML, SourceChangedError),
    "no json": (Reply(b"maintenance"), SourceChangedError),
    "nothing": (Reply(b""), SourceChangedError),
    "another shape": (Reply({"status": "canary@example.vn"}), SourceChangedError),
    "a list of texts": (Reply(["canary@example.vn"]), SourceChangedError),
    "a redirect to another host": (Reply(b"", 302, {"Location": "http://login.example/"}), SourceChangedError),
    "too much": (Reply(b" " * (2 << 20)), SourceChangedError),
}


@every_network_connector
@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_a_source_that_misbehaves_is_named_by_consequence(case: Case, name: str, tmp_path: Path) -> None:
    reply, expected = MISBEHAVIOURS[name]
    case.limits = Limits(page_size=100, patience_seconds=0, max_answer_megabytes=1)
    case.system.instead = lambda request: None if "token" in request.path or request.method == "HEAD" else reply
    with pytest.raises(SourceError) as caught:
        case.pull(tmp_path / "landing")
    assert type(caught.value) is expected
    assert not list((tmp_path / "landing").rglob("manifest.json")), "nothing is sealed"
    for private in (*CANARIES, SECRET):
        assert private not in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (expected, str(caught.value)), "it survives the way out of a task process"
    if name == "429":
        assert again.retry_after_seconds == 120
