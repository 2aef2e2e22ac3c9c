"""The workbooks in which offices send each other their counts (.xls and .xlsx), put into an inbox."""

from doisoat.sources.report_workbook.source import ReportWorkbook

__all__ = ["ReportWorkbook"]
