"""What we declare as an Airflow provider: the names of our assets in OpenLineage.

Without it the OpenLineage provider, which is off unless configured (docs/news.md), would drop assets with a scheme that it
does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from airflow.sdk import Asset
    from openlineage.client.event_v2 import Dataset

NAMESPACE = "doisoat"


def get_provider_info() -> dict[str, Any]:
    """The entry point `apache_airflow_provider` of pyproject.toml."""
    return {
        "package-name": "doisoat",
        "name": "Đối Soát",
        "description": "Reconciles a province's dossiers with the National Public Service Portal, every night.",
        "asset-uris": [
            {
                "schemes": ["x-doisoat"],
                "handler": None,
                "to_openlineage_converter": "orchestration.provider.to_openlineage",
            }
        ],
    }


def to_openlineage(asset: Asset, lineage_context: object) -> Dataset:
    """`x-doisoat://landing/igate` becomes the dataset `landing/igate` in the namespace `doisoat`."""
    from openlineage.client.event_v2 import Dataset

    parts = urlsplit(asset.uri)
    return Dataset(namespace=NAMESPACE, name=f"{parts.netloc}{parts.path}")
