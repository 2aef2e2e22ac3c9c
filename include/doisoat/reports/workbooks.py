"""Shared by all code that writes workbooks."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook

from doisoat.errors import ConfigurationError


def save(book: Workbook, file: Path) -> None:
    """Write the workbook.

    Raises:
        ConfigurationError: it cannot be written there.
    """
    try:
        book.save(file)
    except OSError as error:
        raise ConfigurationError(
            f"{file}: asked to write a workbook; got: {error.strerror}; do: name a file in an existing folder"
        ) from None
