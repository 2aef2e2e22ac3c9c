"""A seed's answers are the same bytes for ever: how the sandbox holds its world changes nothing that any system says.

Measurements of other releases, the campaign's scores and the judges' worlds rest on this. Whoever changes what a world holds, or
how a system writes it, on purpose, takes over the digests that the test prints.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from sandbox.http.sessions import Credentials
from sandbox.http.wire import Request
from sandbox.key.key import key_lines
from sandbox.server import Systems
from sandbox.systems import business_registration, driving_licence, igate, national_adapter, opencps, report_workbook
from sandbox.systems.opencps_words import GROUP_ID
from sandbox.systems.portal import PortalCounts
from sandbox.systems.report_workbook_counts import OFFICES
from sandbox.systems.system import Setting
from sandbox.systems.systems import systems_of
from sandbox.world.clock import Clock
from sandbox.world.moments import DAY, local_date
from sandbox.world.variant import parse_variant
from sandbox.world.world import Rates, World, make_world

USER, SECRET = "tester", "a-secret-of-this-test"
#: What happens only where a world asks for it.
ASKED_FOR = ("recorded_twice", "code_claimed_twice", "resent_and_named", "resent_old_id", "status_unnamed")
DIGESTS = {
    "a": {
        "national_export": "6409b37729167d93",
        "judicial_record": "da504bca25fc378a",
        "report_workbook": "c06681be8bb12cf1",
        "igate": "ab5b0d0cc8512e65",
        "opencps": "4030d21a3861a7a1",
        "adapter": "3dbcf4faa2260ebd",
        "licences": "8494ebc7967625bd",
        "registration": "374fe0750e5737ae",
        "statistics": "43d57c787ef9813e",
        "key": "758f7218b2831932",
    },
    "b": {
        "national_export": "5cd815c3273a1480",
        "judicial_record": "d5a999235a957750",
        "report_workbook": "30b0cc89a96b9051",
        "igate": "e9b259d94fbb164c",
        "opencps": "b8e4e40021875c8c",
        "adapter": "6df12728a397004c",
        "licences": "eeb34eb19b24b169",
        "registration": "70454b800c585361",
        "statistics": "43d57c787ef9813e",
        "key": "cc219fde81b85170",
    },
}


class Asking:
    """Asks the systems of one world without a network, and keeps a digest of what each answers.

    Args:
        inbox: where files appear.
    """

    def __init__(self, world: World, inbox: Path) -> None:
        setting = Setting(world, Credentials(USER, SECRET, api_key=SECRET), inbox, 3600)
        self.world, self.systems = world, Systems(Clock(world.cut_offs[0]), systems_of(setting), world)
        self._inbox, self._digests = inbox, dict[str, "hashlib._Hash"]()
        self.bearer = self._login(igate.TOKEN_PATH), self._login(business_registration.TOKEN_PATH)

    def _login(self, path: str) -> dict[str, str]:
        form = {"grant_type": "client_credentials", "client_id": USER, "client_secret": SECRET}
        answer = self._ask("POST", path, body=urlencode(form).encode())
        return {"authorization": f"Bearer {json.loads(answer)['access_token']}"}

    def _session(self, path: str, headers: dict[str, str], query: str = "") -> str:
        body = json.dumps({"username": USER, "password": SECRET}).encode()
        return str(json.loads(self._ask("POST", path, query, headers, body))["session"])

    def _ask(
        self, method: str, path: str, query: str = "", headers: dict[str, str] | None = None, body: bytes = b""
    ) -> bytes:
        request = Request(method, path, query, headers or {}, body)
        system = self.systems.system_of(path)
        assert system is not None, path
        answer = system.answer(request, self.now)
        return b"".join(answer.stream) if answer.stream else answer.body

    def keep(self, name: str, body: bytes) -> None:
        self._digests.setdefault(name, hashlib.sha256()).update(body)

    def told(self) -> dict[str, str]:
        return {name: digest.hexdigest()[:16] for name, digest in self._digests.items()}

    now = 0.0

    def night(self, now: int) -> None:
        """Everything that the systems say at a moment."""
        self.now = now
        for system in self.systems.systems:
            system.forget()
        self._inbox_files(now)
        for name, answer in (
            ("igate", self._igate()),
            ("opencps", self._opencps()),
            ("adapter", self._adapter()),
            ("licences", self._licences()),
            ("registration", self._registration()),
            ("statistics", self._statistics()),
            ("key", map(_encoded, key_lines(self.world, now))),
        ):
            for body in answer:
                self.keep(name, body)

    def _inbox_files(self, now: int) -> None:
        for system in self.systems.systems:
            for path in system.drop(now, []) if system.drops_files else []:
                self.keep(system.name, path.name.encode() + _content(path))

    def _igate(self) -> Iterator[bytes]:
        ways = (
            {},
            {"remove-status": "0", "sort": "updatedDate,asc"},
            {"accepted-from": "2024-02-01"},
            {"spec": "slice"},
        )
        for way in ways:
            for page in range(4):
                query = urlencode({"page": page, "size": 1000, **way})
                yield self._ask("GET", igate.SEARCH_PATH, query, self.bearer[0])
        code = next(self.world.local_rows())[1].code
        yield self._ask("GET", igate.SEARCH_PATH, urlencode({"code": code}), self.bearer[0])

    def _opencps(self) -> Iterator[bytes]:
        user = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
        headers = {"authorization": f"Basic {user}", "groupid": GROUP_ID}
        for query in (
            "start=0&end=100",
            "start=0&end=100&order=true&sort=modified",
            "year=2024&month=3&start=0&end=100",
        ):
            yield self._ask("GET", opencps.SEARCH_PATH, query, headers)
        for query in ("year=2024&month=3", "year=2024&month=0", "year=2023"):
            yield self._ask("GET", opencps.STATISTICS_PATH, query, headers)

    def _adapter(self) -> Iterator[bytes]:
        base, headers = national_adapter.base_path(self.world.variant), {"dstcode": national_adapter.DSTCODE}
        provider = urlencode({"dstcode": national_adapter.DSTCODE})
        codes = dict.fromkeys(row.code for _, row in self.world.portal_rows())
        session = ""
        for asked, code in enumerate(codes):
            if asked % 20 == 0:
                session = self._session(f"{base}/mapi/login", headers, provider)
            body = {"session": session, "service": "TraCuuHoSo", "madonvi": national_adapter.UNIT_CODE, "mahoso": code}
            yield self._ask("POST", f"{base}/mapi/g", provider, headers, json.dumps(body).encode())

    def _licences(self) -> Iterator[bytes]:
        session, unit = self._session(driving_licence.LOGIN_PATH, {}), self._unit()
        dates = {"ngayNhan1": "2023-01-01", "ngayNhan2": "2024-12-31"}
        asked = [{"service": "DanhSachHoSo", **dates}]
        asked += [
            {"service": "TraCuuHoSo", "mahoso": row.code} for _, row in self.world.ministry_rows("driving_licence")
        ]
        for one in asked:
            body = json.dumps({"session": session, "donViXuLy": unit, **one}).encode()
            yield self._ask("POST", driving_licence.CALL_PATH, body=body)
        query = urlencode({"Start": -1, "End": -1, "GovAgencyCode": unit, "APIKey": SECRET})
        headers = {**self.bearer[1], "madonvi": unit, "apikey": SECRET}
        yield self._ask("GET", driving_licence.LIST_PATH, query, headers)

    def _unit(self) -> str:
        system = next(one for one in self.systems.systems if isinstance(one, driving_licence.DrivingLicence))
        return min(system._units)

    def _registration(self) -> Iterator[bytes]:
        path = business_registration.BASE_PATH
        for back in range(0, 400, 5):
            first, last = (local_date(int(self.now) - (back + days) * DAY) for days in (4, 0))
            query = urlencode(
                {"from_date": f"{first:%d/%m/%Y}", "to_date": f"{last:%d/%m/%Y}", "offset": 0, "limit": 100}
            )
            yield self._ask("GET", f"{path}danhSachHoSo", query, self.bearer[1])

    def _statistics(self) -> Iterator[bytes]:
        counts = PortalCounts(self.world, int(self.now))
        for key, count in sorted(counts._counts.items()):
            yield repr((key, count)).encode()


def _content(path: Path) -> bytes:
    """A file's bytes; of a workbook those of its parts, without the moment at which it was packed."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with ZipFile(path) as parts:
        return b"".join(parts.read(name) for name in sorted(parts.namelist()) if name != "docProps/core.xml")


def _encoded(line: object) -> bytes:
    return json.dumps(line, sort_keys=True, default=str).encode()


@pytest.mark.parametrize("variant", DIGESTS)
def test_a_seed_is_answered_with_the_same_bytes(variant: str, tmp_path: Path) -> None:
    rates = Rates(**dict.fromkeys(ASKED_FOR, 0.004))
    world = make_world(7, 1_200, dt.date(2024, 4, 19), rates=rates, variant=parse_variant(variant))
    for folder in (tmp_path / "judicial_record", *(report_workbook.folder(tmp_path, office) for office in OFFICES)):
        folder.mkdir(parents=True)
    asking = Asking(world, tmp_path)
    for cut_off in (*world.cut_offs, world.cut_offs[-1] + 3 * DAY):
        asking.night(cut_off)
    assert asking.told() == DIGESTS[variant]
