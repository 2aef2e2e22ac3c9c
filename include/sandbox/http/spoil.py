"""Applies a fault to a correct answer: to its bytes or its JSON, whichever system gave it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from zlib import crc32

import msgspec

from sandbox.http.faults import Fault
from sandbox.http.wire import Answer, json_answer
from sandbox.world.moments import LOCAL

#: A page of HTML, as a proxy or a login form in between would send.
PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>\xc4\x90\xc4\x83ng nh\xe1\xba\xadp</h1></body></html>"
_TOTALS = ("total", "totalElements", "totalItems", "DataCount", "totalReceived", "HS_TOTAL")
_TO_BREAK = "half-a-pair"
_KEYS = ("id", "IN_JOURNAL_NO", "dossierId", "MaHoSo", "maHoSo")
_CHUNK = b" " * 65_536
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:?\d\d|Z)?"
_MOMENT = re.compile(rf'"({_ISO}|\d\d/\d\d/\d{{4}} \d\d:\d\d:\d\d)"')


def spoil(fault: Fault, answer: Answer) -> Answer:
    """The spoiled answer, or another in its place; a fault of another kind changes nothing."""
    change = _CHANGES.get(fault.kind)
    return change(fault, answer) if change else answer


# whole answers ------------------------------------------------------------------------------------------------------
def _rate_limit(fault: Fault, answer: Answer) -> Answer:
    headers = [(b"retry-after", str(round(fault.seconds)).encode())]
    return Answer(429, b'{"error":"too_many_requests"}', headers=headers)


def _server_error(fault: Fault, answer: Answer) -> Answer:
    return Answer(500, b"<html><body>Internal Server Error</body></html>", b"text/html")


def _cut_off(fault: Fault, answer: Answer) -> Answer:
    answer.sent_share = 0.5
    return answer


def _html_200(fault: Fault, answer: Answer) -> Answer:
    return Answer(200, PAGE, b"text/html; charset=utf-8")


def _empty_body(fault: Fault, answer: Answer) -> Answer:
    return Answer(answer.status, b"", answer.content_type)


def _half_written(fault: Fault, answer: Answer) -> Answer:
    answer.body = answer.body[: len(answer.body) // 2]
    return answer


def _redirect(fault: Fault, answer: Answer) -> Answer:
    location = str(fault.to or "http://elsewhere.invalid/")
    return Answer(302, b"", headers=[(b"location", location.encode())])


def _application_error(fault: Fault, answer: Answer) -> Answer:
    message = "Lỗi hệ thống, vui lòng thử lại sau"
    return json_answer({fault.field or "error_code": fault.to or "-1", "message": message, "Message": message})


def _huge(fault: Fault, answer: Answer) -> Answer:
    """The body with `size` bytes of white space before its end: still JSON, without a length, never held in memory."""
    head, tail = answer.body[:-1], answer.body[-1:]
    answer.stream = _padded(head, fault.size, tail)
    return answer


def _padded(head: bytes, size: int, tail: bytes) -> Iterator[bytes]:
    yield head
    for _ in range(size // len(_CHUNK)):
        yield _CHUNK
    yield tail


def _bomb(fault: Fault, answer: Answer) -> Answer:
    """The same, compressed: a thousandth of it on the wire."""
    answer.stream = _packed(_padded(answer.body[:-1], fault.size, answer.body[-1:]))
    answer.headers = [*answer.headers, (b"content-encoding", b"gzip")]
    return answer


def _packed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


# what is in it ------------------------------------------------------------------------------------------------------
def _changed_shape(fault: Fault, answer: Answer) -> Answer:
    answer.body = answer.body.replace(f'"{fault.field}":'.encode(), f'"{fault.to}":'.encode())
    return answer


def _decomposed(fault: Fault, answer: Answer) -> Answer:
    answer.body = unicodedata.normalize("NFD", answer.body.decode()).encode()
    return answer


def _two_timezones(fault: Fault, answer: Answer) -> Answer:
    """Half of the timestamps in UTC, the others as they were; they denote the same time."""
    numbers = count()

    def change(found: re.Match[str]) -> str:
        if next(numbers).bit_count() % 2 == 0:  # irregular, so that it is not always the same field of a row
            return found[0]
        text = found[1]
        if text[2] == "/":
            moment = dt.datetime.strptime(text, "%d/%m/%Y %H:%M:%S").replace(tzinfo=LOCAL)
        else:
            moment = dt.datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
        precision = "milliseconds" if moment.microsecond else "seconds"
        return f'"{moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec=precision)}Z"'

    answer.body = _MOMENT.sub(change, answer.body.decode()).encode()
    return answer


def _wrong_total(fault: Fault, answer: Answer) -> Answer:
    """Seven more than there are, in every total (or in `field`)."""
    names = (fault.field,) if fault.field else _TOTALS

    def change(holder: dict[str, Any], name: str) -> None:
        if isinstance(holder[name], int):
            holder[name] += 7

    return _in_json(answer, names, 0, change)


def _missing_field(fault: Fault, answer: Answer) -> Answer:
    return _in_json(answer, (fault.field,), fault.nth, dict.pop)


def _changed_type(fault: Fault, answer: Answer) -> Answer:
    def change(holder: dict[str, Any], name: str) -> None:
        value = holder[name]
        holder[name] = 12_345 if isinstance(value, str) else str(value) if isinstance(value, int) else [value, "?"]

    return _in_json(answer, (fault.field,), fault.nth, change)


def _changed_value(fault: Fault, answer: Answer) -> Answer:
    return _in_json(answer, (fault.field,), fault.nth, lambda holder, name: holder.update({name: fault.to}))


def _broken_character(fault: Fault, answer: Answer) -> Answer:
    """No encoder writes half a pair: it is put in afterwards."""

    def change(holder: dict[str, Any], name: str) -> None:
        if isinstance(holder[name], str):
            holder[name] += _TO_BREAK

    answer = _in_json(answer, (fault.field,), fault.nth, change)
    answer.body = answer.body.replace(_TO_BREAK.encode(), b"\\ud800")
    return answer


def _repeated(fault: Fault, answer: Answer) -> Answer:
    """Repeat the first row of the longest list at its end."""

    def change(content: Any) -> None:
        longest = max(_lists(content), key=len, default=[])
        longest.extend(longest[:1])

    return _in_content(answer, change)


def _in_json(
    answer: Answer, names: tuple[str, ...], nth: int, change: Callable[[dict[str, Any], str], object]
) -> Answer:
    """Change fields of these names wherever they occur: all of them, or the `nth`."""

    def change_all(content: Any) -> None:
        found = [(holder, name) for holder in _objects(content) for name in names if name in holder]
        for number, (holder, name) in enumerate(found, 1):
            if nth in (0, number):
                change(holder, name)

    return _in_content(answer, change_all)


def _in_content(answer: Answer, change: Callable[[Any], None]) -> Answer:
    """Change the body's JSON; what is not JSON stays as it is."""
    try:
        content = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return answer
    change(content)
    answer.body = msgspec.json.encode(content)
    return answer


