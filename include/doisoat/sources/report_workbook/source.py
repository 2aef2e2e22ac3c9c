"""The workbooks in which offices send each other their counts (.xls and .xlsx), put into an inbox.

Domain: what an office reports for a month, quarter or year: received, resolved, pending, and their parts, by unit and for
    the whole. The source's side in the province file says whose counts they are: the province's own report, the
    portal's, or what was reported to the national reporting system (the denominator of indicator 1.4).
Contract: CONTRACTS section 2b. Forms, recognised by the texts above the table: "Tổng hợp kết quả giải quyết TTHC theo đơn vị",
    II.06a/VPCP/KSTT and the other numbers of the same table (06/VPCP/KSTT of Circular 01/2020, II.06b to đ, II.07a and b), and
    07a/BTP. Columns are found by their labels, headers are two or three rows deep with merged cells, a row of column numbers may
    follow. The period is "từ ngày ... đến ngày ...", else the named month, quarter or year; any other period is refused.
    Measures: words.MEASURES.
Caveats: for a form by field only the whole is kept, not the fields: the total row, or the sum of the rows (flag
    SUM_OF_ROWS). A total that includes what was carried over has its own name (`received_and_carried_over`); what was
    received is then the sum of its parts (SUM_OF_PARTS). An office's mistake is evidence, not an error: parts or rows
    that do not add up are flagged on the whole (PARTS_DO_NOT_ADD_UP), an unreadable number has no value (NOT_A_COUNT,
    FORMULA_WITHOUT_VALUE), nor has a unit that is named twice (NAMED_TWICE), nor a count that two sheets of a file state
    differently (STATED_DIFFERENTLY). Whether dossiers awaiting supplement, returned or withdrawn count as resolved is an
    option (`counts_as`), recorded as a flag. A unit is named as the office names it. A form that says who reports ("Đơn vị báo
    cáo") and names no province belongs to that office. If the same count is reported twice, the newer file's counts. The
    file's own time says when it was measured.
Limits: only the texts above a table and its cells are read; the foot, with names and numbers of people, is not. A report
    for a period that has not ended is refused, and so are the shifted quarters of form II.06a (15th to 14th); in a workbook
    with other sheets such a report is left out and flagged (PERIOD_NOT_ENDED), and so is a form that is not filled in. Hidden
    sheets are skipped. In an .xls a formula that was never calculated looks like an empty cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec.structs import replace

from doisoat.errors import SourceError
from doisoat.model import Capability, ControlTotal, Side
from doisoat.sources.files.inbox import InboxFile, InboxOptions, InboxSource
from doisoat.sources.files.workbooks import Head, Workbook
from doisoat.sources.report_workbook.office import reporting_office
from doisoat.sources.report_workbook.period import Period, period_of
from doisoat.sources.report_workbook.rows import Row
from doisoat.sources.report_workbook.table import (
    WITH_RETURNED,
    EmptyTableError,
    NoTableError,
    find_header,
    read_report,
)
from doisoat.sources.report_workbook.words import KNOWN_FORMS, MAY_HOLD_OTHERS, form_of

_MOST_ROWS = 3_000
PERIOD_NOT_ENDED = "PERIOD_NOT_ENDED"
STATED_DIFFERENTLY = "STATED_DIFFERENTLY"
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
    decoder_version = "2"
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
                totals = self._totals(file, night)
            except OSError as error:
                came = f"a file that can no longer be read ({type(error).__name__})"
                raise file.unavailable(came, "wait; it is read again") from None
            self._check_unchanged(file)
            for key, total in _agreed(totals).items():
                found.pop(key, None)
                found[key] = total
        yield from found.values()

    def _totals(self, file: InboxFile, night: dt.date) -> list[ControlTotal]:
        """What a file's sheets declare.

        Left out, if another sheet was read, is one that is not filled in or whose period has not ended (which a flag says): a
        workbook may hold a whole year; and one with the other table that has the same form's number.
        """
        declared: list[ControlTotal] = []
        read, left_out = 0, []
        with Workbook(file, self.limits.max_answer_megabytes) as book:
            for name, is_shown in book.sheets:
                head = book.head(name, _MOST_ROWS) if is_shown else Head([], [])
                start = find_header(head)
                form = form_of(" ".join(_texts(head.rows[:start]))) if start is not None else None
                if start is None or form is None:
                    continue
                try:
                    declared += self._sheet(file, head, start, night)
                    read += 1
                except _LeftOutError as error:
                    left_out.append(error.refusal)
                    declared += error.declared
                except _OtherTableError as error:
                    if form != MAY_HOLD_OTHERS:
                        raise error.refusal from None
                    left_out.append(error.refusal)
        if not read:
            raise left_out[0] if left_out else _no_form(file)
        return declared

    def _sheet(self, file: InboxFile, head: Head, start: int, night: dt.date) -> list[ControlTotal]:
        if len(head.rows) >= _MOST_ROWS:
            raise file.changed(f"a report of {_MOST_ROWS} rows or more", "take it out and ask for the form itself")
        try:
            report = read_report(head, start)
        except EmptyTableError as error:
            raise _LeftOutError(file.changed(str(error), "take it out: the form is not filled in")) from None
        except NoTableError as error:
            refusal = file.changed(str(error), "take it out, or name its labels to the maintainers")
            raise _OtherTableError(refusal) from None
        period = _period(file, _texts(report.above))
        office = reporting_office(report.above)
        if period.last > night:
            came = f"a report of a {period.kind} that had not ended on night {night}"
            unknown = Row(office, {"received": PERIOD_NOT_ENDED})
            said = list(self._declared(unknown, office, period, file.made_at))
            raise _LeftOutError(file.changed(came, "take it out until the period has ended"), said)
        rows = [(row.name, row) for row in report.rows] if report.is_by_unit else []
        if report.total:
            rows.append((office, report.total))
        return [total for name, row in rows for total in self._declared(row, name, period, file.made_at)]

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


def _no_form(file: InboxFile) -> SourceError:
    return file.changed(
        "a workbook without a title and a header that are known",
        f"take it out, or ask for one of the forms ({KNOWN_FORMS})",
    )


def _agreed(totals: Sequence[ControlTotal]) -> dict[_Key, ControlTotal]:
    """One total for each count; two sheets of a file that state it differently leave it without a value."""
    found: dict[_Key, ControlTotal] = {}
    for total in totals:
        key = (total.measure, total.period_kind, total.receipt_month, total.agency_name)
        before = found.get(key)
        if before is None or before.value is None:
            found[key] = before if before and STATED_DIFFERENTLY in before.flags else total
        elif total.value is not None and total.value != before.value:
            found[key] = replace(total, value=None, flags=(STATED_DIFFERENTLY,))
    return found


class _LeftOutError(Exception):
    """Raised for a sheet that declares nothing yet.

    Args:
        refusal: what is raised if the workbook has no other sheet.
        declared: what says that the sheet was left out.
    """

    def __init__(self, refusal: SourceError, declared: Sequence[ControlTotal] = ()) -> None:
        super().__init__(str(refusal))
        self.refusal, self.declared = refusal, declared


class _OtherTableError(Exception):
    """Raised for a sheet whose table is not the form's."""

    def __init__(self, refusal: SourceError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def _period(file: InboxFile, texts: list[str]) -> Period:
    period = period_of(texts)
    if isinstance(period, str):
        raise file.changed(period, "take it out and ask for the report of a calendar month, quarter or year")
    return period


def _texts(rows: list[list[object]]) -> list[str]:
    return list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str) and cell.strip()))
