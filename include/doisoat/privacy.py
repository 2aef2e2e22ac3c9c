"""Which parts of a source's own text may be kept (docs/privacy.md, "A person where none should be").

A decoder reads only fields that by contract hold no personal data; a source may put some there nevertheless. No list
of names can find them (communes are called after people), so this goes by form alone: a code has a digit, a status has no
capitals within, a public body's name begins as such names do. collect/screen.py applies it to what a source says.
"""

from __future__ import annotations

import re
import unicodedata

from doisoat.codes import SHAPE

WITHHELD = "[withheld]"  # replaces a value that was stated: it is unknown, but not empty
_CODE = re.compile(r"(?=.*\d)[^@]{1,80}")
_ID = re.compile(r"[!-?A-~]{1,80}")
_WORD = re.compile(r"[!-?A-~]{1,80}|[^@]{1,80}")
#: Nine digits, as in an identity or phone number, with only a few separators between them: of what a source says.
_NUMBER = re.compile(r"\d(?:[\W_]{0,3}\d){8}")
_BODY = re.compile(  # with its marks: "Tô" is a name, "tổ" is a body
    r"(?!.*@)(?:ubnd|[uủ][yỷ] ban|hđnd|hội đồng|văn phòng|vp|sở|ban|phòng|trung tâm|tt|bộ|công an|cục|chi cục|"
    r"tổng cục|chi nhánh|thanh tra|bảo hiểm|bhxh|kho bạc|ngân hàng|điện lực|trường|bệnh viện|trạm|tổ|đội|hạt|tòa án|toà án|"
    r"viện|quỹ|khu|cửa khẩu|xã|phường|thị trấn|thị xã|tx|thành phố|tp|huyện|quận|tỉnh|đặc khu|một cửa|cơ quan|đơn vị|"
    r"bưu điện|cổng)[ .].{1,150}"
)
#: Letters, digits and dots of a code or a date end where no further digit follows, nor one behind a dash, a slash or a dot:
#: else any number could be cut into harmless pieces.
_ALONE = r"(?<![\w.])(?<!\d[-/])(?:{})(?!\w|[-/.:]\d)"
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
#: Allowed in an operator's own text: codes of dossiers and procedures, dates, and times after them.
_HARMLESS = re.compile(
    _ALONE.format(
        r"\d\.\d{6}(?:\.\d{3}\.\d\d\.\d\d)?(?:\.[A-Z]\d\d)?|"
        rf"{SHAPE}|(?:{_YEAR}-{_MONTH}-{_DAY}|{_DAY}/{_MONTH}/{_YEAR})(?:[ T]{_TIME})?"
    )
)
_PERSON = {
    "an e-mail address": re.compile(r"\S@\S"),
    "an identity number or a phone": re.compile(r"\d(?:[\W_]*\d){8}"),
    "a passport's number": re.compile(r"\b[A-Za-z][\W_]*\d(?:[\W_]*\d){6,7}\b"),
    "a vehicle's plate": re.compile(r"\b\d\d[ -]?[A-ZĐ]{1,2}\d?[ .-]{0,3}\d{3}[ .]?\d{2}\b"),
    "a house's address": re.compile(
        r"(?i)\b(?:số nhà|ngõ|ngách|hẻm|kiệt)\s*(?:số\s*)?\d|\b(?:số\s*)?\d+[a-z]?(?:/\d+)*,?\s+(?:đường|phố)\s+\w"
    ),
}
#: What goes before a person's name.
_TITLE = re.compile(
    r"(?<!\w)(?:ông|bà|anh|chị|cô|chú|bác|em|cháu|họ tên|họ và tên|tên là|người nộp(?: là)?)\s*:?\s+((?:[^\W\d_]+\s*){2,})",
    re.I,
)
#: Marks that turn the direction of writing: what is read is not what is kept.
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_code(text: str | None) -> bool:
    """Whether a text may be a dossier's code or a record's key, which can have any form; None may be one too."""
    return text is None or (_CODE.fullmatch(text) is not None and _is_shown(text))


def is_id(text: str) -> bool:
    """Whether a text may be a key or a code of anything but a dossier."""
    return _ID.fullmatch(text) is not None


def is_body(name: str) -> bool:
    """Whether a name begins like the name of a public body, and holds no number as long as a personal one."""
    return _BODY.fullmatch(name.lower()) is not None and _NUMBER.search(name) is None and _is_shown(name)


def is_word(text: str) -> bool:
    """Whether a text may be a status, a channel, a level or a payment method: a code, or a phrase with no capitals inside."""
    is_plain = text[1:] == text[1:].lower() or is_id(text)
    return is_plain and _WORD.fullmatch(text) is not None and _NUMBER.search(text) is None and _is_shown(text)


def _is_shown(text: str) -> bool:
    """Whether a text holds only signs that are seen: no control characters, escape sequences or marks of direction."""
    return text.isprintable() or all(unicodedata.category(sign) not in ("Cc", "Cf", "Cs") for sign in text)


def is_note(text: str) -> bool:
    """Whether an operator's note may be kept: a few words in which person_in finds nobody.

    Most names cannot be distinguished from other words: the command that asks for the note says that none belongs there.
    """
    return 0 < len(text.strip()) <= 500 and person_in(text) is None


def person_in(text: str) -> str | None:
    """The kind of personal data that an operator's text seems to hold, or of signs that do not belong in one; else None.

    The text is brought into one form first: full-width, superscript, circled and other scripts' digits are digits, signs
    without width are nothing. Numbers are looked for across any separators. A name can be told by what goes before it at most.
    """
    if any(sign in _TURNING or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\r\n") for sign in text):
        return "a control character"
    plain = _HARMLESS.sub(" ", _plain(text))
    found = next((kind for kind, form in _PERSON.items() if form.search(plain)), None)
    return found or ("a person's name" if any(map(_is_name, _TITLE.findall(plain))) else None)


def _plain(text: str) -> str:
    signs = (sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    return "".join(sign if (digit := unicodedata.digit(sign, None)) is None else str(digit) for sign in signs)


def _is_name(words: str) -> bool:
    """Whether the first two of the words are written as a name is."""
    return all(word[0].isupper() for word in words.split()[:2])
