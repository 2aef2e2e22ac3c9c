"""The vocabulary of report workbooks: which form a sheet is, what a column counts, how a number is written.

CONTRACTS section 2b. Columns are found by their labels from the top of the header to its bottom, never by their position.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from doisoat.sources.files.words import fold
from doisoat.sources.files.workbooks import NoValue

#: What is counted: always dossiers, in the reporting period.
MEASURES = {
    "received": "received in the period, what was carried over not included",
    "received_online": "of these, online",
    "received_online_full": "of these, through fully online services",
    "received_online_partial": "of these, through partly online services",
    "received_direct": "received over the counter",
    "received_post": "received by public post",
    "received_direct_or_post": "received over the counter or by public post, where a form does not part them",
    "received_other": "received in another way",
    "received_non_local": "received for another place",
    "carried_over": "open at the beginning of the period",
    "received_and_carried_over": "received in the period or carried over into it",
    "resolved": "finished in the period, as the form counts it",
    "resolved_early": "finished before the due date",
    "resolved_on_time": "finished on the due date",
    "resolved_in_time": "finished before or on the due date, where a form does not part them",
    "resolved_overdue": "finished after the due date",
    "pending": "not finished at the end of the period",
    "pending_in_time": "not finished and not yet due",
    "pending_overdue": "not finished and overdue",
    "refused": "not accepted",
    "stopped": "stopped",
    "withdrawn": "withdrawn by the applicant",
    "waiting_for_acceptance": "submitted and not yet accepted",
    "waiting_for_acceptance_in_time": "of these, within the time for accepting",
    "waiting_for_acceptance_overdue": "of these, beyond it",
    "paid": "for which a fee was paid",
    "paid_online": "of these, online",
    "paid_direct": "of these, over the counter",
}
#: A whole and its parts, if all of them are stated; `received_other` is one of the parts of what was received, if stated.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("received", ("received_online", "received_direct", "received_post")),
    ("received", ("received_online", "received_direct_or_post")),
    ("received", ("received_online_full", "received_online_partial", "received_direct", "received_post")),
    ("received", ("received_online_full", "received_online_partial", "received_direct_or_post")),
    ("received_online", ("received_online_full", "received_online_partial")),
    ("received_and_carried_over", ("received", "carried_over")),
    ("resolved", ("resolved_early", "resolved_on_time", "resolved_overdue")),
    ("resolved", ("resolved_in_time", "resolved_overdue")),
    ("pending", ("pending_in_time", "pending_overdue")),
)

#: The forms, by what is left of their titles without case, marks and spaces. The same table has had several numbers: II.06a (b,
#: c, d, đ for other offices), 06 in Circular 01/2020, 07a of the Ministry of Justice. Under II.07 travel that table and another
#: one, of reasons for delays: only the columns tell.
_FORMS = {
    "II.06/VPCP/KSTT": re.compile(
        r"ii0?6[a-eg]?(?:vpcp|btp|kstt)|ii0?6[a-d]|(?:bieu|mau)(?:so|mau)?0?6[a-eg]?(?:vpcp|kstt)"
    ),
    "II.07/VPCP/KSTT": re.compile(r"ii0?7[a-eg]?(?:vpcp|kstt)|ii0?7[ab](?!btp)"),
    "07a/BTP": re.compile(r"0?7abtp"),
    "by unit": re.compile(r"tonghop.*giaiquyet.*theo(?:cac)?donvi"),
}
#: For messages.
KNOWN_FORMS = "by unit; II.06a, b, c, d, đ or 06/VPCP/KSTT; II.07a, b; 07a/BTP"
#: Forms whose number alone does not say what the table holds.
MAY_HOLD_OTHERS = "II.07/VPCP/KSTT"
NOT_A_COUNT = "NOT_A_COUNT"
FORMULA_WITHOUT_VALUE = "FORMULA_WITHOUT_VALUE"
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_PENDING = r"(?:dang|chua)(?:duoc)?(?:giaiquyet|xuly)|tondong"
_RESOLVED = r"da(?:duoc)?(?:giaiquyet|xuly)|giaiquyetxong"
_RECEIVED = r"tiepnhan|nhangiaiquyet|hosonhan"
_A_GROUP = re.compile(f"{_PENDING}|{_RESOLVED}|{_RECEIVED}")
_WITH_RETURNED = re.compile(r"bosung|tralai|rut")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
_TOO_MANY = 10**8  # dossiers of a province in a year; a telephone number that strayed into a column is not a count
_DASHES = frozenset("-–—")


def form_of(title: str) -> str | None:
    """Which of the FORMS a sheet is, by the texts above its table; None for any other sheet."""
    said = fold(title).replace("thutuchanhchinh", "tthc")
    return next((form for form, pattern in _FORMS.items() if pattern.search(said)), None)


def measure_of(labels: Sequence[str]) -> str | None:
    """What a column counts.

    Args:
        labels: its labels from the top of the header to the bottom, without repetitions.

    Returns:
        A name in MEASURES, None for a column that we do not count (a ratio, a note, an apology).
    """
    parts = [fold(_IN_BRACKETS.sub("", label)) for label in labels]
    said = "/".join(part for part in parts if part)
    if "%" in "".join(labels) or re.search(r"tyle|tile|ghichu|xinloi|donvitinh", said):
        return None
    for find in (_special, _grouped):
        if found := find(said, parts):
            return found
    return None


def includes_returned(labels: Sequence[str]) -> bool:
    """Whether a label itself says that dossiers awaiting supplement, returned or withdrawn are included."""
    said = [fold(found) for label in labels for found in _IN_BRACKETS.findall(label)]
    return any("baogom" in text and _WITH_RETURNED.search(text) for text in said)


def _special(said: str, parts: Sequence[str]) -> str | None:
    if re.search(r"khongduoctiepnhan|khongtiepnhan|tuchoi", said):
        return "refused"
    if "chotiepnhan" in said:
        return "waiting_for_acceptance" + _in_time_or_not(said)
    if re.search(r"dung(?:xuly|giaiquyet)", said):
        return "stopped"
    if any(re.search(r"^(?:hoso|sohoso|soluonghoso|congdan|xin|yeucau)*rut", part) for part in parts):
        return "withdrawn"
    if "thanhtoan" in said:
        return "paid_online" if "tructuyen" in said else "paid_direct" if "tructiep" in said else "paid"
    return None


def _in_time_or_not(said: str) -> str:
    if "quahan" in said:
        return "_overdue"
    return "_in_time" if re.search(r"dunghan|tronghan|chuadenhan", said) else ""


def _grouped(said: str, parts: Sequence[str]) -> str | None:
    is_whole = bool(re.match(r"tong|cong|trongky", parts[-1]) or _A_GROUP.search(parts[-1])) if parts else False
    for part in parts:
        if re.search(_PENDING, part):
            return _pending(said, is_whole=is_whole)
        if re.search(_RESOLVED, part):
            return _resolved(said, is_whole=is_whole)
        if re.search(_RECEIVED, part):
            return _received(said, is_whole=is_whole)
    return _resolved(said, is_whole=is_whole) if parts and re.match(r"(?:ketqua)?giaiquyet", parts[0]) else None


def _received(said: str, *, is_whole: bool) -> str | None:
    has_post = re.search(r"buuchinh|bcci", said)
    ways = (
        (re.search(r"kytruoc|chuyenqua|chuyensang", said), "carried_over"),
        ("toantrinh" in said, "received_online_full"),
        ("motphan" in said, "received_online_partial"),
        ("tructiep" in said and has_post, "received_direct_or_post"),
        (has_post, "received_post"),
        ("phidiagioi" in said, "received_non_local"),
        ("hinhthuckhac" in said, "received_other"),
        ("tructuyen" in said, "received_online"),
        ("tructiep" in said, "received_direct"),
        (is_whole and "trongky" in said, "received_in_period"),
        (is_whole, "received"),
    )
    return next((measure for holds, measure in ways if holds), None)


def _resolved(said: str, *, is_whole: bool) -> str | None:
    if "quahan" in said:
        return "resolved_overdue"
    if re.search(r"truoc.*dunghan|dung.*truochan|tronghan", said):
        return "resolved_in_time"
    if "truochan" in said:
        return "resolved_early"
    return "resolved_on_time" if "dunghan" in said else "resolved" if is_whole else None


def _pending(said: str, *, is_whole: bool) -> str | None:
    timed = _in_time_or_not(said)
    return "pending" + timed if timed or is_whole else None


def count(cell: object) -> int | str | None:
    """A count as a cell states it.

    Returns:
        The number (1.234, "1,234", "1 234" and "-" for zero), None if the cell is empty, or the flag that says why
        it cannot be read: a fraction is not a count and is not rounded to one, nor is 0912 (a telephone number).
    """
    if isinstance(cell, NoValue):
        return FORMULA_WITHOUT_VALUE
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return cell if 0 <= cell < _TOO_MANY else NOT_A_COUNT
    if cell is None:
        return None
    if not isinstance(cell, str):
        return NOT_A_COUNT
    said = "".join(unicodedata.normalize("NFKC", cell).split())
    if not said:
        return None
    if set(said) <= _DASHES:
        return 0
    digits = re.sub("[.,]", "", said) if _GROUPED.fullmatch(said) else said
    if not re.fullmatch("0|[1-9][0-9]*", digits) or len(digits) > len(str(_TOO_MANY)):
        return NOT_A_COUNT
    return count(int(digits))
