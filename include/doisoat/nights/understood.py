"""What was understood of a source's answers, and what to change for more: for `doisoat check`.

A value is told as a night would keep it, so what nothing knows is a fingerprint; its words are shown on a terminal alone
(nights/words.py).
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from doisoat.model import ControlTotal, DossierRecord, Page
from doisoat.nights.units import Units
from doisoat.nights.words import Words
from doisoat.privacy import is_word
from doisoat.province.file import CodeMap, CodeMaps, ProvinceSettings
from doisoat.sources.contract import MANY, Source
from doisoat.sources.files.listing import ListingFiles

#: Kind of code map -> value -> in how many rows it is stated although no code map knows it.
Values = Mapping[str, Mapping[str, int]]
#: Kind of code map -> where a record states its value.
_STATED = {kind: f"{kind}_code" for kind in CodeMaps.model_fields}
#: The code of a procedure needs no map (core.procedure_family).
_PROCEDURE = re.compile(r"\d\.\d{6}.*")
#: A heading's abbreviations (TTHC, CMND, DVC): no name of a person is without a vowel.
_ABBREVIATIONS = re.compile(r"\b[BCDĐGHKLMNPQRSTVX]{2,8}\b")


class Understood:
    """What the pages and counts of one source said.

    Args:
        held: what the warehouse holds that no code map knows.
        words: how values are told.
        today: by the source's own clock.
    """

    def __init__(
        self,
        settings: ProvinceSettings,
        source: Source,
        units: Units,
        held: Values,
        words: Words,
        today: dt.date,
    ) -> None:
        self._settings, self._source, self._units, self._held, self._today = settings, source, units, held, today
        self._words = words
        self._maps = settings.sources[source.source_id].code_maps
        self.rows = self.counts = 0
        self._unmapped: dict[str, Counter[str]] = {kind: Counter() for kind in _STATED}
        self._named_unknown: Counter[str] = Counter()
        self._coded_unknown: Counter[str] = Counter()
        self._aside: Counter[str] = Counter()
        self._stated: set[str] = set()
        self._days: list[dt.date] = []
        self._flags: Counter[str] = Counter()

    def take(self, said: Page | ControlTotal) -> None:
        """Take a page of a listing, or a declared count."""
        if isinstance(said, ControlTotal):
            self._take_total(said)
            return
        self.rows += said.received
        self._aside.update(f"{row.field or 'row'} {row.reason}" for row in said.quarantined)
        for record in (*said.records, *(row.read for row in said.quarantined if row.read)):
            self._take_record(record)

    def line(self) -> str:
        """In one line: how much was read, and its first and last day; "" if nothing was."""
        if not self.rows and not self.counts:
            return ""
        if self.rows:
            return f"{self.rows:,} rows read{_span(', received', self._days, '%Y-%m-%d')}"
        return f"{self.counts:,} counts read{_span(' of', self._days, '%Y-%m')}"

    def notes(self) -> list[str]:
        """Which columns were read and which not, and the flags of counts."""
        notes = _headers(self._source) if isinstance(self._source, ListingFiles) and self._source.headers else []
        return [*notes, *([f"flags of counts: {_counted(self._flags)}"] if self._flags else [])]

    def todo(self) -> list[str]:
        """What to change so that more is understood: which option or file, and what of it."""
        file, source_id = self._settings.path.name, self._source.source_id
        asked = to_map(file, source_id, self._unmapped, self._held, self._words)
        asked += [f"{how}: {_counted(units)}" for how, units in self._unknown_units(file) if units]
        return [*asked, *([self._unreadable()] if self._aside else [])]

    def missing(self) -> list[str]:
        """The fields that this source's records always state, and that no row stated: a night refuses that."""
        return sorted(self._source.always_states - self._stated) if self.rows >= MANY else []

    def _unknown_units(self, file: str) -> list[tuple[str, Counter[str]]]:
        """The units that are not in the reference: by a name alone, and by a code, for which there is another way."""
        where = f"add to {self._settings.province.agencies or 'a file that province.agencies names'}"
        mapped = f"or map them in sources.{self._source.source_id}.code_maps.agency of {file}"
        return [
            (f"{where} these units, or what they are called here to its column aliases", self._named_unknown),
            (f"{where} these units, {mapped}", self._coded_unknown),
        ]

    def _unreadable(self) -> str:
        formats = " (dates are read by options.date_formats)" if isinstance(self._source, ListingFiles) else ""
        return f"have {self._aside.total():,} rows corrected that cannot be read{formats}: {_counted(self._aside)}"

    def _take_record(self, record: DossierRecord) -> None:
        day = record.received_at.astimezone(self._source.timezone).date() if record.received_at else None
        self._spans(day)
        then = day or self._today
        self._stated |= {name for name in self._source.always_states if getattr(record, name)}
        for kind in ("status", "channel", "online_payment"):
            value = getattr(record, _STATED[kind])
            if value is not None and _mapped(getattr(self._maps, kind), value, self._today) is None:
                self._unmapped[kind][self._words.told(_STATED[kind], value)] += 1
        procedure = record.procedure_code
        is_known = procedure is None or _PROCEDURE.fullmatch(procedure)
        if procedure is not None and not is_known and _mapped(self._maps.procedure, procedure, then) is None:
            self._unmapped["procedure"][self._words.told("procedure_code", procedure)] += 1
        prefix = (record.dossier_code or "").split("-")[0]
        mapped = _mapped(self._maps.agency, record.agency_code, then) if record.agency_code else None
        if not self._units.has_code(mapped):
            self._take_unit(record.agency_code, record.agency_name, prefix, then)

    def _take_total(self, total: ControlTotal) -> None:
        self.counts += 1
        self._spans(total.receipt_month)
        self._flags.update(self._words.told("flags", flag) for flag in total.flags)
        self._take_unit(total.agency_code, total.agency_name, None, total.receipt_month or self._today)

    def _take_unit(self, code: str | None, name: str | None, prefix: str | None, day: dt.date) -> None:
        if not self._units.count or (code is None and name is None) or self._units.finds(code, name, prefix, day):
            return
        called = self._words.told("agency_name", name) if name else ""
        if code:
            self._coded_unknown[f"{self._words.told('agency_code', code)} {called}".strip()] += 1
        else:
            self._named_unknown[called] += 1

    def _spans(self, day: dt.date | None) -> None:
        if day:
            self._days = [min([day, *self._days[:1]]), max([day, *self._days[1:]])]


