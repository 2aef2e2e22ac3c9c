"""Where the work of a province is done, and where its landings lie: `place` in the province file."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Place(BaseModel):
    """What a province has to itself among others; without it, it shares what the others share.

    Attributes:
        queue: the queue of Airflow's Celery workers that its tasks go to; None: the common one. Other executors have no queues.
        tasks_at_once: how many of its tasks run at once, so that a province whose sources hang leaves room for the others; None:
            as many as Airflow allows a Dag.
        landing: below which folder, or `s3://bucket/prefix`, its landings are sealed, unless DOISOAT_LANDING says; None: in
            the home.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    queue: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_.-]*$")
    tasks_at_once: int | None = Field(default=None, ge=1)
    landing: str | None = Field(default=None, min_length=1)
