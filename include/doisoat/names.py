"""What the name of a unit is compared by: one form for every way of writing it (docs/names.md has the table of examples).

The database compares names by the same rules (core.agency_name_key, revision `agency_names`): the table of examples binds
both, and so does a test that draws names at random.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_COMMUNE = "xã(?! hội)|phường|thị trấn"  # "bảo hiểm xã hội" is no commune
_DISTRICT = "huyện|thị xã|thành phố|quận"


def _rule(pattern: str, by: str, most: int = 0) -> Callable[[str], str]:
    compiled = re.compile(pattern)
    return lambda said: compiled.sub(by, said, count=most)


#: In this order; the function of the database has the same lines.
_RULES = (
    _rule(r"[\s\u00a0\u200b\ufeff]+", " "),
    _rule(r" ?[()\[\],;] ?| ?[-\u2010-\u2015] ?", ", "),
    _rule("(, )+", ", "),
    _rule(r"^[ ,.]+|[ ,.]+$", ""),
    _rule("uỷ ban nhân dân", "ubnd"),
    _rule("hội đồng nhân dân", "hđnd"),
    _rule(r"(^|[ ,])tp(\. ?| )", r"\1thành phố "),
    _rule(r"(^|[ ,])tx(\. ?| )", r"\1thị xã "),
    _rule("^ubnd ", ""),
    _rule(", tỉnh [^,]+$", ""),  # where it is
    _rule(" tỉnh [^,]+$", " tỉnh"),  # whose it is: our own province's name says nothing
    _rule("^tỉnh( [^,]*)?$", "tỉnh"),
    _rule(f"((^|[ ])({_COMMUNE}) [^,]+?) ({_DISTRICT}) ", r"\1, \4 ", 1),
    _rule(f"^((sở|ban) .*|(.*[ ,])?({_COMMUNE}|{_DISTRICT}|đặc khu) .*) tỉnh$", r"\1"),
)


@lru_cache(maxsize=20_000)  # a source writes few names, and each in many records
def unit_key(name: str) -> str:
    """The form in which a unit's name is compared; "" if there is nothing in it.

    Case, spaces and dashes, the placement of tone marks (hoà and hòa, thuỵ and thụy), "UBND" written out or left out, the
    province's name, brackets around a district and a missing comma before it make no difference.
    """
    said = unicodedata.normalize("NFD", unicodedata.normalize("NFC", name).lower())
    said = re.sub(f"o([{_TONES}])([ae])", r"o\2\1", said)
    said = re.sub(f"u([{_TONES}])y", r"uy\1", said)
    said = unicodedata.normalize("NFC", said).replace("ð", "đ")
    for rule in _RULES:
        said = rule(said)
    return said
