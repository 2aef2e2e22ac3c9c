"""People's decisions on gaps: acknowledged, noted, answered by a unit, or accepted until a day (docs/adr/0017-gap-life.md)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from doisoat.errors import DecisionRefusedError
from doisoat.privacy import person_in

HERE = Path(__file__).parent
#: An acceptance must be reviewed at least once a year.
LONGEST_ACCEPTANCE = dt.timedelta(days=366)
#: Actions that need a reason.
NEED_REASON = ("noted", "disputed", "accepted")


@dataclass(frozen=True, slots=True)
class Selection:
    """Selects open gaps of a night; None means no restriction.

    Attributes:
        dossier: a dossier's id or one of its codes.
        pair, kind, cause: as in mart.gap.
        agency: an agency and all below it.
        procedure: a procedure family.
        received_from, received_to: receipt dates, both included.
    """

    dossier: str | None = None
    pair: str | None = None
    kind: str | None = None
    cause: str | None = None
    agency: str | None = None
    procedure: str | None = None
    received_from: dt.date | None = None
    received_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A decision on gaps.

    Attributes:
        action: as in ops.gap_decision.
        reason: free text, screened; None if the action needs none.
        expires_on: for an acceptance, the first night on which the gap reopens.
    """

    action: str
    decided_by: str
    decided_in: str
    reason: str | None = None
    expires_on: dt.date | None = None

    def check(self, night: dt.date) -> None:
        """Refuse what must not be stored.

        Raises:
            DecisionRefusedError: the reason is missing, or holds what looks like personal data; the day is invalid.
        """
        if self.action in NEED_REASON and not (self.reason or "").strip():
            raise DecisionRefusedError(f"{self.action} needs a reason, in a few words", "needs_reason")
        if len(self.reason or "") > 500:
            raise DecisionRefusedError("the reason is longer than 500 characters", "too_long")
        if kind := person_in(self.reason or ""):
            raise DecisionRefusedError(
                f"the reason holds what looks like {kind}; it is kept and shown, so leave out personal data",
                "personal",
            )
        if self.action == "accepted" and not (
            self.expires_on and night < self.expires_on <= night + LONGEST_ACCEPTANCE
        ):
            raise DecisionRefusedError(
                f"an acceptance ends on a day after {night}, at most {LONGEST_ACCEPTANCE.days} days later; then the gap reopens"
            )


def select(connection: psycopg.Connection, night: dt.date, selection: Selection) -> list[tuple[str, str, str, str]]:
    """The selected open gaps of a night: pair, dossier, kind, detail, in this order.

    Raises:
        DecisionRefusedError: none is selected.
    """
    query = (HERE / "selected.sql").read_text(encoding="utf-8")
    rows: list[tuple[str, str, str, str]] = connection.execute(query, {"night": night, **asdict(selection)}).fetchall()
    if not rows:
        raise DecisionRefusedError(f"night {night}: no open gap matches; see `doisoat gaps --night {night}`")
    return rows


def decide(
    connection: psycopg.Connection, night: dt.date, gaps: Sequence[tuple[str, str, str, str]], said: Said
) -> int:
    """Store the decision on each gap, with its current cause and evidence; returns for how many it was stored.

    Raises:
        DecisionRefusedError: it must not be stored; nothing is.
    """
    said.check(night)
    with connection.cursor() as cursor:
        cursor.executemany(
            """insert into ops.gap_decision (night, pair, dossier_id, kind, detail, action, reason, cause, basis, expires_on,
                decided_by, decided_in)
            select %(night)s, c.pair, c.dossier_id, c.kind, c.detail, %(action)s, %(reason)s, c.cause, c.basis, %(expires_on)s,
                %(decided_by)s, %(decided_in)s
            from recon.cause c
            where (c.pair, c.dossier_id, c.kind, c.detail) = (%(pair)s, %(dossier)s, %(kind)s, %(detail)s)
              and c.from_night <= %(night)s and %(night)s < c.to_night""",
            [
                {**asdict(said), "night": night, "pair": pair, "dossier": dossier_id, "kind": kind, "detail": detail}
                for pair, dossier_id, kind, detail in gaps
            ],
        )
        return cursor.rowcount
