"""The statistics API of 2026: `POST /api/v1/reporting/evaluation/...` (CONTRACTS section 2, from captures of August 2026).

Two reports are read, each in its own shape of `data`: `transparency` (`overview` is the province, `evaluation` its units)
for the sync metric, and `dvc-progress-tree` (`parent` and `children`) for what was received. Both answer HTTP 201 with
`{"code": "OK", "data": ...}`. Only the tree has codes of units; the other report's units are found in it by `departmentId`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec

from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.model import ControlTotal
from doisoat.sources.declared import Number, includes_children, per_10000, whole
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.judging import most_rows, no_end

_BASE = "/api/v1/reporting/evaluation/"
_METRIC = "DOSSIER_SYNC"
_TREE_MEASURES = ("totalReceived", "totalOnTime", "totalOverdue", "totalCompleted")
#: Rows a page, as the portal's own pages ask for them.
_PAGE_SIZES = {"transparency": 200, "dvc-progress-tree": 100}
_Stated = Number | msgspec.UnsetType
_ABSENT = msgspec.UNSET
_NO_SUCH_PAGE = (None, 400, 422)
_TODO = "check options.root_department_id, and compare with docs/contracts.md section 2"


class Options(Protocol):
    """What this API needs of the source's options."""

    @property
    def root_department_id(self) -> str: ...


class _Metric(msgspec.Struct):
    """A metric; a number may be null (0 of 0), but not be missing."""

    code: str = ""
    numerator: _Stated = _ABSENT
    denominator: _Stated = _ABSENT
    ratio: Number = None
    score: Number = None
    dataQualityStatus: str | None = None


class _Department(msgspec.Struct):
    departmentId: str
    departmentName: str | None = None
    metrics: list[_Metric] | None = None

    @property
    def sync(self) -> _Metric | None:
        """Its sync metric, None if it has none or one without both counts."""
        found = next((metric for metric in self.metrics or () if metric.code == _METRIC), None)
        return None if found is None or _ABSENT in (found.numerator, found.denominator) else found


class _Node(msgspec.Struct):
    """A unit of the tree; the province states no totalOverdue, the units no totalCompleted."""

    departmentId: str
    departmentCode: str | None = None
    departmentName: str | None = None
    totalReceived: _Stated = _ABSENT
    totalOnTime: _Stated = _ABSENT
    totalOverdue: _Stated = _ABSENT
    totalCompleted: _Stated = _ABSENT


class _Pagination(msgspec.Struct):
    total: int | None = None


class _Indicators(msgspec.Struct):
    """Shape A."""

    overview: _Department
    evaluation: list[_Department] | None
    pagination: _Pagination | None = None


class _Tree(msgspec.Struct):
    """Shape B."""

    parent: _Node
    children: list[_Node] | None
    pagination: _Pagination | None = None


class _Head(msgspec.Struct):
    code: str
    data: msgspec.Raw = msgspec.Raw(b"null")


_Unit = TypeVar("_Unit", _Department, _Node)


@dataclasses.dataclass(frozen=True, slots=True)
class _Page(Generic[_Unit]):
    """One answer: the province, its units, and how many units there are on all pages, None if it does not say."""

    answer: Answer
    province: _Unit
    units: list[_Unit]
    total: int | None


