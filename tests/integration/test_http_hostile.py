"""What a source can do to us below its contract: answers without an end, bombs, headers made to mislead, endless pages."""

from __future__ import annotations

import gzip
import itertools
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from doisoat.connections import Connection
from doisoat.errors import SourceChangedError, SourceError, SourceRejectedError, SourceUnavailableError
from doisoat.sources.contract import Limits
from doisoat.sources.http import session as http
from doisoat.sources.http.session import HttpSession
from sandbox.world import canaries
from support.raw_servers import DATE, Script, answering, chunk, head

MEGABYTE = 1 << 20
NAME = canaries.full_name(7)
CHUNKED = b"Transfer-Encoding: chunked"
CLOSES = b"Connection: close"


def session(port: int, **limits: Any) -> HttpSession:
    there = Connection("hostile", scheme="http", host="127.0.0.1", port=port)
    return HttpSession("hostile", there, Limits(**{"patience_seconds": 0, **limits}))


def refusal(port: int, kind: type[SourceError] = SourceError, **limits: Any) -> SourceError:
    """The error that one request ends in; it names nobody."""
    asking = session(port, **limits)
    with pytest.raises(kind) as caught:
        asking.get("/x")
    asking.close()
    assert not canaries.PATTERN.search(str(caught.value))
    assert caught.value.__cause__ is None, "the cause's own text would stand in the log"
    return caught.value


