"""Files that do harm or are not what they seem, made by hand: zip bombs, lying headers, protected and broken workbooks."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import xlwt


def rewritten(path: Path, changes: Mapping[str, Callable[[bytes], bytes]]) -> Path:
    """A workbook with some of its parts changed; a part that is not there is added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, change in changes.items():
        parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def with_lying_headers(path: Path, part: str, claimed: int) -> Path:
    """The archive says that a part is small, in both of its headers."""
    content = path.read_bytes()
    name = part.encode()
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            if content[at + name_at : at + name_at + len(name)] == name:
                content = content[: at + size_at] + struct.pack("<I", claimed) + content[at + size_at + 4 :]
    path.write_bytes(content)
    return path


def bomb(size: int) -> bytes:
    """A sheet of spaces."""
    start = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    return start + b" " * size + b"</sheetData></worksheet>"


def overlapping_archive(entries: int, size: int) -> bytes:
    """A zip in which many names share one packed body: a few kB that unfold to `entries` times `size`."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b" " * size
    body = packer.compress(plain) + packer.flush()
    checksum = zlib.crc32(plain)
    head = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, checksum, len(body), size, 1, 0) + b"a" + body
    directory = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, checksum, len(body), size, len(name),
                    0, 0, 0, 0, 0, 0) + name
        for name in (f"part{number}.xml".encode() for number in range(entries))
    )  # fmt: skip
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), len(head), 0)
    return head + directory + end


def protected_workbook() -> bytes:
    """What an office program writes when a workbook gets a password: an OLE file with the stream EncryptedPackage."""
    plain = xlwt.Workbook()
    plain.add_sheet("a").write(0, 0, "x" * 5000)
    stream = io.BytesIO()
    plain.save(stream)
    name, new = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    content = stream.getvalue()
    at = content.index(name + b"\0" * 8)
    entry = new + b"\0" * (64 - len(new)) + struct.pack("<H", len(new) + 2)
    return content[:at] + entry + content[at + 66 :]


def first_sheet(path: Path) -> str:
    """The name of the part that holds the first sheet."""
    with zipfile.ZipFile(path) as archive:
        return min(name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
