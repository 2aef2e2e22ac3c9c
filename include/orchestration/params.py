"""What a run of the nightly Dag may be given; anything else is refused (orchestration.which_night.refuse_unknown)."""

from __future__ import annotations

from airflow.sdk import Param

OF_A_NIGHT = {
    "night": Param(None, type=["null", "string"], format="date", description="empty: the last night that has ended"),
    "collect_late": Param(False, type="boolean", description="collect a night that ended long ago, marked late"),
}
