"""The statistics API of 2026: `POST /api/v1/reporting/evaluation/...` (CONTRACTS section 2).

Two reports are read: `transparency` for the sync metric of each department, and the tree `dvc-progress-tree` for the
totals of each unit. Both answer HTTP 201 with `{"code": "OK", "data": ...}`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

import msgspec

from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.model import ControlTotal
from doisoat.sources.http.session import Answer, HttpSession

_BASE = "/api/v1/reporting/evaluation/"
_METRIC = "DOSSIER_SYNC"
_TREE_MEASURES = ("totalReceived", "totalOnTime", "totalOverdue", "totalCompleted")
_Number = int | float | None
_T = TypeVar("_T")


class Options(Protocol):
    """What this API needs of the source's options."""

    @property
    def root_department_id(self) -> str: ...


class _Metric(msgspec.Struct):
    code: str = ""
    numerator: _Number = None
    denominator: _Number = None
    ratio: _Number = None
    score: _Number = None
    dataQualityStatus: str | None = None


class _Department(msgspec.Struct):
    departmentId: str
    departmentName: str | None = None
    departmentType: str | None = None
    metrics: list[_Metric] = []


class _Transparency(msgspec.Struct):
    evaluation: list[_Department]


class _TransparencyAnswer(msgspec.Struct):
    code: str
    data: _Transparency | None = None


class _Node(msgspec.Struct):
    departmentCode: str | None = None
    departmentId: str | None = None
    departmentName: str | None = None
    totalReceived: _Number = None
    totalOnTime: _Number = None
    totalOverdue: _Number = None
    totalCompleted: _Number = None
    children: list[_Node] | None = None  # [A]


class _Tree(msgspec.Struct):
    """[A] the tree may be below a key, as one root or as a list of roots."""

    tree: list[_Node] | None = None
    content: list[_Node] | None = None
    items: list[_Node] | None = None


class _TreeListAnswer(msgspec.Struct):
    code: str
    data: list[_Node] | None = None


class _TreeRootAnswer(msgspec.Struct):
    code: str
    data: _Node | None = None


class _TreeKeyAnswer(msgspec.Struct):
    code: str
    data: _Tree | None = None


