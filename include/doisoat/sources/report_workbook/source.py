"""The workbooks in which offices send each other their counts (.xls and .xlsx), put into an inbox.

Domain: what an office reports for a month, quarter or year: received, resolved, pending, and their parts, by unit and for
    the whole. The source's side in the province file says whose counts they are: the province's own report, the
    portal's, or what was reported to the national reporting system (the denominator of indicator 1.4).
Contract: CONTRACTS section 2b. Three forms, recognised by the texts above the table: "Tổng hợp kết quả giải quyết TTHC
    theo đơn vị", II.06a/VPCP/KSTT and 07a/BTP. Columns are found by their labels, headers are two or three rows deep with
    merged cells, a row of column numbers may follow. The period is "từ ngày ... đến ngày ...", else the named month,
    quarter or year; any other period is refused. Measures: report_workbook_words.MEASURES.
Caveats: for a form by field only the whole is kept, not the fields: the total row, or the sum of the rows (flag
    SUM_OF_ROWS). A total that includes what was carried over has its own name (`received_and_carried_over`); what was
    received is then the sum of its parts (SUM_OF_PARTS). An office's mistake is evidence, not an error: parts or rows
    that do not add up are flagged on the whole (PARTS_DO_NOT_ADD_UP), an unreadable number has no value (NOT_A_COUNT,
    FORMULA_WITHOUT_VALUE), nor has a unit that is named twice (NAMED_TWICE). Whether dossiers awaiting supplement,
    returned or withdrawn count as resolved is an option (`counts_as`), recorded as a flag. A unit is named as the office
    names it. A form that says who reports ("Đơn vị báo cáo") and names no province belongs to that office. If the same
    count is reported twice, the newer file's counts. The file's own time says when it was measured.
Limits: only the texts above a table and its cells are read; the foot, with names and numbers of people, is not. A report
    for a period that has not ended is refused, and so are the shifted quarters of form II.06a (15th to 14th). Hidden
    sheets are skipped. In an .xls a formula that was never calculated looks like an empty cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from doisoat.model import Capability, ControlTotal, Side
from doisoat.sources.files.inbox import InboxFile, InboxOptions, InboxSource
from doisoat.sources.files.workbooks import Head, Workbook
from doisoat.sources.report_workbook.period import Period, period_of, reporting_office
from doisoat.sources.report_workbook.table import WITH_RETURNED, NoTableError, Row, find_header, read_report
from doisoat.sources.report_workbook.words import form_of

_MOST_ROWS = 3_000
_FINISHED_ONLY = "RESOLVED_COUNTS_FINISHED_ONLY"
_Key = tuple[str, str, dt.date | None, str | None]


class ReportOptions(InboxOptions):
    """How to interpret the reports.

    Attributes:
        counts_as: what the office's template counts as resolved, and as pending in time: `with_returned` if dossiers
            that await supplement, were returned or withdrawn are included, `finished_only` if they are not,
            `as_headed` if that is only assumed when a label says so. Recorded as a flag on these counts.
    """

    patterns: tuple[str, ...] = ("*.xls", "*.xlsx")
    counts_as: Literal["as_headed", "finished_only", "with_returned"] = "as_headed"


class ReportWorkbook(InboxSource):
    """The connector; see the module."""

    source_kind = "report_workbook"
    side = Side.PROVINCIAL
    capabilities = frozenset({Capability.COUNTS})
    is_occasional = True
    Options = ReportOptions
    options: ReportOptions

    # COUNTS -----------------------------------------------------------------------------------------------------
    def control_totals(self, night: dt.date) -> Iterator[ControlTotal]:
        """What the reports declare, oldest file first.

        Raises:
            SourceUnavailableError: no file is waiting, or one is still being written or is damaged.
            SourceChangedError: a file is not a known report, or not for an ended month, quarter or year.
        """
        found: dict[_Key, ControlTotal] = {}
        for file in self._new_files("put the office's report into the inbox"):
            try:
                totals = list(self._totals(file, night))
            except OSError as error:
                came = f"a file that can no longer be read ({type(error).__name__})"
                raise file.unavailable(came, "wait; it is read again") from None
            self._check_unchanged(file)
            for total in totals:
                key = (total.measure, total.period_kind, total.receipt_month, total.agency_name)
                found.pop(key, None)
                found[key] = total
        yield from found.values()

    def _totals(self, file: InboxFile, night: dt.date) -> Iterator[ControlTotal]:
        sheets = 0
        with Workbook(file, self.limits.max_answer_megabytes) as book:
            for name, is_shown in book.sheets:
                head = book.head(name, _MOST_ROWS) if is_shown else Head([], [])
                start = find_header(head)
                if start is None or form_of(" ".join(_texts(head.rows[:start]))) is None:
                    continue
                sheets += 1
                yield from self._sheet(file, head, start, night)
        if not sheets:
            raise file.changed(
                "a workbook without a title and a header that are known",
                "take it out, or ask for one of the forms (by unit, II.06a/VPCP/KSTT, 07a/BTP)",
            )

    def _sheet(self, file: InboxFile, head: Head, start: int, night: dt.date) -> Iterator[ControlTotal]:
        if len(head.rows) >= _MOST_ROWS:
            raise file.changed(f"a report of {_MOST_ROWS} rows or more", "take it out and ask for the form itself")
        try:
            report = read_report(head, start)
        except NoTableError as error:
            raise file.changed(str(error), "take it out, or name its labels to the maintainers") from None
        period = _period(file, _texts(report.above), night)
        office = reporting_office(report.above)
        rows = [(row.name, row) for row in report.rows] if report.is_by_unit else []
        if report.total:
            rows.append((office, report.total))
        for name, row in rows:
            yield from self._declared(row, name, period, file.made_at)

    def _declared(self, row: Row, name: str | None, period: Period, at: dt.datetime) -> Iterator[ControlTotal]:
        for measure, value in row.counts.items():
            if value is None:
                continue  # an empty cell declares nothing
            flags = [*row.flags.get(measure, ()), *([value] if isinstance(value, str) else [])]
            yield ControlTotal(
                measure=measure,
                value=value if isinstance(value, int) else None,
                measured_at=at,
                receipt_month=period.first,
                period_kind=period.kind,
                agency_name=name,
                flags=tuple(self._with_choice(measure, flags)),
            )

    def _with_choice(self, measure: str, flags: list[str]) -> list[str]:
        if not measure.startswith(("resolved", "pending")) or self.options.counts_as == "as_headed":
            return flags
        chosen = WITH_RETURNED if self.options.counts_as == "with_returned" else _FINISHED_ONLY
        return [*(flag for flag in flags if flag != WITH_RETURNED), chosen]


def _period(file: InboxFile, texts: list[str], night: dt.date) -> Period:
    period = period_of(texts)
    if isinstance(period, str):
        raise file.changed(period, "take it out and ask for the report of a calendar month, quarter or year")
    if period.last > night:
        raise file.changed(
            f"a report of a {period.kind} that had not ended on night {night}", "take it out until the period has ended"
        )
    return period


def _texts(rows: list[list[object]]) -> list[str]:
    return list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str) and cell.strip()))
