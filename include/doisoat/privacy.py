"""Which parts of a source's own text may be kept (docs/privacy.md, "A person where none should be").

A decoder reads only fields that by contract hold no personal data; a source may put some there nevertheless. No list
of names can find them (communes are called after people), so this goes by form alone: a code has a digit, a status has no
capitals within, a public body's name begins as such names do. collect/screen.py applies it to what a source says.
"""

from __future__ import annotations

import re
import unicodedata

WITHHELD = "[withheld]"  # replaces a value that was stated: it is unknown, but not empty
_CODE = re.compile(r"(?=.*\d)[^@]{1,80}")
_ID = re.compile(r"[!-?A-~]{1,80}")
_WORD = re.compile(r"[!-?A-~]{1,80}|[^@]{1,80}")
#: Nine digits, as in an identity or phone number, with only a few separators between them.
_NUMBER = re.compile(r"\d(?:[\W_]{0,3}\d){8}")
_BODY = re.compile(  # with its marks: "Tô" is a name, "tổ" is a body
    r"(?!.*@)(?:ubnd|[uủ][yỷ] ban|hđnd|hội đồng|văn phòng|vp|sở|ban|phòng|trung tâm|tt|bộ|công an|cục|chi cục|"
    r"tổng cục|chi nhánh|thanh tra|bảo hiểm|bhxh|kho bạc|ngân hàng|điện lực|trường|bệnh viện|trạm|tổ|đội|hạt|tòa án|toà án|"
    r"viện|quỹ|khu|cửa khẩu|xã|phường|thị trấn|thị xã|tx|thành phố|tp|huyện|quận|tỉnh|đặc khu|một cửa|cơ quan|đơn vị|"
    r"bưu điện|cổng)[ .].{1,150}"
)
#: Removed from an operator's own text before it is searched: codes of dossiers and procedures, and dates.
_HARMLESS = re.compile(
    r"\d\.\d{6}\.000\.00\.00(?:\.[A-Z]\d\d)?|"
    r"(?:\d{3}\.\d\d\.\d\d\.)?[A-Z]\d\d(?:\.\d{2,3})*-\d{6}-\d{4,5}|\b\d{4}-\d\d?-\d\d?\b|\b\d\d?/\d\d?/\d{4}\b"
)
_PERSON = {
    "an e-mail address": re.compile(r"\S@\S"),
    "an identity number or a phone": _NUMBER,
    "a passport's number": re.compile(r"\b[A-Za-z]\d{7,8}\b"),
}


def is_code(text: str | None) -> bool:
    """Whether a text may be a dossier's code or a record's key, which can have any form; None may be one too."""
    return text is None or _CODE.fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Whether a text may be a key or a code of anything but a dossier."""
    return _ID.fullmatch(text) is not None


def is_body(name: str) -> bool:
    """Whether a name begins like the name of a public body, and holds no number as long as a personal one."""
    return _BODY.fullmatch(name.lower()) is not None and _NUMBER.search(name) is None


def is_word(text: str) -> bool:
    """Whether a text may be a status, a channel, a level or a payment method: a code, or a phrase with no capitals inside."""
    is_plain = text[1:] == text[1:].lower() or is_id(text)
    return is_plain and _WORD.fullmatch(text) is not None and _NUMBER.search(text) is None


def is_note(text: str) -> bool:
    """Whether an operator's note may be kept: a few words, without an address or a number as long as a personal one.

    A name cannot be distinguished from other words: the command that asks for the note says that none belongs there.
    """
    return 0 < len(text.strip()) <= 500 and person_in(text) is None


def person_in(text: str) -> str | None:
    """The kind of personal data that an operator's text seems to hold, or None. A name cannot be recognised by its form."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = _HARMLESS.sub(" | ", plain)
    return next((kind for kind, form in _PERSON.items() if form.search(plain)), None)