def to_map(file: str, source_id: str, read: Values, held: Values, words: Words) -> list[str]:
    """Which values to add to which code map of the province file: those read now, and those that the warehouse holds."""
    return [
        f"add to sources.{source_id}.code_maps.{kind} of {file}: {values}"
        for kind in _STATED
        if (values := _listed(read.get(kind, {}), held.get(kind, {}), words))
    ]


def _span(before: str, days: Sequence[dt.date], form: str) -> str:
    if not days:
        return ""
    first, last = (f"{day:{form}}" for day in (days[0], days[-1]))
    return f"{before} {first}" + (f" to {last}" if last != first else "")


def _mapped(maps: Sequence[CodeMap], value: str, day: dt.date) -> str | None:
    for dated in maps:
        if dated.valid_from <= day and (dated.valid_to is None or day < dated.valid_to) and value in dated.map:
            return str(dated.map[value])
    return None


def _listed(read: Mapping[str, int], held: Mapping[str, int], words: Words) -> str:
    """Each value with how often it was read now and how many rows of the warehouse hold it."""
    kept = Counter({words.told_kept(value): rows for value, rows in held.items()})
    values = sorted({*read, *kept}, key=lambda value: (-read.get(value, 0), -kept[value], value))
    return ", ".join(
        f"{value} " + " and ".join([*([f"{read[value]:,} read"] if value in read else []),
                                    *([f"{kept[value]:,} held"] if value in kept else [])])
        for value in values
    )  # fmt: skip


def _counted(found: Counter[str]) -> str:
    return ", ".join(f"{value} {count:,}" for value, count in sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _headers(source: ListingFiles) -> list[str]:
    """Which fields have a column in every file and sheet, which have not, and the headings of the columns not read."""
    named = [field for field in source.options.columns if all(field in header.columns for header in source.headers)]
    lacking = [field for field in source.options.columns if field not in named]
    notes = [f"columns read: {', '.join(named)}"]
    if lacking:
        notes.append(f"no column for: {', '.join(lacking)} (their labels are in options.columns)")
    if others := _headings(label for header in source.headers for label in header.others):
        notes.append(f"columns not read: {others}")
    return notes


def _headings(labels: Iterable[str]) -> str:
    distinct = dict.fromkeys(" ".join(label.split()) for label in labels)
    shown = [f'"{label}"' for label in distinct if is_word(_ABBREVIATIONS.sub("", label) or "-")]
    hidden = [f"{len(distinct) - len(shown)} more, whose headings are not shown"] if len(distinct) > len(shown) else []
    return ", ".join([*shown, *hidden])
