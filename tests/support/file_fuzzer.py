"""Files made from valid ones: bytes, cells and parts changed as a generator draws it."""

from __future__ import annotations

import os
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from support.bad_files import bomb, first_sheet, overlapping_archive, protected_workbook, rewritten, with_lying_headers
from support.hostile_values import COMMANDS, PERSONS

_TEXT = re.compile(rb"(<(?:\w+:)?t(?: [^>]*)?>)[^<]*(</)")
_NUMBER = re.compile(rb"(<(?:\w+:)?v>)[^<]*(</)")
_REFERENCE = re.compile(rb'r="[A-Z]+\d+"')
_HEAD_OF_SHEET = 6  # rows of titles and headings: a changed one hides the rest


def fuzz(path: Path, draw: random.Random) -> str:
    """Change a file in place, its time as it was; returns what was done to it."""
    at = path.stat().st_mtime
    ways = [*_BYTES, *(_WORKBOOK if zipfile.is_zipfile(path) else _TEXTS if path.suffix == ".csv" else [])]
    way = draw.choice(ways)
    way(path, draw)
    os.utime(path, (at, at))
    return f"{way.__name__} of {path.name.rpartition('.')[2]}"


# any file -------------------------------------------------------------------------------------------------------------
def flipped(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(draw.choice((1, 5, 100))):
        content[draw.randrange(len(content))] = draw.randrange(256)
    path.write_bytes(content)


def cut_off(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(len(content))])


def doubled(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    first, second = sorted(draw.randrange(len(content)) for _ in range(2))
    path.write_bytes(content[:second] + content[first:])


def something_else(path: Path, draw: random.Random) -> None:
    path.write_bytes(draw.choice((b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 900, draw.randbytes(5000), protected_workbook(),
                                  overlapping_archive(2000, 1 << 20), b"<html>" * 99)))  # fmt: skip


_BYTES: list[Callable[[Path, random.Random], None]] = [flipped, cut_off, doubled, something_else]


# tables as text -------------------------------------------------------------------------------------------------------
def _cells(path: Path, draw: random.Random, words: tuple[str, ...]) -> None:
    """Some cells below the header, whichever column they are in, say something else."""
    lines = path.read_bytes().decode("utf-8", "replace").splitlines(keepends=True)
    share = draw.choice((0.01, 0.1, 1))
    for number, line in enumerate(lines[_HEAD_OF_SHEET:], _HEAD_OF_SHEET):
        cells = line.rstrip("\r\n").split(",")
        lines[number] = ",".join(draw.choice(words) if draw.random() < share else cell for cell in cells) + "\r\n"
    path.write_bytes("".join(lines).encode())


def persons_in_cells(path: Path, draw: random.Random) -> None:
    _cells(path, draw, tuple(f'"{word}"' for word in PERSONS))


def commands_in_cells(path: Path, draw: random.Random) -> None:
    _cells(path, draw, COMMANDS)


def separators(path: Path, draw: random.Random) -> None:
    before, after = draw.choice(
        ((b",", b";"), (b",", b"\t"), (b'"', b""), (b"\n", b"\r"), (b",", b'",'), (b"2024", b"20244"))
    )
    content = path.read_bytes()
    at = draw.choice((0, len(content) // 2))
    path.write_bytes(content[:at] + content[at:].replace(before, after))


def encoded(path: Path, draw: random.Random) -> None:
    text = path.read_bytes().decode("utf-8", "replace")
    path.write_bytes(
        text.encode(draw.choice(("utf-16", "utf-7", "cp1258", "utf-8-sig", "latin-1", "utf-32")), "replace")
    )


def one_long_line(path: Path, draw: random.Random) -> None:
    path.write_bytes(path.read_bytes() + b'"' + b"x," * (1 << 20))


_TEXTS = [persons_in_cells, commands_in_cells, separators, encoded, one_long_line]


# workbooks ------------------------------------------------------------------------------------------------------------
def _in_parts(path: Path, change: Callable[[bytes], bytes], *, only: str = "xl/") -> None:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith(only) and name.endswith(".xml")]
    rewritten(path, dict.fromkeys(names, change))


def _words(path: Path, draw: random.Random, words: tuple[str, ...]) -> None:
    share = draw.choice((0.02, 0.2))

    def one(found: re.Match[bytes]) -> bytes:
        if draw.random() > share:
            return found[0]
        said = draw.choice(words).encode("utf-8").replace(b"&", b"&amp;").replace(b"<", b"&lt;")
        return found[1] + said + found[2]

    _in_parts(path, lambda content: _TEXT.sub(one, content))


def persons_in_texts(path: Path, draw: random.Random) -> None:
    _words(path, draw, PERSONS)


def commands_in_texts(path: Path, draw: random.Random) -> None:
    _words(path, draw, COMMANDS)


def other_numbers(path: Path, draw: random.Random) -> None:
    values = (b"-1", b"1e400", b"99999999999999999999", b"NaN", b"0.5", b"2958466", b"91999000007", b"")
    _in_parts(path, lambda content: _NUMBER.sub(
        lambda found: found[0] if draw.random() > 0.1 else found[1] + draw.choice(values) + found[2], content))  # fmt: skip


def other_places(path: Path, draw: random.Random) -> None:
    places = (b'r="XFD1048576"', b'r="A1"', b'r="AAAA9999999999"', b'r=""', b'r="' + b"Z" * 9000 + b'1"')
    share = draw.choice((0.001, 0.05))
    _in_parts(path, lambda content: _REFERENCE.sub(
        lambda found: found[0] if draw.random() > share else draw.choice(places), content), only="xl/worksheets")  # fmt: skip


def broken_tags(path: Path, draw: random.Random) -> None:
    before, after = draw.choice(
        ((b"</c>", b""), (b"</row>", b"<row>"), (b"<row ", b"<row r='-5' "), (b't="s"', b't="e"'), (b"<c ", b"<c s='99999' "),
         (b"<sheetData>", b"<sheetData/><sheetData>"), (b"<?xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><?xml"))
    )  # fmt: skip
    _in_parts(path, lambda content: content.replace(before, after), only="xl/worksheets")


def lost_parts(path: Path, draw: random.Random) -> None:
    with zipfile.ZipFile(path) as archive:
        name = draw.choice(archive.namelist())
    rewritten(path, {name: lambda _: draw.choice((b"", b"<a/>", b"\xff\xfe<\x00", draw.randbytes(99)))})


def bombs(path: Path, draw: random.Random) -> None:
    name = first_sheet(path)
    if draw.random() < 0.5:
        with_lying_headers(path, name, draw.choice((1, 2**31)))
    else:
        rewritten(path, {name: lambda _: bomb(64 << 20)})


_WORKBOOK = [persons_in_texts, commands_in_texts, other_numbers, other_places, broken_tags, lost_parts, bombs]