class Reporting2026:
    """One month at a time; see the module."""

    def __init__(self, http: HttpSession, options: Options) -> None:
        self._http, self._root = http, options.root_department_id
        self._head = msgspec.json.Decoder(_Head)
        self._indicators = msgspec.json.Decoder(_Indicators)
        self._tree = msgspec.json.Decoder(_Tree)

    def month(self, month: dt.date) -> Iterator[ControlTotal]:
        """The totals of the province and of each unit, then the sync metric of each.

        Raises:
            SourceRejectedError: the period is refused.
            SourceChangedError: an answer of another shape, or one that does not state what was asked.
        """
        tree, children = self._all_pages(lambda page: self._tree_page(month, page), _PAGE_SIZES["dvc-progress-tree"])
        yield from self._tree_totals(month, tree, children)
        codes = {node.departmentId: node.departmentCode for node in (tree.province, *children)}
        overview, units = self._all_pages(lambda page: self._indicators_page(month, page), _PAGE_SIZES["transparency"])
        for total in self._sync_totals(month, overview, units):
            yield msgspec.structs.replace(total, agency_code=codes.get(total.agency_ref or ""))

    # pages ------------------------------------------------------------------------------------------------------
    def _all_pages(self, ask: Callable[[int], _Page[_Unit]], page_size: int) -> tuple[_Page[_Unit], list[_Unit]]:
        """The first page and the units of all pages.

        Every capture came whole on page 1. Unless the answer says so itself, the pages after it are asked for until one
        brings nothing new; then page 0, which may be the first, be treated as page 1, be empty, or be refused (section 8).
        """
        first = ask(1)
        total, units = first.total, {unit.departmentId: unit for unit in first.units}
        page: int | None = 2
        while page is not None and (total is None or len(units) < total):
            further = self._further(ask, page)
            new = {unit.departmentId: unit for unit in further.units} if further else {}
            is_new = not new.keys() <= units.keys()
            units = new | units
            if further and len(units) > most_rows(total, page_size):
                raise self._changed(further.answer, no_end(len(units), total))
            page = page + 1 if page and is_new else 0 if page else None
        if not units or (total is not None and len(units) != total):
            raise self._changed(
                first.answer, f"{len(units)} units" + (f" of the {total} that it declares" if total else "")
            )
        return first, list(units.values())

    def _further(self, ask: Callable[[int], _Page[_Unit]], page: int) -> _Page[_Unit] | None:
        """A page other than the first, None if it is refused because there is none: the period was not."""
        try:
            return ask(page)
        except SourceRejectedError as error:
            if error.status not in _NO_SUCH_PAGE:
                raise
            return None

    def _indicators_page(self, month: dt.date, page: int) -> _Page[_Department]:
        answer = self._ask("transparency", month, page)
        said = self._http.decode(self._data(answer), self._indicators)
        return _Page(answer, said.overview, said.evaluation or [], said.pagination.total if said.pagination else None)

    def _tree_page(self, month: dt.date, page: int) -> _Page[_Node]:
        answer = self._ask("dvc-progress-tree", month, page)
        said = self._http.decode(self._data(answer), self._tree)
        return _Page(answer, said.parent, said.children or [], said.pagination.total if said.pagination else None)

    # what they state --------------------------------------------------------------------------------------------
    def _tree_totals(self, month: dt.date, tree: _Page[_Node], children: Sequence[_Node]) -> Iterator[ControlTotal]:
        if _ABSENT in (tree.province.totalReceived, tree.province.totalOnTime):
            raise self._changed(tree.answer, "a province without totalReceived or totalOnTime")
        if all(node.totalReceived is _ABSENT for node in children):
            raise self._changed(tree.answer, f"{len(children)} units of which none has totalReceived")
        for node in (tree.province, *children):
            for measure in _TREE_MEASURES:
                if getattr(node, measure) is _ABSENT:
                    continue
                parts = [getattr(child, measure) for child in children] if node is tree.province else []
                value = self._count(tree.answer, measure, getattr(node, measure))
                yield ControlTotal(
                    measure=measure,
                    value=value,
                    measured_at=tree.answer.time,
                    receipt_month=month,
                    period_kind="month",
                    agency_ref=node.departmentId,
                    agency_code=node.departmentCode,
                    agency_name=node.departmentName,
                    includes_children=self._includes(tree.answer, measure, value, parts),
                )

    def _sync_totals(
        self, month: dt.date, overview: _Page[_Department], units: Sequence[_Department]
    ) -> Iterator[ControlTotal]:
        """Numerator and denominator of every unit, then ratio and score."""
        answer, province = overview.answer, overview.province
        if province.sync is None:
            raise self._changed(answer, f"a province without both counts of {_METRIC}")
        stated = [(unit, unit.sync) for unit in units if unit.sync]
        if not stated:
            raise self._changed(answer, f"{len(units)} units of which none has both counts of {_METRIC}")
        for part in ("numerator", "denominator"):
            measure, parts = f"{_METRIC}_{part.upper()}", [getattr(metric, part) for _, metric in stated]
            for unit, metric in ((province, province.sync), *stated):
                value = self._count(answer, measure, getattr(metric, part))
                total = _total(measure, value, answer, month, unit, metric)
                includes = self._includes(answer, measure, value, parts) if unit is province else None
                yield msgspec.structs.replace(total, includes_children=includes)
        for unit, metric in ((province, province.sync), *stated):
            for part in ("ratio", "score"):
                value = per_10000(getattr(metric, part))
                yield _total(f"{_METRIC}_{part.upper()}_PER_10000", value, answer, month, unit, metric)

    def _includes(self, answer: Answer, measure: str, value: int | None, parts: Sequence[object]) -> bool | None:
        """Whether the province's number includes its units'; unknown if one of them states none."""
        if _ABSENT in parts:
            return None
        return includes_children(value, [self._count(answer, measure, part) for part in parts])

    def _count(self, answer: Answer, measure: str, value: object) -> int | None:
        try:
            return whole(value)
        except ValueError as error:
            raise self._changed(answer, f"{measure} that is {error}") from None

    # requests ---------------------------------------------------------------------------------------------------
    def _ask(self, report: str, month: dt.date, page: int) -> Answer:
        body = {
            "timeType": "month",
            "year": month.year,
            "month": month.month,
            "rootDepartmentId": self._root,
            "currentPage": page,
            "pageSize": _PAGE_SIZES[report],
        }
        return self._http.request("POST", f"{_BASE}{report}", json=body)

    def _data(self, answer: Answer) -> Answer:
        """The answer's `data` alone.

        Raises:
            SourceRejectedError: its code is not OK.
        """
        said = self._http.decode(answer, self._head)
        if said.code != "OK":
            shown = said.code if said.code.replace("_", "").isalnum() and len(said.code) <= 40 else "another code"
            raise SourceRejectedError(
                self._http.source_id,
                asked=answer.asked,
                came=f"code {shown} instead of OK",
                todo="the period may not have ended for the portal, or root_department_id is wrong",
            )
        return dataclasses.replace(answer, body=bytes(said.data))

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        return SourceChangedError(self._http.source_id, asked=answer.asked, came=came, todo=_TODO)


def _total(
    measure: str, value: int | None, answer: Answer, month: dt.date, unit: _Department, metric: _Metric
) -> ControlTotal:
    return ControlTotal(
        measure=measure,
        value=value,
        measured_at=answer.time,
        receipt_month=month,
        period_kind="month",
        agency_ref=unit.departmentId,
        agency_name=unit.departmentName,
        flags=(metric.dataQualityStatus,) if metric.dataQualityStatus not in (None, "", "OK") else (),
    )
