"""Registers what Airflow needs to create our runs: the deadline of a night."""

from typing import ClassVar

from airflow.plugins_manager import AirflowPlugin
from orchestration.deadline import MorningAfter


class DoisoatPlugin(AirflowPlugin):
    """Registration only."""

    name = "doisoat"
    deadline_references: ClassVar = [MorningAfter]
