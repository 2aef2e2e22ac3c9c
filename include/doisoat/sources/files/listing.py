"""Listings delivered as files: the code that `national_export` and `file_drop` share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field, field_validator, model_validator

from doisoat.errors import ConfigurationError
from doisoat.model import WHOLE, Capability, Cell, Page
from doisoat.sources.contract import COMPARED
from doisoat.sources.dates import NO_DATES
from doisoat.sources.files.date_cells import DateCells
from doisoat.sources.files.inbox import InboxFile, InboxOptions, InboxSource
from doisoat.sources.files.rows import FIELDS, KEYS, TEXTS, BlockReader, Columns, Header
from doisoat.sources.files.tables import Table, Wanted, open_table
from doisoat.sources.files.words import fold


class ListingOptions(InboxOptions):
    """How the files look; all of it is [A].

    Attributes:
        columns: field of DossierRecord -> the labels it may have. Never name a personal column here. A key is
            needed: dossier_code, or record_id for the system's own number if there are no dossier codes.
        constants: field -> its value in every row, if the files have no column for it.
        date_formats: tried in this order (strptime), then the other ways in which Vietnamese writes dates (sources/dates.py):
            the day first, times of 12 hours with SA and CH. Name a month-first format here if one is meant: then no other is
            tried. What cannot be read is an impossible date.
        no_dates: words for "no date"; "-", 00/00/0000, 01/01/1900 and the like always mean that.
        encodings: for CSV, tried in this order after a byte-order mark.
        sheets: pattern for the names of the workbook sheets to read (case, diacritics and spaces do not matter); if not
            given, exactly one visible sheet may have the header.
        required: fields whose column must exist; a renamed column must not be taken for an empty one.
        needs_total: a file without its closing total counts as cut off. What a full listing lacks is closed as gone,
            so a file that lost its second half must never be taken for complete.
        digitised_yes: what counts as yes in the column of `has_digitised_parts`.
    """

    columns: dict[str, tuple[str, ...]]
    constants: dict[str, str] = Field(default_factory=dict)
    date_formats: tuple[str, ...] = Field(default=("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y"), min_length=1)
    no_dates: tuple[str, ...] = NO_DATES
    encodings: tuple[str, ...] = ("utf-8", "cp1258")
    sheets: str | None = None
    required: tuple[str, ...] = ("dossier_code", "procedure_code", "received_at", "status_code")
    needs_total: bool = True
    digitised_yes: tuple[str, ...] = ("1", "Có", "true")

    @field_validator("columns")
    @classmethod
    def _known(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if unknown := sorted(set(value) - FIELDS):
            raise ValueError(f"{', '.join(unknown)}: not a field that an export can fill ({', '.join(sorted(FIELDS))})")
        if not set(KEYS) & set(value):
            raise ValueError("dossier_code or record_id is needed: it identifies a row")
        labels = [label for aliases in value.values() for label in set(map(fold, aliases))]
        if len(labels) != len(set(labels)):
            raise ValueError("one label is used for two fields")
        return value

    @field_validator("encodings")
    @classmethod
    def _codecs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            try:
                "".encode(name)
            except LookupError:
                raise ValueError(f"{name}: not an encoding") from None
        return value

    @model_validator(mode="after")
    def _coherent(self) -> ListingOptions:
        if wrong := sorted(set(self.constants) - (set(TEXTS) - set(KEYS))):
            raise ValueError(
                f"constants: {', '.join(wrong)}: only a text field that is not a key can be the same in every row"
            )
        if twice := sorted(set(self.constants) & set(self.columns)):
            raise ValueError(f"{', '.join(twice)}: a column or a constant, not both")
        if missing := sorted(set(self.required) - set(self.columns)):
            raise ValueError(f"required: {', '.join(missing)}: not among the columns")
        return self


class ListingFiles(InboxSource):
    """Base of the connectors whose files are listings."""

    capabilities = frozenset({Capability.LISTING})
    always_full = True
    Options = ListingOptions
    options: ListingOptions
    #: What somebody should do if no file is waiting.
    todo = "put the listing into the inbox"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = Columns(self.options.columns)
        self._wanted = Wanted(
            columns=columns,
            required=self.options.required,
            encodings=self.options.encodings,
            sheets=self.options.sheets,
            megabytes=self.limits.max_answer_megabytes,
        )
        self._dates = DateCells(self.timezone, self.options.date_formats, self.options.no_dates)
        self._reader = BlockReader(
            self._dates,
            self.options.digitised_yes,
            constants=self.options.constants,
            key_labels=columns.key_labels,
        )
        self._never = COMPARED - self.options.columns.keys()
        self.always_states = frozenset(self.options.required)
        #: The headers of the files and sheets read so far.
        self.headers: list[Header] = []

    # LISTING ----------------------------------------------------------------------------------------------------
    def list_cell(self, cell: Cell) -> Iterator[Page]:
        """Every row of every file, oldest file first; the last page of the pull has the declared total.

        Raises:
            SourceUnavailableError: no file is waiting, or one is still being written, was cut off or is damaged.
            SourceChangedError: a file has no known header, is not what its name says, or puts the month before the day.
        """
        if cell != WHOLE:
            raise ConfigurationError(f"{self.source_id}: files only show the whole; ask for WHOLE")
        declared: int | None = 0
        last: Page | None = None
        for file in self._new_files(self.todo):
            self._dates.begin_file()
            with self._opened(file) as table:
                for page in self._pages(table, file):
                    if last:
                        yield last
                    last = page
            self.headers += table.headers
            self._check_unchanged(file)
            self._check_order(file)
            if self.options.needs_total and table.unclear_closing:
                raise file.changed(
                    "a closing row that does not state one number of dossiers",
                    'let it read "Tổng số: N" (or set needs_total: false)',
                )
            if self.options.needs_total and table.declared_total is None:
                raise file.unavailable(
                    'a file without its closing row "Tổng số: N"',
                    "it was cut off: download it again (or set needs_total: false if it never has that row)",
                )
            declared = None if declared is None or table.declared_total is None else declared + table.declared_total
        if last:
            last.declared_total = declared
            yield last

    def _check_order(self, file: InboxFile) -> None:
        """A column that puts the month before the day shows it by some of its cells; its others cannot be believed either."""
        if cells := self._dates.month_first():
            raise file.changed(
                f"dates with the month before the day ({cells})",
                "export it again with Vietnamese regional settings (or name the format in options.date_formats)",
            )

    def _opened(self, file: InboxFile) -> Table:
        try:
            return open_table(file, self._wanted)
        except OSError as error:
            raise _lost(file, error) from None

    def _pages(self, table: Table, file: InboxFile) -> Iterator[Page]:
        blocks = table.blocks()
        while True:
            try:
                block = next(blocks, None)
            except OSError as error:
                raise _lost(file, error) from None
            if block is None:
                return
            records, quarantined = self._reader.read(block, f"file {file.number}")
            unstated = (table.unstated | self._never) - self.options.constants.keys()
            yield Page(records, quarantined, source_time=file.made_at, unstated=unstated)


def _lost(file: InboxFile, error: OSError) -> Exception:
    return file.unavailable(f"a file that can no longer be read ({type(error).__name__})", "wait; it is read again")
