"""The national portal through the exchange adapter: single dossiers by code, and the portal's catalogues.

Domain: the national side. Whether the portal holds a dossier and what it says about it: the only evidence of single
    dossiers there if nobody exports a listing, since no service lists what the portal holds (CONTRACTS section 1).
    The catalogues of procedures, agencies and fields that the portal uses.
Contract: CONTRACTS sections 1 and 8. `mapi/login`, then `mapi/g` with {session, madonvi, service} [V]. `TraCuuHoSo
    {mahoso}`: a non-empty `result` or `data` means that the portal holds the dossier [V]; an empty or missing one, or an
    error_code other than 0 with a text that says so, means that it does not [A: the texts]. `LayDanhSachTTHC`,
    `LayDanhMucCoQuan`, `LayDanhMucLinhVuc`: UPPERCASE keys [V]. Dates `yyyyMMddHHmmss`, Asia/Ho_Chi_Minh, "" for null
    [V]. `dstcode` as header or query parameter [V: both occur].
Caveats: the fields of a look-up's answer are undocumented: each is optional, keys are accepted in any case [A], and an
    unreadable value is left unknown. The portal's own code and the unit's (`MaHoSoDonVi`) may both be in the answer;
    one of them must be the code that was asked for, else the answer is another dossier's and the contract has
    changed. `DonViXuLy` is the agency's name [V]. A wrong unit_code or dstcode may look like "nothing is held" [A]:
    look up a dossier that the portal certainly shows before trusting it. In a catalogue, a row without a code is
    not an entry.
Limits: one dossier per request, so look-ups have a nightly budget and an age (limits `look_ups_per_night`,
    `look_up_age_days`). A session's lifetime is unknown: it is renewed, once, when a call says that it is no longer valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from doisoat.errors import SourceChangedError
from doisoat.model import Capability, CatalogueEntry, LookUp, Side
from doisoat.sources.contract import Source
from doisoat.sources.mapi.rows import FieldReader, LookUpReader
from doisoat.sources.mapi.session import MapiOptions, MapiSession, platform_session
from doisoat.sources.values import BadRowError

_DOSSIER = {
    "dossier_code": ("MaHoSo",),
    "linked_codes": ("MaHoSoDonVi",),
    "procedure_code": ("MaTTHC",),
    "field_code": ("MaLinhVuc",),
    "agency_name": ("DonViXuLy",),
    "channel_code": ("KenhThucHien",),
    "status_code": ("TrangThaiHoSo",),
    "online_payment_code": ("DuocThanhToanTrucTuyen",),
    "submitted_at": ("NgayNopHoSo",),
    "received_at": ("NgayTiepNhan",),
    "due_at": ("NgayHenTra",),
    "finished_at": ("NgayKetThucXuLy",),
    "returned_at": ("NgayTra",),
    "has_digitised_parts": ("HoSoCoThanhPhanSoHoa",),
}
#: catalogue -> the service that shows it, and the fields of its entries
_CATALOGUES = {
    "procedure": ("LayDanhSachTTHC", {"code": ("MATTHC",), "name": ("TENTTHC",), "parent_code": ("MALINHVUC",)}),
    "agency": ("LayDanhMucCoQuan", {"code": ("MADONVI",), "name": ("TENDONVI",), "level": ("CAPDONVI",)}),
    "field": ("LayDanhMucLinhVuc", {"code": ("MALINHVUC",), "name": ("TENLINHVUC",), "parent_code": ("MANGANH",)}),
}


class NationalAdapter(Source):
    """The connector; see the module."""

    source_kind = "national_adapter"
    asked_by = ("dstcode", "dstcode_in")
    side = Side.NATIONAL
    capabilities = frozenset({Capability.LOOKUP, Capability.CATALOGUE})
    Options = MapiOptions
    options: MapiOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._http = platform_session(self.source_id, self.connection, self.limits)
        self._mapi = MapiSession(self._http, self.connection, self.options, unit_field="madonvi")
        fields = FieldReader(_DOSSIER, self.timezone, self.options.date_formats, self.options.no_dates)
        self._look_ups = LookUpReader(self.source_id, fields)

    @property
    def requests_made(self) -> int:
        return self._http.requests_made

    def close(self) -> None:
        self._http.close()

    def probe(self) -> str:
        fields = sum(1 for _ in self._entries("field"))
        return f"{fields} fields in its catalogue, its clock says {self._mapi.clock().astimezone(self.timezone):%Y-%m-%d %H:%M}"

    # LOOKUP -----------------------------------------------------------------------------------------------------
    def look_up(self, code: str) -> LookUp:
        """What the portal says about a dossier.

        Raises:
            SourceRejectedError: the look-up is refused.
            SourceChangedError: the answer names another dossier, or breaks the contract.
        """
        answer, rows = self._mapi.find("TraCuuHoSo", mahoso=code)
        record = self._look_ups.find(code, answer, rows)
        return LookUp(code=code, is_held=record is not None, looked_up_at=answer.time, record=record)

    # CATALOGUE --------------------------------------------------------------------------------------------------
    def catalogue(self) -> Iterator[CatalogueEntry]:
        """Every procedure, agency and field, in this order.

        Raises:
            SourceChangedError: a catalogue is empty, or most of its rows have no code: that must not be taken for one
                that was emptied.
        """
        for catalogue in _CATALOGUES:
            yield from self._entries(catalogue)

    def _entries(self, catalogue: str) -> Iterator[CatalogueEntry]:
        service, names = _CATALOGUES[catalogue]
        answer, rows = self._mapi.call(service, names["code"][0])
        reader = FieldReader(names, self.timezone)
        read = 0
        for raw in rows:
            try:
                filled, unread = reader.decode(raw)
            except BadRowError:
                continue
            if "code" in filled and not unread:
                read += 1
                yield CatalogueEntry(catalogue=catalogue, **filled)
        if 2 * read <= len(rows):
            raise SourceChangedError(
                self.source_id,
                asked=answer.asked,
                came=f"{len(rows)} rows, of which {read} have a code",
                todo="compare with docs/contracts.md section 1; the last good catalogue stays valid",
            )
