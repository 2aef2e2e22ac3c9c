"""What a run of the nightly Dag may be given; anything else is refused (orchestration.which_night.refuse_unknown)."""

from __future__ import annotations

from airflow.sdk import Param

OF_A_NIGHT = {
    "night": Param(
        None,
        type=["null", "string"],
        format="date",
        title="Đêm / night",
        description="Để trống: đêm gần nhất đã kết thúc. / Empty: the last night that has ended.",
    ),
    "collect_late": Param(
        False,
        type="boolean",
        title="Lấy muộn / collect late",
        description="Lấy số liệu của đêm đã kết thúc từ lâu, ghi là lấy muộn. / Collect a night that ended long ago, as late.",
    ),
}
