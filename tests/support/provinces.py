"""Provinces that differ from those of config/ in nothing but their own words: another file, and no code.

What world "b" calls things is asked as one would ask the owners of its systems: the ministries' words are told by
`python -m sandbox words --variant b`; the case system's tables of statuses and channels (include/sandbox/systems/igate_words.py
and opencps_words.py) stand below with what their names mean in the national table, as somebody of the province would
write them down.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

CONFIG = Path(__file__).parents[2] / "config"
#: What a province may say of a source in words of its own; the rest of the file is the same.
WORDS = frozenset({"options", "code_maps", "limits"})

IGATE_B: dict[str, Any] = {
    "options": {"undated_statuses": ["10", "30", "12"]},
    "code_maps": {
        "status": [
            {
                "map": {
                    "10": 1,  # Chờ tiếp nhận
                    "11": 2,  # Được tiếp nhận
                    "12": 3,  # Không tiếp nhận
                    "20": 4,  # Đang giải quyết
                    "23": 4,  # Chờ liên thông: with another body, so still in process
                    "21": 5,  # Tạm dừng chờ bổ sung
                    "22": 6,  # Tạm dừng chờ nộp phí
                    "30": 7,  # Công dân rút hồ sơ
                    "29": 8,  # Dừng giải quyết
                    "40": 9,  # Đã giải quyết
                    "41": 10,  # Đã trả kết quả
                }
            }
        ],
        "channel": [{"map": {"1": "direct", "2": "online", "3": "post"}}],
    },
}
#: The labels of the office's export: a header of two rows, whose groups are no columns.
JUDICIAL_B = {
    "procedure_code": ["Loại"],
    "dossier_code": ["Số hồ sơ"],
    "channel_code": ["Hình thức"],
    "received_at": ["Tiếp nhận"],
    "due_at": ["Hẹn trả"],
    "returned_at": ["Đã trả"],
    "status_code": ["Tình trạng"],
}
#: OpenCPS there runs in UTC and cannot sort by modification; two statuses are the tenant's own.
OPENCPS_B: dict[str, Any] = {
    "options": {"modified_sort": None, "window_timezone": "UTC"},
    "code_maps": {"status": [{"map": {"correcting": 5, "pausing": 8}}]},
}


def lang_son_in_b(directory: Path) -> Path:
    """Lạng Sơn's province file in the words of world "b"."""
    told = words_of("b")
    registration, licence, record = (
        told[name] for name in ("business_registration", "driving_licence", "judicial_record")
    )
    changes = {
        "igate": IGATE_B,
        "national_adapter": {"options": {"dstcode_in": "query"}},
        "business_registration": {
            "options": {"site_ids": sorted({office["site_id"] for office in registration["SITE_ID"]})},
            "code_maps": {
                "procedure": [{"map": registration["DOCUMENT_TYPE"]}],
                "agency": [_office(office) for office in registration["SITE_ID"]],
                "status": [{"map": registration["PROCESS_STATUS"]}],
            },
        },
        "driving_licence": {
            "code_maps": {
                "procedure": [{"map": licence["loaiHoSo"]}],
                "status": [{"map": {**{str(code): code for code in range(1, 11)}, **licence["TrangThaiHoSo"]}}],
            },
        },
        "judicial_record": {
            "options": {"columns": JUDICIAL_B},
            "code_maps": {
                "procedure": [{"map": record["kinds"]}],
                "status": [{"map": record["statuses"]}],
            },
        },
    }
    return derive(directory, "lang_son", changes)


def opencps_in_b(directory: Path) -> Path:
    """The example with OpenCPS in the words of world "b"."""
    known = yaml.safe_load((CONFIG / "opencps_example.yaml").read_text(encoding="utf-8"))
    (statuses,) = known["sources"]["opencps"]["code_maps"]["status"]
    (own,) = OPENCPS_B["code_maps"]["status"]
    maps = {"status": [{"map": {**statuses["map"], **own["map"]}}]}
    return derive(directory, "opencps_example", {"opencps": {**OPENCPS_B, "code_maps": maps}})


def derive(directory: Path, name: str, changes: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Path:
    """A copy of a province file and of its reference data, in which sources use other words.

    Args:
        directory: where it goes.
        name: of the file in config/.
        changes: source -> options, code_maps or limits -> key -> its new value.

    Raises:
        ValueError: a source that the file does not have, or something that is no word of it.
    """
    content = yaml.safe_load((CONFIG / f"{name}.yaml").read_text(encoding="utf-8"))
    for source_id, parts in changes.items():
        if source_id not in content["sources"] or not parts.keys() <= WORDS:
            raise ValueError(f"{source_id}: only {', '.join(sorted(WORDS))} of a known source may be changed")
        source = content["sources"][source_id]
        for part, values in parts.items():
            source[part] = {**source.get(part, {}), **values}
    shutil.copytree(CONFIG / "lang_son", directory / "lang_son", dirs_exist_ok=True)
    file = directory / f"{name}.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def words_of(variant: str) -> dict[str, Any]:
    """What the ministries' systems of a world call things, as their owners tell it."""
    command = [sys.executable, "-m", "sandbox", "words", "--variant", variant]
    told: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return told


def _office(office: Mapping[str, str]) -> dict[str, Any]:
    dates = {"valid_from": office["from"], "valid_to": office["to"] or None}
    return {**dates, "map": {office["site_id"]: office["agency"]}}
