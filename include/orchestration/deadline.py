"""A night's deadline in Airflow. Its callback runs in the triggerer, so it works when no worker and no executor does.

None of Airflow's own references can express the morning after a night: a partitioned run has no logical date, a fixed time is
a single time, and clearing a task of a run whose deadline counts from queueing fails in Airflow 3.3. Hence our own reference,
registered by plugins/doisoat_plugin.py. If there is no run at all, the Dag `morning_news` notices (docs/adr/0013-news.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from airflow.sdk import AsyncCallback, DeadlineAlert  # type: ignore[attr-defined]  # its stub lacks them
from airflow.sdk.definitions.deadline import BaseDeadlineReference
from doisoat.errors import ConfigurationError

from orchestration.which_night import night_of


class MorningAfter(BaseDeadlineReference):
    """The morning after a run's night; none for a run created later than that, such as a backfill's.

    Args:
        at: local time of the morning, HH:MM.
        timezone: the province's.
    """

    required_kwargs: ClassVar = frozenset({"dag_id", "run_id"})

    def __init__(self, at: str = "06:00", timezone: str = "Asia/Ho_Chi_Minh") -> None:
        self.at, self.timezone = at, timezone

    def serialize_reference(self) -> dict[str, Any]:
        """The form in which Airflow stores it."""
        return {**super().serialize_reference(), "at": self.at, "timezone": self.timezone}

    @classmethod
    def deserialize_reference(cls, reference_data: dict[str, Any]) -> MorningAfter:
        """Restore it from what Airflow stored."""
        return cls(reference_data["at"], reference_data["timezone"])

    def of(self, night: date, *, now: datetime) -> datetime | None:
        """When the night has to be published; None if that time has passed."""
        morning = datetime.combine(night + timedelta(days=1), time.fromisoformat(self.at), ZoneInfo(self.timezone))
        return morning if morning > now else None

    def _evaluate_with(self, *, session: Any, dag_id: str, run_id: str) -> datetime | None:
        from airflow.models import DagRun
        from sqlalchemy import select

        run = session.scalars(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)).one()
        try:
            night = night_of(run.conf or {}, run.partition_key, run.run_after, ZoneInfo(self.timezone))
            return self.of(night, now=datetime.now(UTC))
        except (ConfigurationError, OverflowError):
            return None  # the run's first task fails and says why: creating the run must not


def deadline_alert(deadline: time, timezone: str) -> DeadlineAlert:
    """The deadline alert for a night that is not published by this local time the next morning."""
    return DeadlineAlert(
        reference=MorningAfter(f"{deadline:%H:%M}", timezone),
        interval=timedelta(),
        callback=AsyncCallback(tell_of_missed_deadline),
        name=f"published by {deadline:%H:%M}",
    )


async def tell_of_missed_deadline(context: Mapping[str, Any]) -> str:
    """Send the alert, unless the warehouse says that the night is published after all; returns how many were sent."""
    return await asyncio.to_thread(_tell, context["dag_run"])


def _tell(run: Mapping[str, Any]) -> str:
    from doisoat import news

    from orchestration.site import site

    here = site(run["dag_id"])
    run_after = datetime.fromisoformat(run["run_after"])
    night = night_of(run["conf"] or {}, run["partition_key"], run_after, here.settings.timezone)
    return f"{len(news.tell(here, night=night, due=night))} alerts sent"
