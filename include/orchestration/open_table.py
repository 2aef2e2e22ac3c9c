"""The task that writes a published night into the open table, where there is one (docs/open_table.md)."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

from airflow.sdk import task

from orchestration.site import site, steps


@task(execution_timeout=timedelta(hours=2))
def write_open_table(night: date, dag_run: Any = None) -> list[Any]:
    """Write the night as Parquet, for whoever reads many provinces at once."""
    return steps().write_open_table(site(dag_run.dag_id), night)


def open_table(night: date) -> list[Any]:
    """The task, if DOISOAT_OPEN_TABLE names where, read when Airflow parses the Dag; call it within the Dag."""
    return [write_open_table(night)] if os.environ.get("DOISOAT_OPEN_TABLE") else []
