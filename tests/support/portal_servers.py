"""The portal's public statistics with counts of single procedures over real HTTP, written from docs/contracts.md alone."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from typing import Any

from support.servers import LOCAL, ROOT, FakeSystem, Reply, Request, captured

_UNITS = {"H37.03": "Sở Tư pháp", "H37.101": "UBND xã Quốc Khánh"}
_TREES = ("dvc-progress-tree", "provide-online-tree", "formality-online-payment-tree")


def ref_of(code: str) -> str:
    """The portal's id of a procedure in these tests."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, code))


def formalities_page(asked: dict[str, Any], procedures: dict[str, str]) -> dict[str, Any]:
    """A page of the catalogue (code -> name): ten items at most, and how many there are."""
    size, page = min(asked["pageSize"], 10), asked["currentPage"]
    shown = list(procedures.items())[(page - 1) * size : page * size]
    items = [
        {"id": ref_of(code), "code": code, "name": name, "state": "PUBLISHED", "departmentId": ROOT,
         "publishingDepartmentIds": [], "appliedDepartmentIds": [ROOT]}
        for code, name in shown
    ]  # fmt: skip
    pages = {"total": len(procedures), "currentPage": page, "pageSize": size, "totalPages": -(-len(procedures) // size)}
    return {"code": "OK", "data": {"items": items, "pagination": pages}, "message": "OK"}


class FakePortal(FakeSystem):
    """The 2026 API of a province of two units.

    Attributes:
        procedures: the catalogue, code -> name, in its order.
        counts: code -> unit -> dossiers received, in any month.
        filtered: the reports that honour the filter by procedure.
        names_all_units: an answer about a procedure names every unit, else only those that have dossiers.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = dt.datetime(2026, 3, 11, 1, 0, tzinfo=LOCAL)
        self.procedures = {f"1.10{number:04d}": f"Thủ tục {number}" for number in range(25)}
        self.counts: dict[str, dict[str, int | None]] = {}
        self.filtered = {"dvc-progress-tree", "provide-online-tree"}
        self.names_all_units = True

    @property
    def pages(self) -> list[int]:
        """The pages of the catalogue that were asked for."""
        return [json.loads(one.body)["currentPage"] for one in self.requests if one.path.endswith("/formalities")]

    def asked(self, report: str = "dvc-progress-tree") -> list[str]:
        """The procedures for which a report was asked, by code."""
        codes = {ref_of(code): code for code in self.procedures}
        bodies = [json.loads(one.body) for one in self.requests if one.path.endswith(report)]
        refs = (body.get("formalityID" if report == "dossier-digitized" else "formalityId") for body in bodies)
        return [codes[ref] for ref in refs if ref]

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(b"", 404)
        asked, report = json.loads(request.body), request.path.rpartition("/")[2]
        if report == "formalities":
            return Reply(formalities_page(asked, self.procedures), 201)
        ref = asked.get("formalityID" if report == "dossier-digitized" else "formalityId")
        counts = self._counts(ref if report in self.filtered else None)
        if report in _TREES:
            return Reply({"code": "OK", "data": self._tree(report, counts), "message": "OK"}, 201)
        if report == "handling-satisfaction":
            return Reply(captured(report), 201)
        return Reply({"code": "OK", "data": self._indicators(report, counts), "message": "OK"}, 201)

    def _counts(self, ref: str | None) -> dict[str, int | None]:
        """Unit -> dossiers, of one procedure or of all."""
        chosen = [of_unit for code, of_unit in self.counts.items() if ref is None or ref_of(code) == ref]
        total: Counter[str] = Counter()
        for of_unit in chosen:
            total.update({unit: value or 0 for unit, value in of_unit.items()})
        unknown = {unit for of_unit in chosen for unit, value in of_unit.items() if value is None} if ref else set()
        named = [unit for unit in _UNITS if ref is None or self.names_all_units or total[unit]]
        return {unit: None if unit in unknown else total[unit] for unit in named}

    def _tree(self, report: str, counts: dict[str, int | None]) -> dict[str, Any]:
        top = self._node("H37", sum(value or 0 for value in counts.values()), report)
        return {"parent": top, "children": [self._node(*one, report) for one in counts.items()], "monthlyChart": []}

    def _node(self, code: str, value: int | None, report: str) -> dict[str, Any]:
        node = {"departmentId": ROOT if code == "H37" else f"d{code}", "departmentCode": code, "totalScore": 9}
        node["departmentName"] = _UNITS.get(code, "UBND tỉnh Lạng Sơn")
        if report == "dvc-progress-tree":
            return node | {"totalReceived": value, "totalOnTime": value}
        if report == "provide-online-tree":
            return node | ({"channelTotalSum": value, "channelOnlineSum": 0} if code == "H37" else {})
        return node | {"totalDossierFinancialObligation": value, "totalDossierOnlinePaymentSuccess": 0}

    def _indicators(self, report: str, counts: dict[str, int | None]) -> dict[str, Any]:
        metric = "DOSSIER_SYNC" if report == "transparency" else "SO_HOA_GIAY_TO_GIAI_QUYET"

        def unit(key: str, name: str, value: int | None) -> dict[str, Any]:
            said = {
                "code": metric,
                "numerator": value,
                "denominator": value,
                "ratio": None,
                "score": None,
                "maxScore": 6,
            }
            return {
                "departmentId": key,
                "departmentName": name,
                "metrics": [said],
                "totalScore": 6,
                "totalMaxScore": 18,
            }

        units = [unit(f"d{code}", _UNITS[code], value) for code, value in counts.items()]
        top = unit(ROOT, "UBND tỉnh Lạng Sơn", sum(value or 0 for value in counts.values()))
        return {"overview": top, "evaluation": units, "monthlyChart": [], "pagination": {"total": len(units)}}
