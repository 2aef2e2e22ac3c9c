"""Codes as people write them: with look-alike signs, a name beside them, or the zeros that a spreadsheet took away.

A code of a form that is not known is left as it is (CONTRACTS section 5: a dossier's code may have any form).
"""

from __future__ import annotations

import re
import unicodedata

from doisoat.codes import SHAPE
from doisoat.sources.values import without_invisible

_IS_DOSSIER = re.compile(SHAPE)
#: A remark begins with words, in brackets or after a space or sign; what begins with a digit may belong to the code.
_WITH_REMARK = re.compile(rf"({SHAPE})(?:\s*[(\[]\s*[^\W\d].*|[\s,;:-]+[^\W\d].*)?", re.DOTALL)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
#: Cyrillic and Greek capitals that look like the Latin ones.
_LOOK_ALIKES = str.maketrans(
    "\u0410\u0412\u0415\u0406\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u0405"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "ABEIKMHOPCTXYSABEZHIKMNOPTYX",
)
_PROCEDURE = r"\d\.\d{6}(?:\.\d{3}\.\d\d\.\d\d)?(?:\.[A-Z]\d\d)?"
_AGENCY = r"\d{3}(?:\.\d\d){2}\.[A-Z]\d\d|[A-Z]\d\d(?:\.\d{2,3})*"
#: A family of which a spreadsheet made a number: 2.000720 is shown as 2.00072, or 2,00072. Families begin with x.0.
_LOST_ZEROS = re.compile(r"(\d)[.,](0\d{2,5})")


#: No cell with a code is longer; patterns are not tried on more.
_LONGEST = 300


def _beside_name(code: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    before = re.compile(rf"(?P<code>{code})(?:\s*[-\u2013\u2014:,;|(\[]\s*|\s+)(?P<name>[^\W\d].*?)[)\]]?")
    after = re.compile(rf"(?P<name>[^\W\d].*?)\s*[-\u2013\u2014:,;|(\[]\s*(?P<code>{code})[)\]]?")
    return before, after


_PROCEDURE_FORMS, _AGENCY_FORMS = _beside_name(_PROCEDURE), _beside_name(_AGENCY)


def dossier_code(code: str) -> str:
    """A dossier's code with the signs that it is made of: "h37.22 – 240305 – 0004 (bổ sung)" is H37.22-240305-0004.

    Look-alike letters, small letters and remarks are only read so where the result has the portal's form. Of any other code
    only what nobody can see or tell apart is unified: invisible signs, dashes, the apostrophe of a spreadsheet's text.
    """
    if _IS_DOSSIER.fullmatch(code) or len(code) > _LONGEST:
        return code
    plain = without_invisible(unicodedata.normalize("NFC", code).translate(_DASHES)).strip(" '\u2018\u2019\"")
    likely = unicodedata.normalize("NFKC", plain).upper().translate(_LOOK_ALIKES)
    found = _WITH_REMARK.fullmatch(re.sub(r"\s*([-.])\s*", r"\1", likely).strip())
    if found and not _IS_DOSSIER.search(found[0], found.end(1)):
        return found[1]
    return " ".join(plain.split()) or code


def reads_as_dossier_code(written: str) -> bool:
    """Whether a text has the portal's form of a dossier's code, or can be read so."""
    return _IS_DOSSIER.fullmatch(dossier_code(written)) is not None


def procedure_code(written: str) -> str:
    """The code of a procedure from a cell that holds its name too, or that a spreadsheet took for a number."""
    if lost := _LOST_ZEROS.fullmatch(written):
        return f"{lost[1]}.{lost[2]:0<6}"
    code, _ = _split(written, _PROCEDURE_FORMS)
    return code or written


def agency_code_and_name(written: str) -> tuple[str | None, str | None]:
    """The code and the name of an agency from a cell that holds both; (None, None) if it does not."""
    return _split(written, _AGENCY_FORMS)


def _split(written: str, forms: tuple[re.Pattern[str], ...]) -> tuple[str | None, str | None]:
    for form in forms if len(written) <= _LONGEST else ():
        if found := form.fullmatch(written):
            return found["code"], found["name"].strip()
    return None, None
