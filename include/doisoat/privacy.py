"""What of a source's own words may be kept (docs/privacy.md, "A person where none should be").

A decoder reads only fields that hold no person's data by contract; a source may put a person there all the same. No list
of names can find them (communes are called after people), so this goes by form alone: a code has a digit, a status has no
capitals within, a public body's name begins as such names do.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import replace

from doisoat.model import CatalogueEntry, ControlTotal, DossierRecord, Page, QuarantinedRow

WITHHELD = "[withheld]"  # stands for a word that was stated: it is unknown, but it is not nothing
_CODE = re.compile(r"(?=.*\d)[^@]{1,80}")
_ID = re.compile(r"[!-?A-~]{1,80}")
_WORD = re.compile(r"[!-?A-~]{1,80}|[^@]{1,80}")
#: Nine digits, as an identity number or a phone has, with nothing but a few signs between them.
_NUMBER = re.compile(r"\d(?:[\W_]{0,3}\d){8}")
_BODY = re.compile(  # with its marks: "Tô" is a name, "tổ" is a body
    r"(?!.*@)(?:ubnd|[uủ][yỷ] ban|hđnd|hội đồng|văn phòng|vp|sở|ban|phòng|trung tâm|tt|bộ|công an|cục|chi cục|"
    r"tổng cục|chi nhánh|thanh tra|bảo hiểm|bhxh|kho bạc|ngân hàng|điện lực|trường|bệnh viện|trạm|tổ|đội|hạt|tòa án|toà án|"
    r"viện|quỹ|khu|cửa khẩu|xã|phường|thị trấn|thị xã|tx|thành phố|tp|huyện|quận|tỉnh|đặc khu|một cửa|cơ quan|đơn vị|"
    r"bưu điện|cổng)[ .].{1,150}"
)
#: What is taken out of an operator's own words before they are searched: codes of dossiers and of procedures, and dates.
_HARMLESS = re.compile(
    r"\d\.\d{6}\.000\.00\.00(?:\.[A-Z]\d\d)?|"
    r"(?:\d{3}\.\d\d\.\d\d\.)?[A-Z]\d\d(?:\.\d{2,3})*-\d{6}-\d{4,5}|\b\d{4}-\d\d?-\d\d?\b|\b\d\d?/\d\d?/\d{4}\b"
)
_PERSON = {
    "an e-mail address": re.compile(r"\S@\S"),
    "an identity number or a phone": _NUMBER,
    "a passport's number": re.compile(r"\b[A-Za-z]\d{7,8}\b"),
}
_IDS = ("procedure_code", "field_code", "agency_code", "agency_ref", "parent_agency_code")
_WORDS = ("channel_code", "status_code", "online_payment_code", "agency_level")
_REMEMBERED = 50_000
_T = TypeVar("_T", DossierRecord, ControlTotal, CatalogueEntry)


def is_code(text: str | None) -> bool:
    """Whether a text may be a dossier's code or a record's key, which are of any form; so may None."""
    return text is None or _CODE.fullmatch(text) is not None


def is_word(text: str) -> bool:
    """Whether a text may be a status, a channel, a level or a way of paying: a code, or a phrase without capitals in it."""
    is_plain = text[1:] == text[1:].lower() or _ID.fullmatch(text) is not None
    return is_plain and _WORD.fullmatch(text) is not None and _NUMBER.search(text) is None


def is_note(text: str) -> bool:
    """Whether an operator's note may be kept: some words without an address or a number as long as a person's.

    A name cannot be told from other words: the command that asks for the note says that none belongs there.
    """
    return 0 < len(text.strip()) <= 500 and person_in(text) is None


def name_key(name: str) -> str:
    """What the names of units are compared by."""
    return " ".join(unicodedata.normalize("NFC", name).lower().split()).removeprefix("ubnd ")


def person_in(text: str) -> str | None:
    """What in an operator's own words looks like a person's data: its kind, or None. A name cannot be told by its form."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = _HARMLESS.sub(" | ", plain)
    return next((kind for kind, form in _PERSON.items() if form.search(plain)), None)


@dataclass
class Screen:
    """What is known of one source's words, and what was withheld of them.

    Attributes:
        words: field -> the source's own words that the province file maps; they are kept whatever they look like.
        agencies: the names of the reference's units, as `name_key` makes them.
        withheld: field -> how many values were not kept.
    """

    words: Mapping[str, Set[str]] = field(default_factory=dict)
    agencies: Set[str] = frozenset()
    withheld: Counter[str] = field(default_factory=Counter)
    _seen: dict[tuple[str | None, ...], dict[str, str | None]] = field(default_factory=dict, repr=False)

    def page(self, page: Page, number: int) -> Page:
        """The page as it may be written; a record whose key or code cannot be one is set aside."""
        kept, aside = [], [row if is_code(row.record_id) else replace(row, record_id=None) for row in page.quarantined]
        for at, record in enumerate(page.records, 1):
            if is_code(record.record_id) and is_code(record.dossier_code):
                kept.append(self._record(record))
            else:
                name = "dossier_code" if is_code(record.record_id) else "record_id"
                where = f"answer {number} record {at}"
                aside.append(QuarantinedRow(position=where, reason="not_a_code", field=name))
        return Page(kept, aside, page.declared_total, page.source_time)

    def total(self, total: ControlTotal) -> ControlTotal | None:
        """The total as it may be written; None where nothing is left to name its unit by: it must not pass for another."""
        named = total.agency_code or total.agency_ref or total.agency_name
        kept = self._kept(total, ("agency_code", "agency_ref", "agency_name"))
        if named and not (kept.agency_code or kept.agency_ref or kept.agency_name):
            return None
        if all(map(is_word, kept.flags)):
            return kept
        self.withheld["flags"] += 1
        return replace(kept, flags=tuple(flag if is_word(flag) else WITHHELD for flag in kept.flags))

    def entry(self, entry: CatalogueEntry) -> CatalogueEntry | None:
        """The entry of a catalogue as it may be written, None where its code is none."""
        if not _ID.fullmatch(entry.code):
            self.withheld["code"] += 1
            return None
        changes: dict[str, str | None] = {}
        if entry.catalogue == "agency" and entry.name and not self._may_be("agency_name", entry.name):
            changes["name"] = None  # the names of procedures and fields are published text
        if entry.parent_code and not _ID.fullmatch(entry.parent_code):
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
            is_body = _BODY.fullmatch(text.lower()) is not None and _NUMBER.search(text) is None
            return is_body or name_key(text) in self.agencies
        return is_word(text) if name in _WORDS else _ID.fullmatch(text) is not None
