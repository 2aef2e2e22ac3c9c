"""Registers the deadline of a night, the zone of Airflow's page, and our page in its navigation."""

from typing import ClassVar

from airflow.plugins_manager import AirflowPlugin
from orchestration.deadline import MorningAfter
from orchestration.page import IN_NAVIGATION, MOUNTED, PageWhenAsked
from orchestration.page_zone import ProvincesZone


class DoisoatPlugin(AirflowPlugin):
    """Registration only."""

    name = "doisoat"
    deadline_references: ClassVar = [MorningAfter]
    fastapi_root_middlewares: ClassVar = [{"name": "times in the province's zone", "middleware": ProvincesZone}]
    fastapi_apps: ClassVar = [{**MOUNTED, "app": PageWhenAsked()}]
    external_views: ClassVar = [IN_NAVIGATION]
