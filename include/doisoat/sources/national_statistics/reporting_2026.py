"""The statistics API of 2026: `POST /api/v1/reporting/evaluation/...` (CONTRACTS section 2, from captures of August 2026).

Six reports are read, one a group of decision 766, each in one of two shapes of `data`: `overview` is the province and
`evaluation` its units, or `parent` and `children` are. All answer HTTP 201 with `{"code": "OK", "data": ...}`. A report is asked
for once in a pull, whoever reads it (counts_2026.py, scores_2026.py).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec

from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.model import ControlTotal, PublishedScore
from doisoat.months import Period
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.judging import most_rows, no_end
from doisoat.sources.national_statistics.counts_2026 import channel_totals, sync_totals, tree_totals
from doisoat.sources.national_statistics.scores_2026 import scores
from doisoat.sources.national_statistics.wire_2026 import REMEDY, Indicators, Report, Tree, Unit, data_of

_BASE = "/api/v1/reporting/evaluation/"
PROGRESS, ONLINE, TRANSPARENCY = "dvc-progress-tree", "provide-online-tree", "transparency"
PAYMENT, DIGITISED = "formality-online-payment-tree", "dossier-digitized"
_SATISFACTION = "handling-satisfaction"
#: The reports in the order in which they are asked for, each with the rows a page for which the portal's own pages ask.
REPORTS = {
    PROGRESS: 100,
    TRANSPARENCY: 200,
    ONLINE: 200,
    PAYMENT: 100,
    DIGITISED: 200,
    _SATISFACTION: 200,
}
_NO_SUCH_PAGE = (None, 400, 422)


class Options(Protocol):
    """What this API needs of the source's options."""

    @property
    def root_department_id(self) -> str: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """One answer: the province, its units, and how many units there are on all pages, None if it does not say."""

    answer: Answer
    province: Unit
    units: list[Unit]
    total: int | None


