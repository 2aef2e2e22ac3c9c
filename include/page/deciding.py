"""What people decide about gaps on the page: checked like every note, stored by a login that can do only that."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping, Sequence

import psycopg
from doisoat.errors import DecisionRefusedError
from doisoat.gaps.decisions import Said
from psycopg import ClientCursor
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from page.accounts import Account
from page.errors import AskedWronglyError, NotThereError
from page.reader import Row, statement

#: What an official may say, and what a unit answers of its own gaps.
OFFICIALS, UNITS = ("acknowledged", "noted", "accepted", "revoked"), ("done", "in_progress", "disputed")
#: Gaps that one form decides on: as many as a page shows.
MOST = 500


class Writer:
    """Stores decisions by a login of the role gap_writer."""

    def __init__(self, dsn: str) -> None:
        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            dsn, min_size=0, max_size=2, open=False, timeout=10,
            kwargs={"application_name": "doisoat page", "cursor_factory": ClientCursor, "row_factory": dict_row,
                    "options": "-c statement_timeout=20s"},
        )  # fmt: skip

    def open(self) -> None:
        """Allow connections; none is made before somebody decides."""
        if self._pool.closed:
            self._pool.open()

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def store(self, account: Account, gaps: Sequence[str], said: Said) -> int:
        """Store it; returns on how many gaps: those that are not open, or not this reader's, are left alone."""
        asked = {"gaps": list(gaps), "action": said.action, "reason": said.reason, "until": said.expires_on,
                 "account": account.name, "whose": account.agency_id}  # fmt: skip
        with self._pool.connection() as connection:
            row = connection.execute(statement("decide"), asked).fetchone()
        return int(row["stored"]) if row else 0


def actions_of(account: Account) -> tuple[str, ...]:
    """What this reader may say about gaps."""
    return OFFICIALS if account.agency_id is None else UNITS


def decided(account: Account, fields: Mapping[str, str], gaps: Sequence[str], night: dt.date) -> Said:
    """The decision that a form states.

    Raises:
        AskedWronglyError: it names no gap, too many, or lacks what its kind needs; `key` says what to do.
        NotThereError: this reader may not say so.
    """
    action = fields.get("action", "")
    if action not in actions_of(account):
        raise NotThereError
    if not 0 < len(gaps) <= MOST:
        raise AskedWronglyError("errors.no_gap_chosen")
    until = None
    if action == "accepted":
        try:
            until = dt.date.fromisoformat(fields.get("until", ""))
        except ValueError:
            raise AskedWronglyError("errors.no_until") from None
    said = Said(action, account.name, "page", fields.get("reason", "").strip() or None, until)
    try:
        said.check(night)
    except DecisionRefusedError as error:
        raise AskedWronglyError(_why(str(error))) from None
    return said


def _why(refused: str) -> str:
    """The text that says why a decision was refused."""
    if "personal data" in refused:
        return "errors.person"
    return "errors.no_until" if "acceptance" in refused else "errors.no_reason"


def same(given: str, expected: str) -> bool:
    """Whether a form's token is the session's, in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
