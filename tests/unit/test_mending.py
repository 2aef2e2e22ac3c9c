"""Answers with single broken characters: what is not read cannot fail a row, what is read fails its field."""

from __future__ import annotations

import json

import msgspec
import pytest
from doisoat.sources.http.mending import mended
from doisoat.sources.values import BadRowError, text

BROKEN = {
    "the first half of a pair": b"\\ud800",
    "the second half of a pair": b"\\udc00",
    "two first halves": b"\\ud800\\ud801",
    "a half beside a pair": b"\\ud83d\\ude00\\udc00",
    "a half after a backslash": b"\\\\\\ud800",
    "an escape that JSON does not have": b"\\x41",
    "a number that is none": b"\\u00zz",
    "a control character": b"\x01",
    "bytes of another encoding": b"\xe1\xff",
    "a half as UTF-8": b"\xed\xa0\x80",
}


class Read(msgspec.Struct):
    id: str


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize(
    "where", [b'{"id":"a","name":"x%by"}', b'{"na%bme":"x","id":"a"}', b'{"n":[{"m":"\\"%b"}],"id":"a"}']
)
def test_what_is_not_read_is_skipped(broken: bytes, where: bytes) -> None:
    assert msgspec.json.decode(mended(where.replace(b"%b", broken)), type=Read).id == "a"


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_read_is_unreadable(broken: bytes) -> None:
    read = msgspec.json.decode(mended(b'{"id":"x' + broken + b'y"}'), type=Read)
    with pytest.raises(BadRowError, match="unprintable_text"):
        text(read.id)


@pytest.mark.parametrize("said", ["Hoà Bình", "😀", '"', "\\ud800", "a\\\\", "\u2028", " \\u0041 ", "}{"])
def test_what_is_sound_stays_as_it_is(said: str) -> None:
    for body in (json.dumps({"id": said}), json.dumps({"id": said}, ensure_ascii=False), json.dumps([said, {said: 1}])):
        assert json.loads(mended(body.encode())) == json.loads(body)


def test_a_line_break_in_a_text_is_a_space() -> None:
    assert msgspec.json.decode(mended(b'{\n"id":\t"a\n\tb"}'), type=Read).id == "a  b"


def test_what_is_no_json_stays_none() -> None:
    for body in (b'{"id":"a', b"<html>", b"", b'{"id":"\\ud800'):
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(mended(body), type=Read)
