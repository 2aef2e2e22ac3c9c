"""Files that staff download from the national portal's administration pages and put into an inbox (CSV, XLSX).

Domain: the dossiers of the province as the national portal holds them; no API lists them (CONTRACTS section 1).
Contract: all files of a night together are the full listing. There may be title rows above the header, and below the
    rows a closing row "Tổng số: N", which is the declared total (periods, pages and brackets in it count nothing). What is
    below it (place, date, signatures) is no dossier; nor is a row of one cell of several words. Column names vary [A]:
    columns are found by their labels (`columns`, aliases; case, diacritics and spaces do not matter). A header may be two or
    three rows deep with merged cells; a row that numbers the columns may follow it. A cell merged over several rows counts
    for each of them, but not a code.
Caveats: the files hold personal data. Only the columns named in `columns` become values, and the files are deleted
    once their landing is sealed. Rows have no key of their own (`record_id` None); a code may be in several rows. The
    same file put in twice is read once. Texts are composed or decomposed, in UTF-8, UTF-16 or Windows-1258 [A]. A
    file's own time is the cut-off: preserve it when copying (cp -p, scp -p). A formula that was never calculated and a
    cell with an error are unknown, not empty: the row is quarantined. In an .xls this cannot be detected. ="..." is the
    text within. A column that a file lacks is unknown, not empty: it is named in the certificate and differs from nothing.
    Dates are read by `date_formats` and as Vietnamese writes them, the day first, with SA and CH; words and null dates
    (Chưa trả, 01/01/1900) mean none. A column whose cells prove that the month is first refuses its file. A code is read
    out of a cell that holds its name too; 2.00072 is a procedure that lost its last zero.
Limits: a file that is still being written is not read. CSV takes the same memory whatever its size. A workbook is opened
    in a separate process, unpacks to limits.max_answer_megabytes at most and takes about 2.6 times as much memory:
    above about 100,000 rows ask for CSV. That process may take the memory and time that the workbook's size explains.
    Exactly one sheet may have the header unless `sheets` names them. A cell merged in a workbook that was saved as CSV is
    empty in all but its first row: what it said is unknown there.
"""

from __future__ import annotations

from doisoat.model import Side
from doisoat.sources.files.listing import ListingFiles, ListingOptions

ExportOptions = ListingOptions


class NationalExport(ListingFiles):
    """The connector; see the module."""

    source_kind = "national_export"
    side = Side.NATIONAL
    todo = "download the listing from the portal and put it into the inbox"
