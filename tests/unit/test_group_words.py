"""A group's line says of both sides which status each states."""

from __future__ import annotations

import datetime as dt

import pytest
from doisoat.gaps.groups import Group
from doisoat.gaps.report import _told


@pytest.mark.parametrize(
    ("pair", "change", "told"),
    [
        (
            "national_provincial",
            "5 → 9",
            'trạng thái ở tỉnh là "Yêu cầu bổ sung giấy tờ" (5), trên Cổng DVCQG là "Đã xử lý xong" (9)',
        ),
        (
            "national_provincial",
            "4 → -",
            'trạng thái ở tỉnh là "Đang xử lý" (4), trên Cổng DVCQG là (để trống hoặc chưa rõ)',
        ),
        ("ministry_provincial", "9 → 4", 'trạng thái ở bộ, ngành là "Đã xử lý xong" (9), ở tỉnh là "Đang xử lý" (4)'),
    ],
)
def test_a_status_is_told_of_both_sides(pair: str, change: str, told: str) -> None:
    shared = {
        "agency_id": "H37.21",
        "procedure_family": "1.000656",
        "channel": "online",
        "days": "same",
        "change": change,
    }
    group = Group(
        pair=pair, cause="progress_lost", kinds=("status",), gaps=12, shared=shared, received_from=dt.date(2024, 4, 3),
        received_to=dt.date(2024, 4, 5), owner_id=None, lift=None,
    )  # fmt: skip
    line = _told(group, {"progress_lost": "Mất tiến độ"}, {"H37.21": "UBND xã A"}, {"1.000656": "Khai tử"})
    assert line == (
        '12 sai lệch tại UBND xã A, thủ tục "Khai tử", nộp trực tuyến, tiếp nhận từ ngày 03/04/2024 đến ngày 05/04/2024, '
        f"{told}: Mất tiến độ"
    )
