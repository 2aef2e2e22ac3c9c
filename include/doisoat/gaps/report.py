"""The groups of a night's gaps, each described in one Vietnamese line."""

from __future__ import annotations

import datetime as dt

import psycopg

from doisoat.explain import load_causes
from doisoat.gaps.groups import Group, group_gaps
from doisoat.gaps.repair_words import NOT_MAPPED, words
from doisoat.warehouse.queries import Report

CHANNELS = {"direct": "trực tiếp", "online": "trực tuyến", "post": "qua bưu chính công ích"}
#: The two sides of a pair, the one that sends first.
SIDES = {
    "national_provincial": ("ở tỉnh", "trên Cổng DVCQG"),
    "ministry_provincial": ("ở bộ, ngành", "ở tỉnh"),
    "ministry_national": ("ở bộ, ngành", "trên Cổng DVCQG"),
}
COLUMNS = ("gaps", "told", "pair", "cause", "kinds", "agency_id", "procedure_family", "channel", "change", "received_from",
           "received_to", "owner_id", "owner_name", "lift")  # fmt: skip


def grouped(connection: psycopg.Connection, night: dt.date, archive_id: int) -> Report:
    """The groups as rows: how many gaps, the line that describes them, and what they share."""
    found = group_gaps(connection, night, archive_id)
    latest = "select distinct on (agency_id) agency_id, name from core.agency order by 1, valid_from desc"
    agencies: dict[str, str] = dict(connection.execute(latest).fetchall())
    procedures: dict[str, str] = dict(
        connection.execute("select procedure_family, name from core.procedure").fetchall()
    )
    labels = {cause.id: cause.label for cause in load_causes()}
    rows = [
        (
            group.gaps, _told(group, labels, agencies, procedures), group.pair, group.cause, ", ".join(group.kinds),
            group.shared.get("agency_id"), group.shared.get("procedure_family"), group.shared.get("channel"),
            group.shared.get("change"), group.received_from and group.received_from.isoformat(),
            group.received_to and group.received_to.isoformat(), group.owner_id, agencies.get(group.owner_id or ""),
            None if group.lift is None else round(group.lift, 1),
        )
        for group in found
    ]  # fmt: skip
    return Report(COLUMNS, rows)


def _statuses(pair: str, first: str, second: str) -> str:
    """Which status each side states, the sending side first, as an office reads it."""
    known = words()["statuses"]
    said = [f'"{known[one]}" ({one})' if one in known else one for one in (first, second)]
    said = [words()["unsaid"] if one in ("-", NOT_MAPPED) else one for one in said]
    here, there = SIDES[pair]
    return f"trạng thái {here} là {said[0]}, {there} là {said[1]}"


def _told(group: Group, labels: dict[str, str], agencies: dict[str, str], procedures: dict[str, str]) -> str:
    shared = group.shared
    parts = [f"{group.gaps} sai lệch"]  # not "hồ sơ": a dossier may have several
    if agency := shared.get("agency_id"):
        parts[0] += f" tại {agencies.get(agency) or agency}"
    if procedure := shared.get("procedure_family"):
        parts.append(f'thủ tục "{procedures.get(procedure) or procedure}"')
    if channel := shared.get("channel"):
        parts.append(f"nộp {CHANNELS.get(channel, channel)}")
    if "days" in shared and group.received_from and group.received_to:
        first, last = (f"{day:%d/%m/%Y}" for day in (group.received_from, group.received_to))
        parts.append(f"tiếp nhận ngày {first}" if first == last else f"tiếp nhận từ ngày {first} đến ngày {last}")
    if change := shared.get("change"):
        parts.append(_statuses(group.pair, *change.split(" → ")))
    return ", ".join(parts) + f": {labels.get(group.cause, group.cause)}"
