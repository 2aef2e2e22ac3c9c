"""What people decide about gaps on the page: checked like every note, stored by a login that can do only that."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping, Sequence

import psycopg
from doisoat.errors import ConfigurationError, DecisionRefusedError
from doisoat.gaps.decisions import Said
from psycopg import ClientCursor
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from page.accounts import Account
from page.errors import AskedWronglyError, NotThereError
from page.reader import Row, statement
from page.uses import Use, kept

#: What an official may say, and what a unit answers of its own gaps.
OFFICIALS, UNITS = ("acknowledged", "noted", "accepted", "revoked"), ("done", "in_progress", "disputed")
_DO = "name a login of the role gap_writer in AIRFLOW_CONN_WAREHOUSE_PAGE_FORMS (docs/operations.md, The page)"
#: Gaps that one form decides on: as many as a page shows.
MOST = 500


class Writer:
    """Stores decisions, and who took or decided what, by a login of the role gap_writer, which can do nothing else."""

    def __init__(self, dsn: str) -> None:
        self._pool: ConnectionPool[psycopg.Connection[Row]] = ConnectionPool(
            dsn, min_size=0, max_size=2, open=False, timeout=10,
            kwargs={"application_name": "doisoat page", "cursor_factory": ClientCursor, "row_factory": dict_row,
                    "options": "-c statement_timeout=20s"},
        )  # fmt: skip

    def open(self) -> None:
        """Connect once; later connections are made when somebody decides.

        Raises:
            ConfigurationError: nobody answers; or the login may do more than store, or not even that.
        """
        if not self._pool.closed:
            return
        self._pool.open()
        try:
            with self._pool.connection() as connection:
                rights = connection.execute(statement("rights_of_forms")).fetchone() or {}
        except (psycopg.Error, PoolTimeout) as error:
            self.close()
            raise ConfigurationError(
                f"the page's login for forms: asked to connect; got: {type(error).__name__}; do: check the warehouse, and {_DO}"
            ) from None
        if rights["more"] or not rights["may_store"]:
            self.close()
            got = f"one that may also use {rights['more']}" if rights["more"] else "one that may not"
            raise ConfigurationError(
                f"the page's login for forms {rights['login']}: asked for one that stores decisions alone; got: {got}; do: {_DO}"
            )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def store(self, account: Account, gaps: Sequence[str], said: Said, use: Use) -> int:
        """Store it, and who said it; returns on how many gaps: those that are not open, or not this reader's, are left alone,
        and so are those of which the same was said last."""
        asked = {"gaps": list(gaps), "action": said.action, "reason": said.reason, "until": said.expires_on,
                 "account": account.name, "whose": account.agency_id}  # fmt: skip
        with self._pool.connection() as connection:
            row = connection.execute(statement("decide"), asked).fetchone()
            stored = int(row["stored"]) if row else 0
            connection.execute(statement("keep_use"), {**kept(account, use), "rows": stored})
        return stored

    def keep(self, account: Account, use: Use) -> None:
        """Keep who did what."""
        with self._pool.connection() as connection:
            connection.execute(statement("keep_use"), kept(account, use))


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
