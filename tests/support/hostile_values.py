"""What an attacker writes where something else is expected: whole bodies, values of other types, words that are persons."""

from __future__ import annotations

from typing import Any

from sandbox.world import canaries

from support.servers import CANARIES

DEEP = 100_000
NUL = "\x00"
#: Values that stand in place of every value of one kind in a good answer.
VALUES: dict[str, Any] = {
    "null": None, "true": True, "-1": -1, "1e300": 1e300, "10**30": 10**30, "0.5": 0.5, "empty": "", "nul": NUL,
    "object": {}, "list": [], "nested": {"a": [{"b": [None, 1e9, {"id": {}}]}]}, "long": "x" * 70_000, "year 0": "0000-00-00",
    "year 9999": "31/12/9999 23:59:59", "offset": "2024-03-05T08:00:00+99:99", "canary": CANARIES[0], "marks": "\u202e\ufeff1",
}  # fmt: skip
BODIES: dict[str, bytes] = {
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"data":' * DEEP + b"1" + b"}" * DEEP,
    "no utf-8": b'{"content": [{"id": "\xff\xfe"}], "data": "\xff", "\xff": 1, "code": "OK", "error_code": 0, "Status": 1}',
    "half a pair": b'{"code": "\\ud800", "error_code": "\\ud800", "Status": "\\ud800", "content": [{"id": "\\ud800"}]}',
    "no numbers": b'{"total": NaN, "totalElements": Infinity, "data": [-Infinity]}',
    "beyond a float": b'{"total": 1e999, "totalElements": 1e999, "DataCount": 1e999, "Status": 1, "error_code": 0, "code": "OK"}',
    "a name twice": b'{"total": 1, "total": 2, "data": [], "data": {}, "Status": "1", "Status": "0", "error_code": 0}',
    "a mark before": b'\xef\xbb\xbf{"content": [], "totalElements": 0}',
    "two answers": b'{"content": []}{"content": []}',
    "null": b"null", "a number": b"7", "a text": b'"OK"', "an object": b"{}", "a list": b"[]", "lists": b"[[[]]]",
    "xml": b"<?xml version='1.0'?><a/>", "spaces": b"   ", "a bracket": b"{", "words": b"Service Unavailable",
}  # fmt: skip
#: A person as source systems write one, wherever a field has room for it: nothing may keep any of these.
PERSONS = (
    canaries.full_name(7).rstrip(" 7"),
    canaries.full_name(8),
    "NGUYEN CANARY LAN",
    "nguyễn Canary lan",
    "CANARY",
    canaries.identity_number(7),
    " ".join((canaries.identity_number(7)[:6], canaries.identity_number(7)[6:])),
    canaries.phone(8),
    canaries.email(9),
    canaries.address(10),
    canaries.summary(11),
    f"Phường {canaries.full_name(12)}, {canaries.address(12)}",
    f"UBND xã {canaries.full_name(13).rstrip(' 13')}",
)
#: What a shell, a database, a terminal, a spreadsheet or a page would obey.
COMMANDS = (
    "'; drop table core.dossier_record; --", "$(touch /tmp/owned)", "%(night)s", "{0.__class__}", "[bold red]x[/]", "\x1b[2J",
    "\x1b]0;owned\x07", "=HYPERLINK(\"http://x\")", "@SUM(1+1)|cmd", "<script>alert(1)</script>", "../../../etc/passwd",
    "\u202edca\u202c", "a\u0000b", "\\N", "null", "NaN", "{}", '{"a"', "-", "#" * 40, "\ufeff\u200b", "１２３", "x" * 1990,
)  # fmt: skip
