"""How much room a text takes in a cell: no spreadsheet works out the height of a merged row, or of any row before it is opened.

Widths are those of Times New Roman (Liberation Serif has the same), in thousandths of the font's size; a letter with marks is
as wide as the letter. Column widths are Excel's: digits of the default font, seven pixels each.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

_SIGNS: dict[int, str] = {
    250: " .,", 278: "ijlt/:;", 333: "Ifr()-[]!'", 389: "Js", 408: '"', 444: "acez?", 500: "bdghknopquvxy0123456789đ_–",
    556: "FPS", 611: "ELTZ", 667: "BCR", 722: "ADGHKNOQUVXYwĐ", 778: "m&", 833: "%", 889: "M", 944: "W", 1000: "—",
}  # fmt: skip
_WIDTHS = {sign: width for width, signs in _SIGNS.items() for sign in signs}
#: Of a sign that is not listed; and by how much bold is wider.
_OTHER, _BOLD = 600, 1.08
#: Pixels of a point and of a digit, of a cell's margins, and a little more than the exact width: programs round differently.
_POINT, _DIGIT, _MARGINS, _SPARE = 96 / 72, 7.0, 6.0, 1.05
#: The height of a line, by the size of its font; and above and below the text.
LINE, _PADDING = 1.32, 3.0
_BREAKS = re.compile(r"(?<=[ -])")


@cache
def _width_of(sign: str) -> int:
    letter = unicodedata.normalize("NFD", sign)[0]
    return _WIDTHS.get(letter, _OTHER)


@lru_cache(maxsize=1 << 16)  # most words, and most texts of cells, come again in the next row
def pixels(text: str, size: float = 11, *, bold: bool = False) -> float:
    """How wide a text is on one line."""
    width = sum(map(_width_of, unicodedata.normalize("NFC", text)))
    return width / 1000 * size * _POINT * _SPARE * (_BOLD if bold else 1)


@lru_cache(maxsize=1 << 14)
def lines(text: str, width: float, size: float = 11, *, bold: bool = False) -> int:
    """On how many lines a text stands in a column of this width; a word that is too long is broken anywhere."""
    room, count = width * _DIGIT - _MARGINS, 0
    for paragraph in text.split("\n"):
        count, used = count + 1, 0.0
        for word in _BREAKS.split(paragraph):
            wide = pixels(word.rstrip(), size, bold=bold)
            if used and used + wide > room:
                count, used = count + 1, 0.0
            count += int(wide // room) if wide > room else 0
            used += pixels(word, size, bold=bold)
    return count


def height(count: int, size: float = 11) -> float:
    """How high a row of so many lines is, in points."""
    return round(count * size * LINE + _PADDING, 1)