def _skipped(fault: Fault, answer: Answer) -> Answer:
    def change(content: Any) -> None:
        if rows := _rows(content):
            del rows[0]

    return _in_content(answer, change)


def _hollow(fault: Fault, answer: Answer) -> Answer:
    def change(content: Any) -> None:
        for inner in content.values() if isinstance(content, dict) else [content]:
            if isinstance(inner, (dict, list)):
                inner.clear()

    return _in_content(answer, change)


def _bare(fault: Fault, answer: Answer) -> Answer:
    def change(content: Any) -> None:
        for holder in list(_objects(content)):
            for name, inner in holder.items():
                if isinstance(inner, list) and len(inner) == 1 and isinstance(inner[0], dict):
                    holder[name] = inner[0]

    return _in_content(answer, change)


def _endless(fault: Fault, answer: Answer) -> Answer:
    """Rows where there are none left: the last ones again, each under a key that was not shown yet."""

    def change(content: Any) -> None:
        lists = [one for one in _lists(content) if not one or isinstance(one[0], dict)]
        if not lists:
            return
        if lists[0]:
            fault.shown = [*lists[0]]
        else:
            fault.shown = msgspec.json.decode(msgspec.json.encode(fault.shown))
            lists[0].extend(fault.shown)
            for row in fault.shown:
                _rename(row)
        if isinstance(content, dict) and "content" in content:
            content["last"] = False

    return _in_content(answer, change)


def _rename(row: dict[str, Any]) -> None:
    """Give a row another key, of the same kind."""
    for holder in _objects(row):
        for name in _KEYS:
            if isinstance(key := holder.get(name), int):
                holder[name] = key + 1_000_000
                return
            if isinstance(key, str):
                holder[name] = f"{crc32(key.encode()):08x}{key[8:]}"
                return


def _rows(content: Any) -> list[Any] | None:
    """The rows of an answer: the first list of objects in it."""
    return next((one for one in _lists(content) if one and isinstance(one[0], dict)), None)


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, dict):
        yield content
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _objects(inner)


def _lists(content: Any) -> Iterator[list[Any]]:
    if isinstance(content, list):
        yield content
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _lists(inner)


_CHANGES: dict[str, Callable[[Fault, Answer], Answer]] = {
    "rate_limit": _rate_limit,
    "server_error": _server_error,
    "cut_off": _cut_off,
    "html_200": _html_200,
    "empty_body": _empty_body,
    "half_written": _half_written,
    "redirect": _redirect,
    "application_error": _application_error,
    "huge": _huge,
    "bomb": _bomb,
    "changed_shape": _changed_shape,
    "decomposed": _decomposed,
    "two_timezones": _two_timezones,
    "wrong_total": _wrong_total,
    "missing_field": _missing_field,
    "changed_type": _changed_type,
    "changed_value": _changed_value,
    "broken_character": _broken_character,
    "repeated": _repeated,
    "skipped": _skipped,
    "hollow": _hollow,
    "bare": _bare,
    "endless": _endless,
}