class Reporting2026:
    """One period at a time; see the module.

    Args:
        root: the province (`rootDepartmentId`).
    """

    def __init__(self, http: HttpSession, root: str) -> None:
        self._http, self._root = http, root
        self._indicators = msgspec.json.Decoder(Indicators)
        self._tree = msgspec.json.Decoder(Tree)
        self._asked: dict[tuple[str, Period], Report] = {}
        #: Report -> a number of units that certainly come on its first page.
        self._on_one_page: dict[str, int] = {}

    def month(self, month: dt.date) -> Iterator[ControlTotal]:
        """The totals of the province and of each unit, then the sync metric of each, then the province's by channel.

        Raises:
            SourceRejectedError: the period is refused.
            SourceChangedError: an answer of another shape, or one that does not state what was asked.
        """
        period = Period("month", month)
        tree = self.report(PROGRESS, period)
        yield from tree_totals(tree)
        yield from sync_totals(self.report(TRANSPARENCY, period), _codes(tree))

    def channels(self, month: dt.date) -> Iterator[ControlTotal]:
        """The province's totals by channel, which the portal states nowhere else; errors as of month()."""
        yield from channel_totals(self.report(ONLINE, Period("month", month)))

    def scores(self, name: str, period: Period) -> Iterator[PublishedScore]:
        """What a report publishes of the province and each of its units; errors as of month()."""
        report = self.report(name, period)
        yield from scores(report, _codes(self.report(PROGRESS, period)))

    def of_province(self, name: str, period: Period) -> Iterator[PublishedScore]:
        """What a report publishes of the province alone, from its first page; errors as of month()."""
        first = self._page(name, period, 1)
        yield from scores(Report(self._http.source_id, name, period, first.answer, first.province, []), {})

    def of_procedure(self, name: str, period: Period, ref: str) -> Report:
        """A report about a period, filtered by a procedure of the portal's catalogue; whether it is, it does not say."""
        return self._all_pages(name, period, {"formalityID" if name == DIGITISED else "formalityId": ref})

    def report_again(self, name: str, period: Period) -> Report:
        """A report as it is by now; what was asked for before stays what `report` gives."""
        return self._all_pages(name, period)

    def codes(self, period: Period) -> dict[str, str | None]:
        """The code of each unit, which only the trees state, by `departmentId`."""
        return _codes(self.report(PROGRESS, period))

    def report(self, name: str, period: Period) -> Report:
        """A report about a period, with the units of all pages; it is asked for once."""
        if (name, period) not in self._asked:
            self._asked[name, period] = self._all_pages(name, period)
        return self._asked[name, period]

    # pages ------------------------------------------------------------------------------------------------------
    def _all_pages(self, name: str, period: Period, only: Mapping[str, str] | None = None) -> Report:
        """Every capture came whole on page 1. Unless the answer says so itself, the pages after it are asked for until one brings
        nothing new; then page 0, which may be the first, be treated as page 1, be empty, or be refused (section 8). What came
        whole on one page for one period is not searched for further pages for another, unless there are more units. Of one
        procedure (`only`) there may be no unit at all."""
        first = self._page(name, period, 1, only)
        total, units = first.total, {unit.departmentId: unit for unit in first.units}
        is_first_alone = len(units) <= self._on_one_page.get(name, 0) and (len(units) > 0 or only is not None)
        page: int | None = None if is_first_alone else 2
        while page is not None and (total is None or len(units) < total):
            further = self._further(name, period, page, only)
            new = {unit.departmentId: unit for unit in further.units} if further else {}
            is_new = not new.keys() <= units.keys()
            units = new | units
            if further and len(units) > most_rows(total, REPORTS[name]):
                raise self._changed(further.answer, no_end(len(units), total))
            page = page + 1 if page and is_new else 0 if page else None
        if (not units and only is None) or (total is not None and len(units) != total):
            came = f"{len(units)} units" + (f" of the {total} that it declares" if total else "")
            raise self._changed(first.answer, came)
        if len(units) == len(first.units):
            self._on_one_page[name] = max(len(units), self._on_one_page.get(name, 0))
        return Report(self._http.source_id, name, period, first.answer, first.province, list(units.values()))

    def _further(self, name: str, period: Period, page: int, only: Mapping[str, str] | None) -> Page | None:
        """A page other than the first, None if it is refused because there is none: the period was not."""
        try:
            return self._page(name, period, page, only)
        except SourceRejectedError as error:
            if error.status not in _NO_SUCH_PAGE:
                raise
            return None

    def _page(self, name: str, period: Period, page: int, only: Mapping[str, str] | None = None) -> Page:
        body = {"rootDepartmentId": self._root, "currentPage": page, "pageSize": REPORTS[name]}
        answer = self._http.request("POST", f"{_BASE}{name}", json=_when(name, period) | body | dict(only or {}))
        data = data_of(self._http, answer)
        if name.endswith("-tree"):
            tree = self._http.decode(data, self._tree)
            return Page(answer, tree.parent, tree.children or [], tree.pagination.total if tree.pagination else None)
        said = self._http.decode(data, self._indicators)
        return Page(answer, said.overview, said.evaluation or [], said.pagination.total if said.pagination else None)

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        return SourceChangedError(self._http.source_id, asked=answer.asked, came=came, todo=REMEDY)


def _when(name: str, period: Period) -> dict[str, Any]:
    """The period as a report wants it: only the field that `timeType` names; satisfaction its first and last day."""
    if name == _SATISFACTION:
        return {"fromDate": period.start.isoformat(), "toDate": period.last_day.isoformat()}
    named = {"month": {"month": period.start.month}, "quarter": {"quarter": period.quarter}}.get(period.kind, {})
    return {"timeType": period.kind, "year": period.start.year, **named}


def _codes(tree: Report) -> dict[str, str | None]:
    """The code of each unit, which only the trees state, by `departmentId`."""
    return {unit.departmentId: unit.departmentCode for unit in (tree.province, *tree.units)}
