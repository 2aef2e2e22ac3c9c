"""VNPT iGate 2.0, simulated: Keycloak's token endpoint and the dossier search (CONTRACTS section 3).

Contract: POST /auth/realms/digo/protocol/openid-connect/token (client_credentials, password, refresh_token);
GET /pa/dossier/search with Bearer. Days in `accepted-from/to` are local and both included; ISO moments are taken as
moments, both included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from sandbox.http.faults import is_of_the_tenth
from sandbox.http.sessions import Tokens
from sandbox.http.wire import Answer, BadRequest, Request
from sandbox.systems.by_code import ByCode
from sandbox.systems.igate_words import Words, millisecond_of, object_id, updated_at
from sandbox.systems.pages import UNDATED, Asked, EncodedWhenAsked, Shelf, page_body
from sandbox.systems.system import System
from sandbox.world import moments
from sandbox.world.truth import Dossier, LocalRow, latest
from sandbox.world.world import World

TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"  # noqa: S105 - a path
SEARCH_PATH = "/pa/dossier/search"
_NEVER = 2**62
_UNAUTHORIZED = [(b"www-authenticate", b'Bearer realm="digo", error="invalid_token"')]


class WorldShelves:
    """The shelf of a world at a point in time, rebuilt only when the next change has happened."""

    def __init__(self, world: World) -> None:
        self._variant = world.variant
        self._words = Words(world.agencies, world.variant)
        self._world = world
        self._agency_ids = [object_id(agency.agency_id) for agency in world.agencies]
        self._agency_at = {agency.agency_id: at for at, agency in enumerate(world.agencies)}
        self._procedure_ids = [object_id(procedure.code) for procedure in world.procedures]
        self._procedure_at = {procedure.code: at for at, procedure in enumerate(world.procedures)}
        self._below: dict[str, list[int]] = {}
        for agency in world.agencies:
            for ancestor in self._words.ancestors(agency):
                below = self._below.setdefault(object_id(ancestor.agency_id), [])
                below.append(self._agency_at[agency.agency_id])
        self._touched: dict[str, int] = {}
        self._shelf: Shelf | None = None
        self._valid = (0.0, 0.0)
        self._order: list[LocalRow] = []
        self._mad: dict[str, tuple[float, Shelf]] = {}

    def forget(self) -> None:
        """Forget any drift, because the clock was moved."""
        self._touched.clear()
        self._mad.clear()
        self._shelf = None

    def at(self, now: float) -> Shelf:
        """The shelf as of a point in time."""
        if self._shelf is None or not self._valid[0] <= now < self._valid[1]:
            self._shelf = self._build(int(now))
        return self._shelf

    def mad_at(self, now: float, madness: str) -> Shelf:
        """The shelf of a mad system (sandbox.http.faults.MADNESS) at a moment."""
        if madness not in self._mad or self._mad[madness][0] != now:
            self._mad[madness] = now, self._build(int(now), madness)
        return self._mad[madness][1]

    def drift(self, now: float, after: int) -> None:
        """Update a record behind position `after`, so that it moves to the front."""
        self.at(now)
        if self._order:
            self._touched[self._order[max(after, len(self._order) - 1) % len(self._order)].record_id] = int(now)
        self._shelf = None

    def _build(self, now: int, madness: str = "") -> Shelf:
        made_of: list[Dossier] = []
        rows: list[LocalRow] = []
        updates: list[int] = []
        following, since = _NEVER, now - moments.seconds_of_day(now)
        for made, row in self._world.local_rows():
            for at in row.moments():
                if now < at < following:
                    following = at
            if not row.is_held(now) or (madness == "a_tenth" and not is_of_the_tenth(row.record_id)):
                continue
            updated = max(updated_at(row, now, self._variant), self._touched.get(row.record_id, 0))
            made_of.append(made)
            rows.append(row)
            updates.append(updated if madness in ("", "a_tenth") else since)
        order = _newest_first(rows, updates)
        rows = [rows[at] for at in order]
        if not madness:
            self._valid, self._order = (now, following), rows
        return self._shelve([made_of[at] for at in order], rows, [updates[at] for at in order], now, madness)

    def _shelve(
        self, made_of: list[Dossier], rows: list[LocalRow], updates: list[int], now: int, madness: str = ""
    ) -> Shelf:
        def column(value: Callable[[Dossier, LocalRow], int], kind: type = np.int32) -> NDArray:
            return np.fromiter(map(value, made_of, rows), kind, len(rows))

        updated = np.array(updates, np.int64)

        def encoded(at: int) -> bytes:
            words = self._words.dossier(made_of[at], rows[at], now, int(updated[at]))
            return self._maddened(msgspec.json.encode(words), rows[at], madness)

        def accepted(made: Dossier, row: LocalRow) -> int:
            return row.received_at if row.received_at is not None and row.received_at <= now else UNDATED

        by_code = ByCode(row.code_at(now) for row in rows)
        return Shelf(
            rows=EncodedWhenAsked(encoded),
            accepted=column(accepted, np.int64),
            appointed=column(
                lambda made, row: UNDATED if made.due_at is None or accepted(made, row) == UNDATED else made.due_at,
                np.int64,
            ),
            removed=column(lambda made, row: row.is_removed(now), np.bool_),
            agency=column(lambda made, row: self._agency_at[made.agency.agency_id]),
            procedure=column(lambda made, row: self._procedure_at[made.procedure.code]),
            status=column(lambda made, row: self._words.status_id(latest(row.life, now) or row.life[0][1])),
            agency_ids=self._agency_ids,
            procedure_ids=self._procedure_ids,
            ancestor_positions=self._below,
            places=lambda code: [at for at in by_code.places(code) if rows[at].code_at(now) == code],
        )

    def _maddened(self, row: bytes, of: LocalRow, madness: str) -> bytes:
        if madness == "new_status":
            return msgspec.json.encode({**msgspec.json.decode(row), "dossierStatus": self._words.stopped})
        if madness == "other_province":
            other = of.record_id.translate(str.maketrans("0123456789abcdef", "fedcba9876543210"))
            return row.replace(b"H37", b"H20").replace(of.record_id.encode(), other.encode())
        return row


def _newest_first(rows: list[LocalRow], updates: list[int]) -> list[int]:
    """The order of rows: the newest update first, to the millisecond, then by id."""
    ids = np.array([row.record_id for row in rows], "S24")
    milliseconds = np.fromiter(map(millisecond_of, rows), np.int64, len(rows))
    found: list[int] = np.lexsort((ids, -milliseconds, -np.array(updates, np.int64))).tolist()
    return found


class IGate(System):
    """The token endpoint, and the search over prepared pages.

    Args:
        tokens: who may search.
        shelf_at: the shelf as of a moment.
        page_cap: maximum rows per page.
        slice_has_last: a slice says whether it is the last.
        shelves: what makes the shelves of a world, None for a static one.
    """

    name = "igate"
    paths = (TOKEN_PATH, SEARCH_PATH)

    def __init__(
        self,
        tokens: Tokens,
        shelf_at: Callable[[float], Shelf],
        page_cap: int,
        *,
        slice_has_last: bool = True,
        shelves: WorldShelves | None = None,
    ) -> None:
        self._tokens, self._shelf_at, self._cap, self._slice_has_last = tokens, shelf_at, page_cap, slice_has_last
        self._shelves = shelves
        self._found: dict[Asked, NDArray[np.int64]] = {}
        self._found_on: Shelf | None = None

    def answer(self, request: Request, now: float) -> Answer:
        if (request.method, request.path) == ("POST", TOKEN_PATH):
            return self._tokens.answer(request)
        if (request.method, request.path) != ("GET", SEARCH_PATH):
            return super().answer(request, now)
        if not self._tokens.is_valid(request):
            return Answer(401, b'{"error":"invalid_token"}', headers=list(_UNAUTHORIZED))
        return self.search(request, now)

    def prepare(self, now: float) -> None:
        self._shelf_at(now)

    def forget(self) -> None:
        if self._shelves:
            self._shelves.forget()

    def revoke_all(self) -> None:
        self._tokens.revoke_all()

    def drift(self, request: Request, now: float) -> None:
        if self._shelves and request.path == SEARCH_PATH:
            query = request.query()
            shown = (int(query.get("page") or 0) + 1) * int(query.get("size") or 20)
            self._shelves.drift(now, shown)

    def rows_held(self, now: float) -> int:
        """How many rows it holds at a moment."""
        return len(self._shelf_at(now))

    def search(self, request: Request, now: float) -> Answer:
        """GET /pa/dossier/search."""
        query = request.query()
        number, size = _number(query, "page", 0), _number(query, "size", 20)
        if number < 0 or size < 1:
            raise BadRequest("page starts at 0 and size at 1")
        shelf = (
            self._shelf_at(now)
            if self._shelves is None or not self.madness
            else self._shelves.mad_at(now, self.madness)
        )
        asked = _asked(query)
        if self._found_on is not shelf:
            self._found, self._found_on = {}, shelf
        if asked not in self._found:
            if len(self._found) > 256:
                self._found.clear()
            self._found[asked] = shelf.select(asked)
        body = page_body(
            shelf,
            self._found[asked],
            number=number,
            size=size,
            step=min(size, self._cap),
            spec=query.get("spec") or "page",
            with_last=self._slice_has_last,
        )
        return Answer(body=body)


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.lstrip("-").isdigit():
        raise BadRequest(f"{name} is a number")
    return int(text)


def _asked(query: dict[str, str]) -> Asked:
    """The search parameters; empty ones do not filter.

    Raises:
        BadRequest: a day, a status or an order that iGate does not know.
    """
    sort = query.get("sort") or "updatedDate,desc"
    if sort not in ("updatedDate,desc", "updatedDate,asc"):
        raise BadRequest("sort is updatedDate,desc or updatedDate,asc")
    statuses = [text for text in query.get("dossier-status", "").split(",") if text]
    if not all(text.isdigit() for text in statuses):
        raise BadRequest("dossier-status is a list of numbers")
    return Asked(
        code=query.get("code", ""),
        procedure_id=query.get("procedure-id", ""),
        ancestor=query.get("ancestor-agency-id", ""),
        statuses=tuple(int(text) for text in statuses),
        accepted_from=_edge(query.get("accepted-from", ""), is_end=False),
        accepted_to=_edge(query.get("accepted-to", ""), is_end=True),
        appointment_from=_edge(query.get("appointment-from", ""), is_end=False),
        appointment_to=_edge(query.get("appointment-to", ""), is_end=True),
        not_removed=query.get("remove-status", "") == "0",
        oldest_first=sort.endswith(",asc"),
    )


def _edge(text: str, *, is_end: bool) -> float | None:
    """One end of a window as a time, end excluded; a plain day means the whole local day."""
    if not text:
        return None
    try:
        if "T" in text:
            at = moments.parse_moment(text)
            return int(at) + 1 if is_end else at
        kind = "%d/%m/%Y" if "/" in text else "%Y-%m-%d"
        day = dt.datetime.strptime(text, kind).date()
    except ValueError:
        raise BadRequest("a day is yyyy-MM-dd, dd/MM/yyyy or an ISO moment") from None
    return moments.moment(day + dt.timedelta(days=1) if is_end else day)
