"""The screen that every answer of a source passes before it is written (docs/privacy.md, doisoat.privacy)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from doisoat.model import CatalogueEntry, ControlTotal, DossierRecord, Page, QuarantinedRow
from doisoat.names import unit_key
from doisoat.privacy import WITHHELD, is_body, is_code, is_id, is_word

_IDS = ("procedure_code", "field_code", "agency_code", "agency_ref", "parent_agency_code")
_WORDS = ("channel_code", "status_code", "online_payment_code", "agency_level")
_REMEMBERED = 50_000
_T = TypeVar("_T", DossierRecord, ControlTotal, CatalogueEntry)


@dataclass
class Screen:
    """The known values of one source's vocabulary, and what was withheld of its answers.

    Attributes:
        words: field -> the source's own values that the province file maps; they are kept whatever they look like.
        agencies: the names of the reference's units, in the form in which they are compared (doisoat.names).
        withheld: field -> how many values were not kept.
    """

    words: Mapping[str, Set[str]] = field(default_factory=dict)
    agencies: Set[str] = frozenset()
    withheld: Counter[str] = field(default_factory=Counter)
    _seen: dict[tuple[str | None, ...], dict[str, str | None]] = field(default_factory=dict, repr=False)

    def page(self, page: Page, number: int) -> Page:
        """The page as it may be written; a record whose key or code cannot be valid is quarantined, without that key or code."""
        kept, aside = [], [self._quarantined(row) for row in page.quarantined]
        for at, record in enumerate(page.records, 1):
            if is_code(record.record_id) and is_code(record.dossier_code):
                kept.append(self._record(record))
            else:
                name = "dossier_code" if is_code(record.record_id) else "record_id"
                where = f"answer {number} record {at}"
                row = QuarantinedRow(position=where, reason="not_a_code", field=name, read=record)
                aside.append(self._quarantined(row))
        return Page(kept, aside, page.declared_total, page.source_time)

    def _quarantined(self, row: QuarantinedRow) -> QuarantinedRow:
        """A row that was read in part: what is no code counts as unread."""
        if not is_code(row.record_id):
            row = replace(row, record_id=None)
        if row.read is None:
            return row
        wrong = tuple(name for name in ("record_id", "dossier_code") if not is_code(getattr(row.read, name)))
        read = self._record(replace(row.read, **dict.fromkeys(wrong)))
        return replace(row, read=read, unread=tuple(dict.fromkeys((*row.unread, *wrong))))

    def total(self, total: ControlTotal) -> ControlTotal | None:
        """The total as it may be written; None if nothing is left to identify its unit: it must not be taken for another's."""
        named = total.agency_code or total.agency_ref or total.agency_name
        kept = self._kept(total, ("agency_code", "agency_ref", "agency_name"))
        if named and not (kept.agency_code or kept.agency_ref or kept.agency_name):
            return None
        if all(map(is_word, kept.flags)):
            return kept
        self.withheld["flags"] += 1
        return replace(kept, flags=tuple(flag if is_word(flag) else WITHHELD for flag in kept.flags))

    def entry(self, entry: CatalogueEntry) -> CatalogueEntry | None:
        """The entry of a catalogue as it may be written, None if its code is not valid."""
        if not is_id(entry.code):
            self.withheld["code"] += 1
            return None
        changes: dict[str, str | None] = {}
        if entry.catalogue == "agency" and entry.name and not self._may_be("agency_name", entry.name):
            changes["name"] = None  # the names of procedures and fields are published text
        if entry.parent_code and not is_id(entry.parent_code):
            changes["parent_code"] = None
        if entry.level and not is_word(entry.level):
            changes["level"] = WITHHELD
        self.withheld.update(changes.keys())
        return replace(entry, **changes) if changes else entry

    def _record(self, record: DossierRecord) -> DossierRecord:
        if not all(map(is_code, record.linked_codes)):
            kept = tuple(filter(is_code, record.linked_codes))
            self.withheld["linked_codes"] += len(record.linked_codes) - len(kept)
            record = replace(record, linked_codes=kept)
        return self._kept(record, (*_IDS, *_WORDS, "agency_name"))

    def _kept(self, of: _T, names: tuple[str, ...]) -> _T:
        said = tuple([getattr(of, name) for name in names])
        changes = self._seen.get(said)
        if changes is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            pairs = [(name, text) for name, text in zip(names, said, strict=True) if text is not None]
            changes = {
                name: WITHHELD if name in _WORDS else None for name, text in pairs if not self._may_be(name, text)
            }
            self._seen[said] = changes
        self.withheld.update(changes.keys())
        return replace(of, **changes) if changes else of

    def _may_be(self, name: str, text: str) -> bool:
        if text in self.words.get(name, ()):
            return True
        if name == "agency_name":
            return is_body(text) or unit_key(text) in self.agencies
        return is_word(text) if name in _WORDS else is_id(text)
