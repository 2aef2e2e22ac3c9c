"""What the nights read and make, as Airflow assets: Airflow's UI and OpenLineage show what the mart is made from."""

from __future__ import annotations

from collections.abc import Iterable

from airflow.sdk import Asset
from doisoat.connections import WAREHOUSE_CONNECTION_ID
from doisoat.province.tenants import Tenant


def mart(tenant: Tenant) -> Asset:
    """What a province's analysts read."""
    warehouse = tenant.called(WAREHOUSE_CONNECTION_ID)
    return Asset(name=tenant.called("mart"), uri=f"x-doisoat://{warehouse}/mart", group="doisoat")


def landings(tenant: Tenant, source_ids: Iterable[str]) -> list[Asset]:
    """The sealed landings of these sources of a province."""
    names = map(tenant.called, source_ids)
    return [Asset(name=f"landing_{name}", uri=f"x-doisoat://landing/{name}", group="doisoat") for name in names]
