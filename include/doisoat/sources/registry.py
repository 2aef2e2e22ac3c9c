"""The kinds of source, and how one is made from a province file: adding a source adds a line here.

A kind that is not ours comes from a package that is installed beside us: its entry point in the group `doisoat.sources` names the
connector (CONTRIBUTING.md, A source of your own). Nothing else that a province file names is imported.

A connector is imported on first use: a Dag file is parsed again and again, and a task needs only one connector. For that
reason each one's facts are repeated here; tests/integration/test_source_contract.py checks that they agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pydantic import ValidationError

from doisoat.codes import SHAPE
from doisoat.errors import ConfigurationError
from doisoat.model import Capability, Side

if TYPE_CHECKING:
    from doisoat.connections import Connection
    from doisoat.sources.contract import Limits, Source


class Facts(NamedTuple):
    """What is known about a kind of source before its connector is imported; see doisoat.sources.contract.Source.

    Attributes:
        connector: its class, in the module named after the kind.
        side, asked, always_full, has_scores: its `side`, `capabilities`, `always_full` and `has_scores`.
    """

    connector: str
    side: Side
    asked: frozenset[Capability]
    always_full: bool = False
    has_scores: bool = False


def _facts(connector: str, side: str, asked: str, *, always_full: bool = False, has_scores: bool = False) -> Facts:
    return Facts(connector, Side(side), frozenset(map(Capability, asked.split())), always_full, has_scores)


_CONNECTORS: dict[str, Facts] = {
    "igate": _facts("Igate", "provincial", "listing changes counts"),
    "national_export": _facts("NationalExport", "national", "listing", always_full=True),
    "national_statistics": _facts("NationalStatistics", "national", "counts catalogue", has_scores=True),
    "opencps": _facts("Opencps", "provincial", "listing changes counts"),
    "business_registration": _facts("BusinessRegistration", "ministry", "listing counts"),
    "national_adapter": _facts("NationalAdapter", "national", "lookup catalogue"),
    "file_drop": _facts("FileDrop", "ministry", "listing", always_full=True),
    "report_workbook": _facts("ReportWorkbook", "provincial", "counts"),
    "driving_licence": _facts("DrivingLicence", "ministry", "listing lookup"),
}


class _Kinds(Mapping[str, "type[Source]"]):
    """The connectors by kind, each imported on first use."""

    def __getitem__(self, kind: str) -> type[Source]:
        if kind not in _CONNECTORS:
            _look_outside(kind)
            return _outside[kind]
        found: type[Source] = getattr(import_module(f"doisoat.sources.{kind}"), _CONNECTORS[kind].connector)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_CONNECTORS)

    def __len__(self) -> int:
        return len(_CONNECTORS)


KINDS = _Kinds()
GROUP = "doisoat.sources"
_outside: dict[str, type[Source]] = {}


def _look_outside(kind: str) -> None:
    """Import the connector of an installed package, if one has that kind.

    Raises:
        ConfigurationError: what it names cannot be imported, or is no connector.
    """
    found = None if kind in _outside else next(iter(entry_points(group=GROUP, name=kind)), None)
    if found is None:
        return
    from doisoat.sources.contract import Source

    try:
        connector = found.load()
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"kind {kind!r}: asked the installed package for {found.value}; got {type(error).__name__}; do: install it again"
        ) from error
    if not (isinstance(connector, type) and issubclass(connector, Source) and connector.source_kind == kind):
        raise ConfigurationError(
            f"kind {kind!r}: {found.value} is no Source of that source_kind (doisoat.sources.contract)"
        )
    _outside[kind] = connector


def facts(source_id: str, kind: str) -> Facts:
    """What is known about a kind of source, without importing its connector.

    Raises:
        ConfigurationError: there is no such kind.
    """
    if kind in _CONNECTORS:
        return _CONNECTORS[kind]
    connector = KINDS.get(kind)
    if connector is None:
        raise ConfigurationError(
            f"source {source_id!r}: kind {kind!r} is not one of {', '.join(sorted(_CONNECTORS))}, and no installed package has it"
        )
    return Facts(connector.__name__, connector.side, connector.capabilities, connector.always_full)


class Settings(Protocol):
    """What a province file says about a source (doisoat.province.file.SourceSettings)."""

    @property
    def kind(self) -> str: ...
    @property
    def options(self) -> Mapping[str, object]: ...
    @property
    def limits(self) -> Limits: ...


def make_source(
    source_id: str, settings: Settings, connection: Connection, timezone: dt.tzinfo, code_shape: str = SHAPE
) -> Source:
    """The source that a province file describes.

    Args:
        source_id: its name there, which is also its connection id.
        settings: what the file says about it.
        connection: where it is.
        timezone: the province's.
        code_shape: the form of a dossier's code there.

    Raises:
        ConfigurationError: the kind is unknown, an option is wrong, or the connection lacks something.
    """
    facts(source_id, settings.kind)
    kind = KINDS[settings.kind]
    try:
        options = kind.Options.model_validate(settings.options)
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise ConfigurationError(f"source {source_id!r}: options: {lines}") from error
    return kind(
        source_id,
        options=options,
        limits=settings.limits,
        connection=connection,
        timezone=timezone,
        code_shape=code_shape,
    )
