"""Checks on a workbook's file before it is opened: how large it unpacks, what its XML declares, and which of its cells
show no value.

An .xlsx is a zip archive. Its headers may lie about sizes, so every entry is inflated here up to the limit, and its
checksum verified. Office writes no DTD, so none is accepted (no external entities, no billion laughs). A formula that was
never calculated and a cell with an error look empty to a reader: they are recorded, because unknown is not empty.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree

FORMULA, ERROR = "formula_without_value", "error_in_cell"
Unknowns = dict[tuple[int, int], str]

_CHUNK = 1 << 20
_ENTRIES = 10_000
_RATIO, _RATIO_FROM = 250, 16 << 20  # office files unpack to 10 to 50 times their size; a small one may do anything
_NOTED_CELLS = 200_000
_LONGEST_CELL = 1 << 20
_SMALL = 4 << 20
_LOCAL_HEADER = struct.Struct("<4s22sHH")
_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_CELL_START = re.compile(rb"<(?:\w{1,40}:)?c[\s>]")
#: A cell, a formula or a value begins, or a cell ends, and the sign after it. An attribute holds no "<" in XML, so each
#: attempt ends at the next one: the time grows with the text and no faster, whatever is never closed.
_MARK = re.compile(rb"<(/?)(?:\w{1,40}:)?([cfv])((?:\s[^<>]*)?/?)>(?=([^<])?)")
_PLACE = re.compile(rb"""\sr\s{0,9}=\s{0,9}["']([A-Za-z]{1,3})(\d{1,7})["']""")
_TYPE = re.compile(rb"""\st\s{0,9}=\s{0,9}["'](\w{1,20})["']""")
_HAS_FORMULA = re.compile(rb"<(?:\w{1,40}:)?f[\s/>]")


class RefusedError(Exception):
    """Raised for a file that must not be opened; `reason` is a key of workbooks.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Checked(NamedTuple):
    """An .xlsx that may be opened.

    Attributes:
        unknowns: for each sheet, by its name, the cells (row and column from 0) whose value is not known, and why.
        unpacked: the number of bytes to which it unpacks.
    """

    unknowns: dict[str, Unknowns]
    unpacked: int


def check_archive(stream: BinaryIO, limit: int) -> Checked:
    """Check an .xlsx.

    Args:
        stream: the file.
        limit: the number of bytes to which all entries together may unpack.

    Raises:
        RefusedError: damaged, too large, protected, or not what Office writes.
    """
    try:
        archive = zipfile.ZipFile(stream)
        entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, OverflowError, NotImplementedError, EOFError, OSError):
        raise RefusedError("damaged") from None
    if len(entries) > _ENTRIES:
        raise RefusedError("too_large")
    unknowns: dict[str, Unknowns] = {}
    small: dict[str, bytes] = {}
    budget = _Budget(limit)
    for entry in entries:
        scan = _Scan(is_sheet="/worksheets/" in entry.filename and entry.filename.endswith(".xml"))
        is_xml = entry.filename.lower().endswith((".xml", ".rels"))
        kept = bytearray()
        for chunk in _inflated(stream, entry, budget):
            if is_xml:
                scan.feed(chunk)
            if entry.filename in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels") and len(kept) < _SMALL:
                kept += chunk
        scan.finish()
        small[entry.filename] = bytes(kept)
        if scan.unknowns:
            unknowns[entry.filename] = scan.unknowns
    return Checked(_by_sheet_name(unknowns, small) if unknowns else {}, budget.taken)


class _Budget:
    """How much was unpacked, and how much may be."""

    def __init__(self, limit: int) -> None:
        self._limit, self.taken = limit, 0

    def take(self, size: int, packed: int, unfolded: int) -> None:
        self.taken += size
        if self.taken > self._limit or (unfolded > _RATIO_FROM and unfolded > _RATIO * packed):
            raise RefusedError("too_large")


def _inflated(stream: BinaryIO, entry: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    """The actual content of an entry, whatever its headers say; the checksum is verified at the end."""
    if entry.flag_bits & 0x1:
        raise RefusedError("protected")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError("damaged")
    inflater = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    checksum, unfolded, packed = 0, 0, 0
    for raw in _packed(stream, entry):
        packed += len(raw)
        for chunk in _unpacked(inflater, raw):
            unfolded += len(chunk)
            budget.take(len(chunk), packed, unfolded)
            checksum = zlib.crc32(chunk, checksum)
            yield chunk
    if checksum != entry.CRC or (inflater and not inflater.eof):
        raise RefusedError("damaged")


def _unpacked(inflater: zlib._Decompress | None, raw: bytes) -> Iterator[bytes]:
    if inflater is None:
        yield raw
        return
    try:
        while raw and not inflater.eof:
            yield inflater.decompress(raw, _CHUNK)
            raw = inflater.unconsumed_tail
    except zlib.error:
        raise RefusedError("damaged") from None


def _packed(stream: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    stream.seek(entry.header_offset)
    header = stream.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
        raise RefusedError("damaged")
    _, _, name, extra = _LOCAL_HEADER.unpack(header)
    stream.seek(name + extra, 1)
    left = entry.compress_size
    while left > 0:
        raw = stream.read(min(left, _CHUNK))
        if not raw:
            raise RefusedError("damaged")
        left -= len(raw)
        yield raw


class _Scan:
    """Scans one XML entry in chunks."""

    def __init__(self, *, is_sheet: bool) -> None:
        self._is_sheet = is_sheet
        self._tail = b""  # the end of the text so far, so that a mark across two chunks is found
        self._open = b""  # the cell that has not ended yet
        self.unknowns: Unknowns = {}

    def feed(self, chunk: bytes) -> None:
        text = self._tail + chunk.replace(b"\0", b"")  # UTF-16 would hide the marks otherwise
        if _DTD.search(text):
            raise RefusedError("declares_entities")
        self._tail = text[-16:]
        if self._is_sheet:
            self._cells(self._open + chunk)

    def finish(self) -> None:
        self._note(self._open)

    def _cells(self, text: bytes) -> None:
        starts = [found.start() for found in _CELL_START.finditer(text, max(0, len(text) - _LONGEST_CELL))]
        end = starts[-1] if starts else max(0, len(text) - 16)
        self._open = text[end:]
        self._note(text[:end])

    def _note(self, text: bytes) -> None:
        if b'"e"' not in text and b"'e'" not in text and not _HAS_FORMULA.search(text):
            return
        attributes: bytes | None = None
        has_formula = has_value = False
        for mark in _MARK.finditer(text):
            closes, name, said, sign = mark.groups()
            if name == b"c":
                self._judge(attributes, has_formula=has_formula, has_value=has_value)
                has_formula = has_value = False
                attributes = None if closes else said
                if said.endswith(b"/"):  # it ends where it begins
                    self._judge(attributes, has_formula=False, has_value=False)
                    attributes = None
            elif name == b"f":
                has_formula = has_formula or not closes
            elif not closes:
                is_text = attributes is not None and _type(attributes) == b"str"  # its value may well be the empty text
                has_value = has_value or is_text or bool(sign and not said.endswith(b"/"))
        self._judge(attributes, has_formula=has_formula, has_value=has_value)

    def _judge(self, attributes: bytes | None, *, has_formula: bool, has_value: bool) -> None:
        """Note the cell with these attributes, if there is one, unless its value is known."""
        if attributes is None:
            return
        if _type(attributes) == b"e":
            self._add(attributes, ERROR)
        elif has_formula and not has_value:
            self._add(attributes, FORMULA)

    def _add(self, attributes: bytes, reason: str) -> None:
        place = _PLACE.search(attributes)
        if place is None or len(self.unknowns) >= _NOTED_CELLS:
            raise RefusedError("without_values")
        column = 0
        for letter in place[1].upper():
            column = column * 26 + letter - 64
        self.unknowns[int(place[2]) - 1, column - 1] = reason


def _type(attributes: bytes) -> bytes | None:
    found = _TYPE.search(attributes)
    return found and found[1]


def _by_sheet_name(unknowns: dict[str, Unknowns], small: dict[str, bytes]) -> dict[str, Unknowns]:
    try:  # without a DTD, which was refused above, nothing in these can expand
        book = ElementTree.fromstring(small.get("xl/workbook.xml", b""))  # noqa: S314
        links = ElementTree.fromstring(small.get("xl/_rels/workbook.xml.rels", b""))  # noqa: S314
    except ElementTree.ParseError:
        raise RefusedError("damaged") from None
    targets = {link.get("Id"): posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))) for link in links}
    found = {}
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        ids = [value for key, value in sheet.attrib.items() if key.rsplit("}", 1)[-1] == "id"]
        noted = unknowns.get(targets.get(ids[0], "").lstrip("/")) if ids else None
        if noted:
            found[sheet.get("name", "")] = noted
    return found
