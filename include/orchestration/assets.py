"""What the nights read and make, as Airflow assets: Airflow's UI and OpenLineage show what the mart is made from."""

from __future__ import annotations

from collections.abc import Iterable

from airflow.sdk import Asset

#: What analysts read.
mart = Asset(name="mart", uri="x-doisoat://warehouse/mart", group="doisoat")


def landings(source_ids: Iterable[str]) -> list[Asset]:
    """The sealed landings of these sources."""
    return [Asset(name=f"landing_{name}", uri=f"x-doisoat://landing/{name}", group="doisoat") for name in source_ids]
