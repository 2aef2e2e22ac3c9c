"""The gate of a night: which critical checks keep it from being published, and which of them somebody may accept.

An acceptance is a named decision (docs/adr/0012): it covers what was observed when it was made and nothing else, and is kept
in ops.acceptance. The caller holds the write lock.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from doisoat.errors import DecisionRefusedError
from doisoat.privacy import person_in
from doisoat.quality.checks import load_checks
from doisoat.warehouse import order

#: Long enough to explain something, too short for a letter.
REASON_LENGTH = (10, 500)


@dataclass(frozen=True, slots=True)
class Blocked:
    """A critical check that keeps a night from being published.

    Attributes:
        outcome: failed (the data are wrong), broken (the check could not run) or not checked.
        observed: what it observed, as in ops.check_result.
        accepting: what one takes responsibility for by accepting it; None: nobody may.
    """

    check_id: str
    outcome: str
    unexpected: int | None
    observed: dict[str, Any]
    accepting: str | None

    def __str__(self) -> str:
        if self.outcome == "failed":
            return f"{self.check_id}: {self.unexpected} of {self.observed.get('total')}"
        if self.outcome == "broken":
            return f"{self.check_id}: broken ({self.observed.get('error')})"
        return f"{self.check_id}: {self.outcome}"


@dataclass(frozen=True)
class Decision:
    """Somebody's decision to publish a night although checks of it failed.

    Args:
        reason: why, in their own words; kept on record and shown to analysts.
        decided_by: who: the operating system's user, or Airflow's.
        decided_in: command_line or airflow.

    Raises:
        DecisionRefusedError: the reason says nothing, or holds what looks like personal data.
    """

    reason: str
    decided_by: str
    decided_in: str

    def __post_init__(self) -> None:
        reason, (least, most) = " ".join(self.reason.split()), REASON_LENGTH
        if not least <= len(reason) <= most:
            raise DecisionRefusedError(f"the reason has {len(reason)} characters; give one of {least} to {most}")
        if kind := person_in(reason):
            raise DecisionRefusedError(
                f"the reason holds what looks like {kind}; it is kept and shown, so leave out personal data"
            )
        object.__setattr__(self, "reason", reason)


def blocking(connection: psycopg.Connection, night: dt.date, *, stage: str) -> list[Blocked]:
    """The critical checks of the stage that failed or are broken and that no decision covers."""
    asked = connection.execute(
        "select count(*) from ops.check_result where night = %s and stage = %s", [night, stage]
    ).fetchone()
    if asked == (0,):
        return [Blocked(stage, "not checked", None, {}, None)]
    rows = connection.execute(
        """select check_id, outcome, unexpected_count, observed from ops.check_result r
        where night = %s and stage = %s and severity = 'critical' and outcome <> 'passed'
          and not exists (
            select from ops.covered_check c where (c.night, c.stage, c.check_id) = (r.night, r.stage, r.check_id))
        order by check_id""",
        [night, stage],
    ).fetchall()
    accepting = {check.id: check.accepting for check in load_checks()}
    return [
        Blocked(check_id, outcome, unexpected, observed, accepting.get(check_id) if outcome == "failed" else None)
        for check_id, outcome, unexpected, observed in rows
    ]


def can_be_accepted(blocked: Sequence[Blocked]) -> bool:
    """Whether somebody may decide to publish anyway: every check really failed, and none of them judges our own work."""
    return bool(blocked) and all(check.accepting for check in blocked)


def told(blocked: Sequence[Blocked]) -> str:
    """What is wrong, in one readable line, which is also exactly what is agreed to by accepting it."""
    return "; ".join(map(str, blocked))


def accept(
    connection: psycopg.Connection, night: dt.date, decision: Decision, *, stage: str, seen: str | None = None
) -> list[Blocked]:
    """Store the decision with what the checks observed; returns the checks that it covers.

    Args:
        seen: what the person who decided was shown (`told`), if that was some time ago.

    Raises:
        DecisionRefusedError: a check may never be accepted, or what is wrong now is not what was shown.
    """
    blocked = blocking(connection, night, stage=stage)
    if seen is not None and seen != told(blocked):
        raise DecisionRefusedError(
            f"night {night}, {stage}: what was accepted ({seen}) is not what is wrong now ({told(blocked) or 'nothing'}); "
            f"look at `doisoat checks --night {night}` and decide again: doisoat publish --night {night} --accept REASON"
        )
    never = [check for check in blocked if not check.accepting]
    if never:
        raise DecisionRefusedError(
            f"night {night}, {stage}: nobody can accept {told(never)}: the check judges our own work, or could not run; "
            f"fix it (docs/generated/checks.md) and run the night again"
        )
    revision = order.revision_of(connection, night)
    for check in blocked:
        connection.execute(
            """insert into ops.acceptance
                (night, revision, stage, check_id, unexpected_count, observed, landings, reason, decided_by, decided_in)
            values (%s, %s, %s, %s, %s, %s, ops.landings(%s), %s, %s, %s)""",
            [night, revision, stage, check.check_id, check.unexpected, json.dumps(check.observed), night, decision.reason,
             decision.decided_by, decision.decided_in],
        )  # fmt: skip
    return blocked


def carry_over(connection: psycopg.Connection, night: dt.date, revision: int) -> None:
    """Record with the published revision which decisions it is based on: an earlier one may still cover it."""
    connection.execute(
        """insert into ops.acceptance
        select night, %(revision)s, stage, check_id, unexpected_count, observed, landings, reason, decided_by, decided_in,
            decided_at
        from ops.covered_check where night = %(night)s
        on conflict do nothing""",
        {"night": night, "revision": revision},
    )
