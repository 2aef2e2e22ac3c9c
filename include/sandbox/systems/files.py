"""Files that appear in an inbox, with faults applied."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from sandbox.http.faults import Fault
from sandbox.http.spoil import PAGE


def put(inbox: Path, name: str, content: bytes | Iterable[bytes], now: int, faults: list[Fault]) -> list[Path]:
    """Let a complete file appear in an inbox at once; its mtime is `now`.

    Args:
        content: the whole, or one part after the other.

    Returns:
        The file, or nothing if a fault kept it from appearing.
    """
    if any(fault.kind == "missing" for fault in faults):
        return []
    parts = [content] if isinstance(content, bytes) else content
    if faults:
        whole = b"".join(parts)
        for fault in faults:
            whole = _spoiled(fault, whole)
        parts = [whole]
    inbox.mkdir(parents=True, exist_ok=True)
    hidden, path = inbox / f".{name}.part", inbox / name
    with hidden.open("wb") as file:
        file.writelines(parts)
    for fault in faults:
        if fault.kind == "huge":
            os.truncate(hidden, max(fault.size, hidden.stat().st_size))  # a hole: it takes no room on the disk
    os.utime(hidden, (now, now))
    hidden.replace(path)
    if any(fault.kind == "repeated" for fault in faults):
        again = inbox / f"{path.stem} (1){path.suffix}"
        shutil.copyfile(path, again)
        os.utime(again, (now, now))
        return [path, again]
    return [path]


def steady_workbook(content: bytes, made_at: dt.datetime) -> bytes:
    """An .xlsx that is byte for byte the same whenever it is made: its times are `made_at`, local and without offset."""
    steady = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in book.namelist():
            part = book.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>%sZ" % made_at.isoformat().encode(), part)
            copy.writestr(zipfile.ZipInfo(name, made_at.timetuple()[:6]), part, zipfile.ZIP_DEFLATED)
    return steady.getvalue()


def _spoiled(fault: Fault, content: bytes) -> bytes:
    if fault.kind == "cut_off":
        return content[: len(content) // 2]
    if fault.kind == "empty_body":
        return b""
    return PAGE if fault.kind == "html_200" else content
