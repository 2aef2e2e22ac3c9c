"""Any other ministry system whose office exports a spreadsheet: CSV or a workbook in an inbox.

Domain: the dossiers that a ministry's own system holds for the province. The notice's list of systems ends with "..."
    (CONTRACTS section 4): a further system is usually a file, and this is its connector, not a stopgap.
Contract: all waiting files together are the full listing of the system. Which column is which field, and which value
    means which code, is configuration [A]: columns are found by their labels (`columns`, aliases; case, diacritics and
    spaces do not matter), a field that has no column may be a constant, codes are mapped by the dated code maps of the
    province file. The system's own number may be the key (`record_id`); then a row needs no dossier code.
Caveats: the files hold personal data. Only the columns named in `columns` become values, and the files are deleted once
    their landing is sealed. Few such exports have a closing total, so none is required (`needs_total`): a file that was
    cut off between two rows is then taken for complete. The file's own time is the cut-off and may be days before the
    night: what happened since is not judged by it. Preserve it when copying (cp -p, scp -p). Formulas, encodings,
    headers: as in national_export.
Limits: as in national_export. A file that shows only some months cannot be distinguished from one that shows all: a pull
    of files has no cells, so what a file lacks is closed as gone. Ask for the full listing, or keep the connector off.
"""

from __future__ import annotations

from doisoat.model import Side
from doisoat.sources.files.listing import ListingFiles, ListingOptions


class DropOptions(ListingOptions):
    """Like a listing from the portal, but without assumptions."""

    patterns: tuple[str, ...] = ("*.csv", "*.xlsx", "*.xls")
    required: tuple[str, ...] = ()
    needs_total: bool = False


class FileDrop(ListingFiles):
    """The connector; see the module."""

    source_kind = "file_drop"
    side = Side.MINISTRY
    is_occasional = True
    Options = DropOptions
    todo = "ask the office for its export and put it into the inbox"
