"""A sealed landing that the warehouse cannot take: one source's misfortune, and not the night's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import psycopg

from doisoat.collect.landing import Landing
from doisoat.errors import LandingNotLoadableError

#: What only the content of a landing can cause. A server that is gone, a full disk or a missing table is another matter.
_OF_ITS_CONTENT = (
    psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, msgspec.DecodeError,
)  # fmt: skip
#: Where COPY stopped; what follows in the server's context is the value, which is never repeated.
_PLACE = re.compile(r"COPY \w+, line (\d+)(?:, column (\w+))?")


@contextmanager
def as_a_whole(connection: psycopg.Connection, landing: Landing) -> Iterator[None]:
    """Load a landing in the block, as a whole or not at all.

    Raises:
        LandingNotLoadableError: its content cannot be stored; what the block wrote is undone, and the connection goes on.
    """
    try:
        with connection.transaction():
            yield
    except _OF_ITS_CONTENT as error:
        source_id, night = landing.certificate.source_id, landing.certificate.night
        raise LandingNotLoadableError(
            source_id,
            asked=f"its sealed landing of night {night}, to load it",
            came=_shape_of(error),
            todo="report it with this line; nothing of it was loaded, and the others were. To ask the source again in its place: "
            f'doisoat take-back --night {night} --source {source_id} "why"',
        ) from None


def _shape_of(error: Exception) -> str:
    """The kind of an error and the place, without a value."""
    place = _PLACE.search((error.diag.context or "") if isinstance(error, psycopg.Error) else "")
    line, column = place.groups() if place else (None, None)
    where = f" in line {line}" if line else ""
    return type(error).__name__ + where + (f", column {column}" if column else "")