# size -----------------------------------------------------------------------------------------------------------------
def spaces(size: int) -> Iterator[bytes]:
    return itertools.repeat(b" " * MEGABYTE, size // MEGABYTE)


def packed(pieces: Iterator[bytes], window: int = 31) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def zeros() -> Iterator[bytes]:
    return itertools.repeat(bytes(MEGABYTE), 1024)


def after(start: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    return itertools.chain([start], pieces)


GIGABYTES: dict[str, Script] = {
    "2 GB with a length": lambda: after(head(b"Content-Length: %d" % 2**31), spaces(2**31)),
    "2 GB without a length": lambda: after(head(CLOSES), spaces(2**31)),
    "2 GB in pieces": lambda: after(head(CHUNKED), map(chunk, spaces(2**31))),
    "1 GB of zeros, packed": lambda: after(head(b"Content-Encoding: gzip"), packed(zeros())),
    "1 GB of zeros, deflated": lambda: after(head(b"Content-Encoding: deflate"), packed(zeros(), window=15)),
    "1 GB of zeros, packed twice": lambda: after(head(b"Content-Encoding: gzip, gzip"), packed(packed(zeros()))),
}


@pytest.mark.parametrize("name", GIGABYTES)
def test_an_answer_is_read_to_the_limit_in_bounded_memory(name: str) -> None:
    with answering(GIGABYTES[name]) as (port, written):
        tracemalloc.start()
        try:
            error = refusal(port, SourceChangedError, max_answer_megabytes=8)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert "more than 8 MB" in error.came
        assert peak < 32 * MEGABYTE
        assert written.has_ended.wait(30), "who sends it is hung up on"
        assert written.size < 64 * MEGABYTE


def test_what_is_packed_within_the_limit_is_read() -> None:
    body = gzip.compress(b"[" + b" " * MEGABYTE + b"]")
    whole = head(b"Content-Encoding: gzip", b"Content-Length: %d" % len(body)) + body
    with answering(lambda: iter([whole])) as (port, _):
        assert len(session(port, max_answer_megabytes=2).get("/x").body) == MEGABYTE + 2


@pytest.mark.parametrize("status", [b"500 Oops", b"403 No", b"302 Found"])
def test_the_body_of_an_error_or_a_redirect_is_not_read(status: bytes) -> None:
    start = head(CLOSES, b"Location: http://elsewhere.invalid/", status=status)
    with answering(lambda: after(start, spaces(2**31))) as (port, written):
        refusal(port)
        assert written.has_ended.wait(30)
        assert written.size < 64 * MEGABYTE


# time -----------------------------------------------------------------------------------------------------------------
def drip(start: bytes, piece: bytes = b" ") -> Script:
    """One piece every hundredth of a second, for ever: no wait for a byte is ever long."""

    def script() -> Iterator[bytes]:
        yield start
        while True:
            time.sleep(0.01)
            yield piece

    return script


DRIPS: dict[str, Script] = {
    "a status line": drip(b"HTTP/1.1 200 O", b"K"),
    "a header": drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
    "a header of many lines": drip(b"HTTP/1.1 200 OK\r\nX-Slow: x\r\n", b" " + b"x" * 9),
    "one interim answer after the other": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body with a length": drip(head(b"Content-Length: 1000000")),
    "a body without a length": drip(head(CLOSES)),
    "a body in pieces": drip(head(CHUNKED), chunk(b" ")),
    "a packed body": drip(head(b"Content-Encoding: gzip"), gzip.compress(b"")),
}


@pytest.fixture
def two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a whole answer; the wait for a byte of it stays so long that a busy machine does not run into it."""
    monkeypatch.setattr(http, "_WHOLE_ANSWER", 2 / Limits().timeout_seconds)


@pytest.mark.usefixtures("two_seconds")
def test_an_answer_that_never_ends_is_hung_up_on() -> None:
    """All at once: none waits long for a byte."""

    def ask(name: str) -> tuple[str, bool]:
        with answering(DRIPS[name]) as (port, written):
            error = refusal(port, SourceUnavailableError)
            return error.came, written.has_ended.wait(30)

    with ThreadPoolExecutor(len(DRIPS)) as pool:
        told = dict(zip(DRIPS, pool.map(ask, DRIPS), strict=True))
    assert told == {name: ("an answer that had not ended after 2 s", True) for name in DRIPS}


@pytest.mark.usefixtures("two_seconds")
def test_the_next_request_has_a_deadline_of_its_own() -> None:
    whole = head(b"Content-Length: 2") + b"[]"
    answers = iter([drip(head(b"Content-Length: 9000"))(), iter([whole])])
    with answering(lambda: next(answers)) as (port, _):
        asking = session(port)
        with pytest.raises(SourceUnavailableError, match="not ended after 2 s"):
            asking.get("/x")
        assert asking.get("/x").body == b"[]"
        asking.close()


# headers --------------------------------------------------------------------------------------------------------------
LOCATIONS = (
    "http://elsewhere.invalid/",
    "//elsewhere.invalid/",
    "https://127.0.0.1/",
    f"http://elsewhere.invalid/?ho_ten={NAME}",
    f"http://[{NAME}]/",
    "http://[::1",
    "http://127.0.0.1:99999999/",
    f"http://{canaries.phone(1)}:x@127.0.0.1:1/",
    "file:///etc/passwd",
    "http://elsewhere.invalid\\@127.0.0.1/",
)


@pytest.mark.parametrize("location", LOCATIONS)
def test_a_redirect_leads_nowhere_else(location: str) -> None:
    line = b"Location: " + location.encode()
    with answering(lambda: iter([head(line, b"Content-Length: 0", status=b"302 Found")])) as (port, written):
        error = refusal(port, SourceChangedError)
        assert "redirect" in error.came
        assert len(written.asked) == 1


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7), ("\xb2", None), ("9" * 400, 86_400), ("-1", None), ("soon", None), ("nan", None),
     ("Wed, 17 Apr 2024 18:00:09 GMT", 9), ("Fri, 31 Dec 9999 23:59:59 +0000", None), ("Canary", None)],
)  # fmt: skip
def test_how_long_a_source_may_ask_us_to_wait(asked: str, seconds: float | None) -> None:
    line = b"Retry-After: " + asked.encode("latin-1")
    with answering(lambda: iter([head(line, b"Content-Length: 0", status=b"503 Later")])) as (port, _):
        error = refusal(port, SourceUnavailableError)
    assert isinstance(error, SourceUnavailableError)
    assert error.retry_after_seconds == seconds


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", NAME, "Wed, 17 Apr 2024 18:00:00 +99999999999", "Wed, 17 Apr 99999999999 18:00:00 GMT",
     "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"],
)  # fmt: skip
def test_a_clock_that_cannot_be_is_no_clock(date: str) -> None:
    answer = b"HTTP/1.1 200 OK\r\nDate: " + date.encode() + b"\r\nContent-Length: 2\r\n\r\n[]"
    with answering(lambda: iter([answer])) as (port, _):
        assert "no readable Date header" in refusal(port, SourceChangedError).came


ODD_ANSWERS: dict[str, bytes] = {
    "no HTTP": NAME.encode() + b"\r\n\r\n",
    "another protocol": b"220 " + NAME.encode() + b" ESMTP\r\n",
    "nothing": b"",
    "a status that is no number": b"HTTP/1.1 OK\r\n\r\n",
    "a header without a colon": b"HTTP/1.1 200 OK\r\n" + NAME.encode() + b"\r\n" + DATE + b"\r\n[",
    "a name as a header": head(f"X {NAME}: 1".encode(), b"Content-Length: 2") + b"[",
    "a line of 100 kB": head(b"X: " + b"x" * 100_000),
    "a thousand headers": head(*[b"X-%d: 1" % number for number in range(1000)]),
    "a length that is none": head(b"Content-Length: " + NAME.encode()) + b"[",
    "two lengths": head(b"Content-Length: 5", b"Content-Length: 1000000") + b"[",
    "a piece whose size is none": head(CHUNKED) + NAME.encode() + b"\r\n[]\r\n",
    "packed, but not": head(b"Content-Encoding: gzip", b"Content-Length: 30") + b"x" * 30,
    "an unknown packing": head(b"Content-Encoding: br", b"Content-Length: 2") + b"\x0b\x02",
    "a cookie, and half a body": head(f"Set-Cookie: ho_ten={NAME}".encode(), b"Content-Length: 9") + b"[",
    "a redirect without an address": head(b"Content-Length: 0", status=b"302 Found"),
}


@pytest.mark.parametrize("name", ODD_ANSWERS)
def test_what_is_no_answer_is_an_error_of_ours_that_says_nothing_of_it(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(lambda: iter([ODD_ANSWERS[name]])) as (port, _):
        asking = session(port)
        with pytest.raises(SourceError) as caught:
            asking.decode(asking.get("/x", {"key": "a-secret-key"}), msgspec.json.Decoder(list[int]))
        asking.close()
    assert not canaries.PATTERN.search(str(caught.value) + caplog.text)
    assert "a-secret-key" not in caplog.text, "libraries log addresses"


def test_a_message_repeats_what_was_asked_only_where_it_is_a_code() -> None:
    asked = {
        "code": NAME, "ref": canaries.identity_number(3), "phone": "0919990123", "mail": canaries.email(3),
        "from": "17/04/2024", "agency": "60f52e0d09cbf91d41f88838", "dossier": "H37.17-240412-0001", "page": 3, "all": -1,
        "none": "",
    }  # fmt: skip
    with answering(lambda: iter([head(b"Content-Length: 0", status=b"404 Not Found")])) as (port, _):
        asking = session(port)
        with pytest.raises(SourceRejectedError) as caught:
            asking.get("/x", asked)
        asking.close()
    assert caught.value.asked == (
        "GET /x?code=?&ref=?&phone=?&mail=?&from=17/04/2024&agency=60f52e0d09cbf91d41f88838&dossier=H37.17-240412-0001"
        "&page=3&all=-1&none="
    )
