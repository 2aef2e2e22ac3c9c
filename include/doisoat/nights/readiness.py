"""Whether a province is ready for a night: its file, its warehouse, and what is understood of every source's answers."""

from __future__ import annotations

import datetime as dt
import enum
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from doisoat.collect.known import key_of, screen_of
from doisoat.collect.screen import Screen
from doisoat.errors import ConfigurationError, DoisoatError, SourceChangedError, SourceError, SourceRejectedError
from doisoat.model import Capability
from doisoat.nights.understood import Understood, Values, to_map
from doisoat.nights.units import Units
from doisoat.nights.words import Words
from doisoat.province.reference import successions, unknown_agencies
from doisoat.province.site import Site
from doisoat.reports.query import query
from doisoat.sources.contract import Source
from doisoat.sources.sample import sample
from doisoat.warehouse import connect

_SHOWS = {Capability.LISTING, Capability.COUNTS}
_LEFT = "a check reads the waiting files and leaves them there"
_FOREVER = dt.date(9999, 12, 30)


class Verdict(enum.StrEnum):
    """OK; it works, but something is to be done (LOOK); it does not work (WRONG)."""

    OK = "ok"
    LOOK = "LOOK"
    WRONG = "WRONG"


@dataclass(frozen=True)
class Finding:
    """What was found of one thing.

    Attributes:
        name: the source, or "configuration" or "warehouse".
        said: its answer, or what is wrong, in one line.
        notes: what was understood, a line each.
        todo: what somebody should do, a line each.
    """

    name: str
    verdict: Verdict
    said: str
    notes: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()


def probe(site: Site, *, on_terminal: bool = False) -> Iterator[Finding]:
    """Probe the configuration, the warehouse and each source in turn.

    Args:
        on_terminal: whether only somebody at a terminal sees what is found: words that nothing knows are shown there alone.
    """
    units, held, key = Units([]), dict[str, Values](), os.urandom(32)  # without a warehouse nothing is compared with it
    try:
        units = Units.of(site.settings)
        successions(site.settings)
        if unknown := unknown_agencies(site.settings):
            raise ConfigurationError(
                f"page.agencies: asked for agencies of {site.settings.province.agencies}; got: {', '.join(unknown)}, which it "
                "does not have, so their accounts see nothing; do: name others"
            )
        said = f"{site.settings.path.name}, {units.count} units in its reference: {', '.join(site.source_ids)}"
        todo = (
            ()
            if units.count
            else ("name the file of your units in province.agencies: no unit can be told by its name",)
        )
        yield Finding("configuration", Verdict.LOOK if todo else Verdict.OK, said, todo=todo)
    except DoisoatError as error:
        yield _failed("configuration", error)
    try:
        finding, held, found = _probe_warehouse(site)
        key = found or key
        yield finding
    except DoisoatError as error:
        yield _failed("warehouse", error)
    for source_id in site.source_ids:
        yield _probe_source(site, source_id, units, held.get(source_id, {}), (key, on_terminal))


def _probe_warehouse(site: Site) -> tuple[Finding, dict[str, Values], bytes]:
    """What is found of it, by source what it holds that no code map knows, and the key of its fingerprints if it has one."""
    with connect(site.dsn) as connection:
        version = f"PostgreSQL {connection.info.server_version // 10000}"
        if connection.execute("select to_regclass('core.dossier_record')").fetchone() == (None,):
            said, todo = f"{version}, empty: not migrated yet", ("run `doisoat migrate` (`make night` does it too)",)
            return Finding("warehouse", Verdict.LOOK, said, todo=todo), {}, b""
        held: dict[str, dict[str, dict[str, int]]] = {}
        for one in query(connection, "unmapped", {"night": _FOREVER}).dicts():
            held.setdefault(one["source_id"], {}).setdefault(one["kind"], {})[one["value"]] = one["rows"]
        key = key_of(connection)
    return Finding("warehouse", Verdict.OK, version), dict(held), key


def _probe_source(site: Site, source_id: str, units: Units, held: Values, shown: tuple[bytes, bool]) -> Finding:
    from doisoat.sources.registry import make_source

    source, words = None, Words(Screen(), on_terminal=False)
    try:
        settings, connection = site.settings.sources[source_id], site.connections(source_id)
        source = make_source(source_id, settings, connection, *site.settings.reads_with)
        words = Words(screen_of(site.settings, source_id, shown[0]), on_terminal=shown[1])
        return _understood(site, source, units, held, words)
    except DoisoatError as error:
        options = _options(site, source) if source and _may_be_an_option(error) else ()
        return _failed(source_id, error, (*options, *to_map(site.settings.path.name, source_id, {}, held, words)))
    finally:
        if source:
            source.close()


def _understood(site: Site, source: Source, units: Units, held: Values, words: Words) -> Finding:
    """What a source says of itself, and what is understood of some of its records or counts."""
    said = source.probe()
    today = source.clock().astimezone(source.timezone).date()
    understood = Understood(site.settings, source, units, held, words, today)
    if not source.has_news():
        return _finding(source, said, understood, f"put a copy of a file that {_patterns(source)} into it; {_LEFT}")
    for part in sample(source, today):
        understood.take(part)
    if missing := understood.missing():
        none = f"{understood.rows:,} rows read, none of which states {', '.join(missing)}"
        todo = (
            "see what it calls them now; where a file's columns are meant, change options.columns or options.required"
        )
        return _finding(source, f"{said}; {none}", understood, todo, is_wrong=True)
    if source.capabilities & _SHOWS and not understood.line():
        nothing = f"{said}; nothing to read" + ("" if source.always_full else " in the last months")
        return _finding(source, nothing, understood, *_options(site, source), is_wrong=True)
    return _finding(source, f"{said}; {line}" if (line := understood.line()) else said, understood)


def _patterns(source: Source) -> str:
    return f"options.patterns match ({', '.join(getattr(source.options, 'patterns', ()))})"


def _finding(source: Source, said: str, understood: Understood, *todo: str, is_wrong: bool = False) -> Finding:
    more = understood.todo()
    verdict = Verdict.WRONG if is_wrong else Verdict.LOOK if more else Verdict.OK
    return Finding(source.source_id, verdict, said, tuple(understood.notes()), (*more, *todo))


def _failed(name: str, error: DoisoatError, todo: Sequence[str] = ()) -> Finding:
    if isinstance(error, SourceError):
        return Finding(name, Verdict.WRONG, f"asked {error.asked}; got {error.came}", todo=(error.todo, *todo))
    said, _, asked = str(error).removeprefix(f"{name}: ").removeprefix(f"source {name!r}: ").partition("; do: ")
    return Finding(name, Verdict.WRONG, said, todo=(*filter(None, [asked]), *todo))


def _may_be_an_option(error: DoisoatError) -> bool:
    """Whether a source refused what it was asked for, and not the one who asks, or answered something else."""
    return isinstance(error, SourceChangedError) or (isinstance(error, SourceRejectedError) and error.status != 401)


def _options(site: Site, source: Source) -> tuple[str, ...]:
    """The options that say whose dossiers are asked for, with their values, which hold no secret."""
    given = source.options.model_dump(mode="json")
    shown = [f"{name} ({_short(given[name])})" for name in source.asked_by]
    if not shown:
        return ()
    where = f"sources.{source.source_id}.options of {site.settings.path.name}"
    return (f"check in {where}, which say whose dossiers are asked for: {', '.join(shown)}",)


def _short(value: object) -> str:
    if isinstance(value, list):
        return f"{len(value)} values"
    return f"now {value}" if value not in (None, "") else "now empty"
