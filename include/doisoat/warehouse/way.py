"""A change of the schema locks what readers read: after a wait, those in its way are disconnected instead of waited for."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

import psycopg

from doisoat.errors import NightBusyError
from doisoat.warehouse.database import connect
from doisoat.warehouse.locks import disconnect_readers, who_is_in_a_transaction

log = logging.getLogger(__name__)
#: How long a change of the schema waits for whoever is reading.
READERS_WAIT = dt.timedelta(seconds=30)
#: How often it is tried: a reader may be back before the second try has its locks.
_TRIES = 3
_IN_THE_WAY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def make_way(dsn: str, change: Callable[[], None]) -> None:
    """Make the change; readers whose locks it has waited for in vain are disconnected, and it is tried again.

    Args:
        dsn: the warehouse, as its owner.
        change: one or more transactions that may be repeated and wait no longer than a limit of theirs.

    Raises:
        NightBusyError: something is in the way that is no reader, or that we may not disconnect; the message names it.
    """
    for tried in range(1, _TRIES + 1):
        try:
            return change()
        except Exception as error:
            if not isinstance(getattr(error, "orig", None) or error.__cause__ or error, _IN_THE_WAY):
                raise
            with connect(dsn) as connection:
                connection.autocommit = True
                ended = disconnect_readers(connection)
                left = who_is_in_a_transaction(connection)
            if not ended or tried == _TRIES:
                raise NightBusyError(
                    "warehouse: its schema cannot be changed while somebody is in a transaction on it"
                    f"{left}; nothing of this step was changed. Let it finish or end it, then do: `doisoat migrate`"
                ) from None
            log.warning("%s readers were in the way of a change of the schema and have been disconnected", ended)
    return None


def limit(wait: dt.timedelta) -> str:
    """A wait as PostgreSQL's lock_timeout."""
    return f"{int(wait.total_seconds() * 1000)}ms"
