"""The shapes in which a source's own value cannot be a person, and the fingerprint that is kept of any other (ADR 28).

A code has a shape: a few short parts of letters and digits. A word has none: of a status it can only be known that a code map
has it. What has no shape and is not known is kept as a fingerprint: the same word has the same one in every source, so it can be
counted, linked and mapped later; without the warehouse's key it cannot be looked up in a table of names or numbers.
"""

from __future__ import annotations

import hashlib
import re

from doisoat.codes import SHAPE

#: How every fingerprint begins; no value of a source does, since what begins so has no shape.
MARK = "#"
_DIGITS = 16
#: An identity number (nine digits, or twelve of which the first is 0) or a phone.
_PERSONAL = re.compile(r"\d{9}|0\d{9,11}|84\d{9,10}", re.A)
_ONLY_DIGITS = re.compile(r"[\d\W_]+", re.A)
_RUN = re.compile(r"\d{9,}", re.A)
_INTERNAL = r"\d{1,8}|[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
#: Parts of a code: digits, with at most five letters in a row, since more of them may be a name.
_PART = r"(?=[A-Za-z0-9])(?:[A-Za-z]{1,5})?(?:\d+[A-Za-z]{1,5})*\d*"
_CODE = re.compile(rf"(?=.*\d){_PART}(?:[./_:-]{_PART})*", re.A)
_UNIT = re.compile(rf"(?:\d{{3}}\.\d\d\.\d\d\.)?[A-Z]\d\d(?:\.\d{{2,3}}){{0,3}}|{_INTERNAL}", re.A)
_SHORT = re.compile(r"[A-Z0-9]{1,5}(?:[.-][A-Z0-9]{1,5}){0,3}", re.A)
_PLATE = re.compile(r"\d\d-?[A-Z]{1,2}\d?[-.]?\d{3}\.?\d{2}", re.A)
_SHAPES = {
    "procedure_code": re.compile(r"\d\.\d{6}(?:\.[0-9A-Z]{2,3}){0,4}", re.A),
    "agency_level": re.compile(r"\d{1,3}|CAP_[A-Z]{1,6}|level_?\d|(?i:province|department|district|commune)", re.A),
    "metric": re.compile(r"[A-Z]+(?:_[A-Z]+)+", re.A),
    "flags": re.compile(r"[A-Z]+(?:_[A-Z]+)+|OK|system \d{1,3}", re.A),
}
_USUAL = re.compile(rf"{SHAPE}|{_INTERNAL}", re.A)
_WORD = re.compile(r"[+-]?\d{1,3}", re.A)
_OF_UNITS = {"agency_code", "agency_ref", "parent_agency_code"}
_OF_DOSSIERS = {"record_id", "dossier_code", "linked_codes"}


def has_shape(field: str, text: str) -> bool:
    """Whether a value has the shape of its field (of doisoat.model), in which it names nobody."""
    if field in _OF_DOSSIERS:
        return is_usual_code(text) or _is_code(text)
    if field in _OF_UNITS:
        return _UNIT.fullmatch(text) is not None or _is_code(text)
    if field == "field_code":
        return _SHORT.fullmatch(text) is not None and _is_code(text)
    return _SHAPES.get(field, _WORD).fullmatch(text) is not None


def is_usual_code(text: str) -> bool:
    """Whether a text is a dossier's code as most provinces write it, or a key that a system drew or counted."""
    return _USUAL.fullmatch(text) is not None


def _is_code(text: str) -> bool:
    if len(text) > 80 or not _CODE.fullmatch(text) or _PLATE.fullmatch(text):
        return False
    numbers = [re.sub(r"\D", "", text)] if _ONLY_DIGITS.fullmatch(text) else _RUN.findall(text)
    return not any(map(_PERSONAL.fullmatch, numbers))


def is_fingerprint(text: str | None) -> bool:
    """Whether a kept value stands for one that was not kept."""
    return text is not None and text.startswith(MARK)


def fingerprint(key: bytes, text: str) -> str:
    """What is kept of a text: `#` and 16 hexadecimal digits; core.fingerprint_of is the same function."""
    return MARK + hashlib.sha256(key + text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
