"""The screen that every answer of a source passes before it is written (docs/privacy.md, doisoat.privacy)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeVar

from msgspec.structs import replace

from doisoat.model import (
    CatalogueEntry,
    ControlTotal,
    DossierRecord,
    Page,
    ProcedureCount,
    PublishedScore,
    QuarantinedRow,
    UnitCount,
)
from doisoat.names import unit_key
from doisoat.privacy import is_body, is_code, is_id, is_note, is_word
from doisoat.shapes import fingerprint, has_shape, is_usual_code

_IDS = ("procedure_code", "field_code", "agency_code", "agency_ref", "parent_agency_code")
_WORDS = ("channel_code", "status_code", "online_payment_code", "agency_level")
_UNIT = ("agency_code", "agency_ref", "agency_name")
_OF_RECORD = (*_IDS, *_WORDS, "agency_name")
#: Reads all these fields of an answer at once.
_READ: dict[tuple[str, ...], attrgetter[tuple[str | None, ...]]] = {
    names: attrgetter(*names) for names in (_UNIT, _OF_RECORD)
}
_REMEMBERED = 50_000
_T = TypeVar("_T", DossierRecord, ControlTotal, PublishedScore, UnitCount)


@dataclass
class Screen:
    """The known values of one source's vocabulary, and what was kept of its answers as a fingerprint only.

    Attributes:
        words: field -> the source's own values that the province's files know; they are kept whatever they look like.
        agencies: the names of the reference's units, in the form in which they are compared (doisoat.names).
        stated: the fields whose words are kept as they are stated, because the province file allows it; by form alone.
        key: of the warehouse's fingerprints.
        withheld: field -> how many values were kept as fingerprints.
    """

    words: Mapping[str, Set[str]] = field(default_factory=dict)
    agencies: Set[str] = frozenset()
    stated: Set[str] = frozenset()
    key: bytes = field(default=b"", repr=False)
    withheld: Counter[str] = field(default_factory=Counter)
    _seen: dict[tuple[str | None, ...], dict[str, str]] = field(default_factory=dict, repr=False)
    _decided: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False)

    def page(self, page: Page, number: int) -> Page:
        """The page as it may be written; a record whose key or code cannot be valid is quarantined, without that key or code."""
        kept, aside = [], [self.quarantined(row) for row in page.quarantined]
        for at, record in enumerate(page.records, 1):
            if is_code(record.record_id) and is_code(record.dossier_code):
                kept.append(self.record(record))
            else:
                name = "dossier_code" if is_code(record.record_id) else "record_id"
                where = f"answer {number} record {at}"
                row = QuarantinedRow(position=where, reason="not_a_code", field=name, read=record)
                aside.append(self.quarantined(row))
        return Page(kept, aside, page.declared_total, page.source_time)

    def quarantined(self, row: QuarantinedRow) -> QuarantinedRow:
        """A row that was read in part: what is no code counts as unread."""
        if row.record_id is not None:
            row = replace(row, record_id=self._code("record_id", row.record_id) if is_code(row.record_id) else None)
        if row.read is None:
            return row
        wrong = tuple(name for name in ("record_id", "dossier_code") if not is_code(getattr(row.read, name)))
        read = self.record(replace(row.read, **dict.fromkeys(wrong)))
        return replace(row, read=read, unread=tuple(dict.fromkeys((*row.unread, *wrong))))

    def total(self, total: ControlTotal) -> ControlTotal:
        """The total as it may be written."""
        kept = self._kept(total, _UNIT)
        return replace(kept, flags=self._flags(kept.flags)) if kept.flags else kept

    def score(self, score: PublishedScore) -> PublishedScore:
        """The score as it may be written; what the portal says about a flag is a text, and only kept where it may be."""
        kept = self._kept(score, _UNIT)
        metric = kept.metric and self._word("metric", kept.metric)
        message = kept.message and self._word("message", kept.message)
        return replace(kept, metric=metric, flags=self._flags(kept.flags), message=message)

    def procedure_count(self, count: ProcedureCount) -> ProcedureCount | None:
        """What was answered about a procedure as it may be written, None if its code or id is not valid."""
        if not is_id(count.procedure_code) or not is_id(count.procedure_ref):
            return None
        code, ref = self._word("procedure_code", count.procedure_code), self._word("agency_ref", count.procedure_ref)
        units = tuple([self._kept(unit, _UNIT) for unit in count.units])
        return replace(count, procedure_code=code, procedure_ref=ref, units=units)

    def _flags(self, flags: tuple[str, ...]) -> tuple[str, ...]:
        return tuple([self._word("flags", flag) for flag in flags])

    def entry(self, entry: CatalogueEntry) -> CatalogueEntry | None:
        """The entry of a catalogue as it may be written, None if its code is not valid."""
        if not is_id(entry.code):
            self.withheld["code"] += 1
            return None
        of_code = f"{entry.catalogue}_code"
        of_parent = {"procedure": "field_code", "agency": "agency_code"}.get(entry.catalogue, "field_code")
        changes: dict[str, str | None] = {"code": self._word(of_code, entry.code)}
        if entry.catalogue == "agency" and entry.name:
            changes["name"] = self._word(
                "agency_name", entry.name
            )  # the names of procedures and fields are published text
        if entry.parent_code:
            changes["parent_code"] = self._word(of_parent, entry.parent_code)
        if entry.ref:  # an id that a system made has the same forms, whatever it is of
            changes["ref"] = self._word("agency_ref", entry.ref) if is_id(entry.ref) else None
        if entry.level:
            changes["level"] = self._word("agency_level", entry.level)
        return replace(entry, **changes)

    def record(self, record: DossierRecord) -> DossierRecord:
        """The record as it may be written, one whose key and code may be such."""
        said = (record.record_id, record.dossier_code, *record.linked_codes)
        if not all(code is None or is_usual_code(code) for code in said):
            record = self._with_codes(record)
        return self._kept(record, _OF_RECORD)

    def _with_codes(self, record: DossierRecord) -> DossierRecord:
        linked = tuple([code for code in record.linked_codes if is_code(code)])
        self.withheld.update({"linked_codes": lost} if (lost := len(record.linked_codes) - len(linked)) else {})
        changes = {name: self._code(name, getattr(record, name)) for name in ("record_id", "dossier_code")}
        return replace(
            record, **changes, linked_codes=tuple([str(self._code("linked_codes", code)) for code in linked])
        )

    def _code(self, name: str, code: str | None) -> str | None:
        """A dossier's code or a record's key: its fingerprint is the same wherever it stands, so records still join."""
        return code if code is None else self._word(name, code)

    def _kept(self, of: _T, names: tuple[str, ...]) -> _T:
        said = _READ[names](of)
        changes = self._seen.get(said)
        if changes is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            instead = {
                name: self._instead(name, text) for name, text in zip(names, said, strict=True) if text is not None
            }
            changes = {name: kept for name, kept in instead.items() if kept is not None}
            self._seen[said] = changes
        self.withheld.update(changes.keys())
        return replace(of, **changes) if changes else of

    def _instead(self, name: str, text: str) -> str | None:
        """The fingerprint that is kept instead of a value, None if it is kept itself; decided once: the same few values
        come in many combinations."""
        if (name, text) not in self._decided:
            if len(self._decided) >= _REMEMBERED:
                self._decided.clear()
            self._decided[name, text] = None if self._may_be(name, text) else self._fingerprint(name, text)
        return self._decided[name, text]

    def _word(self, name: str, text: str) -> str:
        if self._may_be(name, text):
            return text
        self.withheld[name] += 1
        return self._fingerprint(name, text)

    def kept(self, name: str, text: str) -> str:
        """What is kept of one value of a field: itself, or its fingerprint. It is not counted."""
        return text if self._may_be(name, text) else self._fingerprint(name, text)

    def _fingerprint(self, name: str, text: str) -> str:
        """Of a unit's name that of the form in which names are compared: however it is written, it is the same unit."""
        return fingerprint(self.key, unit_key(text) or text if name == "agency_name" else text)

    def _may_be(self, name: str, text: str) -> bool:
        if text in self.words.get(name, ()) or (name == "agency_name" and unit_key(text) in self.agencies):
            return True
        if name != "agency_name" and has_shape(name, text):
            return True
        return name in self.stated and _FORMS.get(name, is_word)(text)


#: What a field's own words may look like where the province file has them kept.
_FORMS: dict[str, Callable[[str], bool]] = {
    "agency_name": is_body,
    "message": is_note,
    **dict.fromkeys(("record_id", "dossier_code", "linked_codes"), is_code),
    **dict.fromkeys(_IDS, is_id),
}
