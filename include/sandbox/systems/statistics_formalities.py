"""The portal's public catalogue of procedures, simulated: POST /api/v1/reporting/formalities (CONTRACTS section 2).

It answers {q?, currentPage, pageSize} with items {id, code, name, state, departmentId, publishingDepartmentIds[],
appliedDepartmentIds[]} and pages; codes come with the suffix of the world's catalogue.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sandbox.http.wire import Answer, Request, json_answer
from sandbox.systems.statistics_2026 import formality_id
from sandbox.systems.statistics_provinces import provinces
from sandbox.world.moments import moment
from sandbox.world.reference import PROVINCE_CODE
from sandbox.world.world import World

FORMALITIES = "/api/v1/reporting/formalities"
_PAGE_CAP = 10


class Formalities:
    """The catalogue over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._root = next(one.root for one in provinces() if one.code == PROVINCE_CODE)

    def answer(self, request: Request, now: float) -> Answer:
        """One page, with pages that start at 1."""
        if now < moment(dt.date(2026, 1, 1)):
            return json_answer({"code": "NOT_FOUND", "data": None, "message": "Không tìm thấy dịch vụ"}, 404)
        body, suffix = request.json(), self._world.variant.adapter_procedure_suffix
        words = str(body.get("q") or "").casefold()
        every = [(one.code, f"{one.code}{suffix}", one.name) for one in self._world.procedures]
        found = [one for one in every if words in f"{one[1]} {one[2]}".casefold()]
        size = min(max(int(body.get("pageSize") or _PAGE_CAP), 1), _PAGE_CAP)
        page = max(int(body.get("currentPage") or 1), 1)
        items = [self._item(*one) for one in found[(page - 1) * size : page * size]]
        pages = {"total": len(found), "currentPage": page, "pageSize": size, "totalPages": -(-len(found) // size)}
        return json_answer({"code": "OK", "data": {"items": items, "pagination": pages}, "message": "OK"}, 201)

    def _item(self, family: str, code: str, name: str) -> dict[str, Any]:
        return {
            "id": formality_id(family),
            "code": code,
            "name": name,
            "state": "PUBLISHED",
            "departmentId": self._root,
            "publishingDepartmentIds": [self._root],
            "appliedDepartmentIds": [self._root],
        }
