"""Asks a served world as a user of OpenCPS may (CONTRACTS section 3), and knows its truth."""

from __future__ import annotations

import datetime as dt
from typing import Any

import requests
from sandbox.key.key import key_lines
from sandbox.world.truth import Dossier, LocalRow

from support.sandboxes import SECRET, USER, Served

GROUP = "55301"
LOCAL, UTC = dt.timezone(dt.timedelta(hours=7)), dt.UTC
ROWS_KEY = {"a": "dossierStatisticData", "b": "data"}


class Client:
    """Asks one world, as a user that may."""

    def __init__(self, served: Served, variant: str) -> None:
        self.served, self.variant = served, variant

    def ask(
        self, path: str, group: str = GROUP, auth: tuple[str, str] | None = (USER, SECRET), **query: Any
    ) -> requests.Response:
        headers = {"groupId": group} if group else {}
        return requests.get(f"{self.served.url}/o/rest{path}", params=query, headers=headers, auth=auth, timeout=60)

    def search(self, **query: Any) -> tuple[int, list[dict[str, Any]]]:
        told = self.ask("/v2/dossiers", **query).json()
        return told["total"], told["data"]

    def ids(self, **query: Any) -> list[int]:
        return [row["dossierId"] for row in self.search(**query)[1]]

    def statistics(self, **query: Any) -> list[dict[str, Any]]:
        told = self.ask("/statistics", **query).json()
        rows = told[ROWS_KEY[self.variant]]
        assert told["total"] == len(rows)
        return list(rows)

    def shown(self, at: int | None = None) -> dict[int, tuple[Dossier, LocalRow]]:
        """The truth: what the province holds and has not removed, by `dossierId`."""
        now, world = at or self.served.now, self.served.world
        rows = {row.record_id: (made, row) for made, row in world.local_rows()}
        keys = {
            told["record_id"]: told["opencps"]["dossier_id"] for line in key_lines(world, now) for told in line["local"]
        }
        return {
            keys[record_id]: (made, row)
            for record_id, (made, row) in rows.items()
            if row.is_held(now) and not row.is_removed(now)
        }

    @property
    def zone(self) -> dt.tzinfo:
        """In which this world's days are meant."""
        return LOCAL if self.variant == "a" else UTC


def moment(text: str | None) -> int | None:
    """What a date of OpenCPS means; empty and missing are none."""
    return int(dt.datetime.strptime(text, "%d/%m/%Y %H:%M:%S").replace(tzinfo=LOCAL).timestamp()) if text else None


def received(row: LocalRow, now: int) -> int | None:
    return row.received_at if row.received_at is not None and row.received_at <= now else None