class Reporting2026:
    """One month at a time; see the module."""

    def __init__(self, http: HttpSession, options: Options) -> None:
        self._http, self._root = http, options.root_department_id
        self._page_size = max(100, min(200, http.page_size))  # the range that the API is known to accept
        self._transparency = msgspec.json.Decoder(_TransparencyAnswer)
        self._tree_list = msgspec.json.Decoder(_TreeListAnswer)
        self._tree_key = msgspec.json.Decoder(_TreeKeyAnswer)
        self._tree_root = msgspec.json.Decoder(_TreeRootAnswer)

    def month(self, month: dt.date) -> Iterator[ControlTotal]:
        """The sync metric of each department, and the totals of each unit of the tree."""
        departments, answer = self._departments(month)
        yield from self._sync_totals(month, departments, answer.time)
        yield from self._tree_totals(month)

    # transparency -----------------------------------------------------------------------------------------------
    def _departments(self, month: dt.date) -> tuple[list[_Department], Answer]:
        found, answer = self._pages(
            lambda page: self._transparency_page(month, page), lambda department: department.departmentId
        )
        if not found:
            raise SourceChangedError(
                self._http.source_id,
                asked=answer.asked,
                came="no department at all",
                todo="check options.root_department_id, and compare with docs/contracts.md",
            )
        return found, answer

    def _pages(
        self, ask: Callable[[int], tuple[Answer, list[_T]]], key: Callable[[_T], str | None]
    ) -> tuple[list[_T], Answer]:
        """All items. Pages may be numbered from 0 or from 1: the first two are compared, and a repeated page adds nothing.

        Page 0 may be the first, be treated as page 1, be empty, or be refused.
        """
        found: dict[str | None, _T] = {}
        page, most, answer = 0, 0, None
        while True:
            try:
                answer, items = ask(page)
            except SourceRejectedError as error:
                if page or error.status not in (None, 400, 422):
                    raise
                items = []  # pages are numbered from 1, or the period is refused: page 1 decides
            new = {key(item): item for item in items if key(item) not in found}
            found |= new
            if answer and page and (len(items) < most or (page > 1 and not new)):
                return list(found.values()), answer
            page, most = page + 1, max(most, len(items))

    def _transparency_page(self, month: dt.date, page: int) -> tuple[Answer, list[_Department]]:
        answer = self._ask("transparency", month, page)
        said = self._http.decode(answer, self._transparency)
        self._check_code(answer, said.code)
        return answer, said.data.evaluation if said.data else []

    def _sync_totals(
        self, month: dt.date, departments: list[_Department], measured_at: dt.datetime
    ) -> Iterator[ControlTotal]:
        for part in ("numerator", "denominator"):
            values = {
                d.departmentId: _whole(getattr(metric, part)) for d in departments if (metric := _sync(d)) is not None
            }
            parents = [
                d.departmentId for d in departments if d.departmentType == "PROVINCE" and d.departmentId in values
            ]
            children = [value for key, value in values.items() if key not in parents]
            for department in departments:
                metric = _sync(department)
                if metric is None:
                    continue
                is_parent = department.departmentId in parents
                yield ControlTotal(
                    measure=f"{_METRIC}_{part.upper()}",
                    value=values[department.departmentId],
                    measured_at=measured_at,
                    receipt_month=month,
                    period_kind="month",
                    agency_ref=department.departmentId,
                    agency_name=department.departmentName,
                    includes_children=includes_children(values[department.departmentId], children)
                    if is_parent
                    else None,
                    flags=_flags(metric),
                )
        for department in departments:
            if metric := _sync(department):
                for part in ("ratio", "score"):
                    yield ControlTotal(
                        measure=f"{_METRIC}_{part.upper()}_PER_10000",
                        value=per_10000(getattr(metric, part)),
                        measured_at=measured_at,
                        receipt_month=month,
                        period_kind="month",
                        agency_ref=department.departmentId,
                        agency_name=department.departmentName,
                        flags=_flags(metric),
                    )

    # tree -------------------------------------------------------------------------------------------------------
    def _tree_totals(self, month: dt.date) -> Iterator[ControlTotal]:
        roots, answer = self._pages(
            lambda page: self._tree_page(month, page), lambda node: node.departmentCode or node.departmentId
        )
        for node in _walk(roots):
            for measure in _TREE_MEASURES:
                children = [_whole(getattr(child, measure)) for child in node.children or ()]
                value = _whole(getattr(node, measure))
                yield ControlTotal(
                    measure=measure,
                    value=value,
                    measured_at=answer.time,
                    receipt_month=month,
                    period_kind="month",
                    agency_ref=node.departmentId,
                    agency_code=node.departmentCode,
                    agency_name=node.departmentName,
                    includes_children=includes_children(value, children) if children else None,
                )

    def _tree_page(self, month: dt.date, page: int) -> tuple[Answer, list[_Node]]:
        answer = self._ask("dvc-progress-tree", month, page)
        return answer, self._roots(answer)

    def _roots(self, answer: Answer) -> list[_Node]:
        try:
            said = self._tree_list.decode(answer.body)
        except msgspec.DecodeError:
            pass
        else:
            self._check_code(answer, said.code)
            return said.data or []
        keyed = self._http.decode(answer, self._tree_key)
        self._check_code(answer, keyed.code)
        roots = keyed.data and (keyed.data.tree or keyed.data.content or keyed.data.items)
        if roots:
            return roots
        root = self._http.decode(answer, self._tree_root).data
        return [root] if root and (root.departmentCode or root.departmentId) else []

    # both -------------------------------------------------------------------------------------------------------
    def _ask(self, report: str, month: dt.date, page: int) -> Answer:
        body = {
            "timeType": "month",
            "year": month.year,
            "quarter": (month.month + 2) // 3,
            "month": month.month,
            "rootDepartmentId": self._root,
            "currentPage": page,
            "pageSize": self._page_size,
        }
        return self._http.request("POST", f"{_BASE}{report}", json=body)

    def _check_code(self, answer: Answer, code: str) -> None:
        if code != "OK":
            shown = code if code.replace("_", "").isalnum() and len(code) <= 40 else "another code"
            raise SourceRejectedError(
                self._http.source_id,
                asked=answer.asked,
                came=f"code {shown} instead of OK",
                todo="the period may not have ended for the portal, or root_department_id is wrong",
            )


def _sync(department: _Department) -> _Metric | None:
    return next((metric for metric in department.metrics if metric.code == _METRIC), None)


def _flags(metric: _Metric) -> tuple[str, ...]:
    return (metric.dataQualityStatus,) if metric.dataQualityStatus not in (None, "", "OK") else ()


def _walk(nodes: Iterable[_Node]) -> Iterator[_Node]:
    for node in nodes:
        yield node
        yield from _walk(node.children or ())


def _whole(value: _Number) -> int | None:
    return None if value is None or abs(value) >= 1e15 else round(value)


def per_10000(value: _Number) -> int | None:
    """A ratio or a score as a whole number of ten-thousandths of the stated value, whatever its unit (1 or 100 for all)."""
    return None if value is None or abs(value) >= 1e9 else round(value * 10_000)


def includes_children(parent: int | None, children: Sequence[int | None]) -> bool | None:
    """Whether a parent's number includes its children's: equal means yes, less means no; more is inconclusive."""
    if parent is None or not children or None in children:
        return None
    total = sum(child or 0 for child in children)
    if parent == total:
        return True if total else None
    return False if parent < total else None
