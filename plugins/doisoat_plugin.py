"""Registers what Airflow needs to create our runs, the deadline of a night, and the zone of its page."""

from typing import ClassVar

from airflow.plugins_manager import AirflowPlugin
from orchestration.deadline import MorningAfter
from orchestration.page_zone import ProvincesZone


class DoisoatPlugin(AirflowPlugin):
    """Registration only."""

    name = "doisoat"
    deadline_references: ClassVar = [MorningAfter]
    fastapi_root_middlewares: ClassVar = [{"name": "times in the province's zone", "middleware": ProvincesZone}]
