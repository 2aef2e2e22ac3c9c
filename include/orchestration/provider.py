"""What Airflow learns of us as one of its providers: how our assets are called in OpenLineage.

Without it the OpenLineage provider, which is off unless it is configured (docs/news.md), would drop assets of a scheme that
it does not know.
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
        "description": "A province's dossiers against the National Public Service Portal's, every night.",
        "asset-uris": [
            {
                "schemes": ["x-doisoat"],
                "handler": None,
                "to_openlineage_converter": "orchestration.provider.to_openlineage",
            }
        ],
    }


def to_openlineage(asset: Asset, lineage_context: object) -> Dataset:
    """`x-doisoat://landing/igate` is the dataset `landing/igate` of the namespace `doisoat`."""
    from openlineage.client.event_v2 import Dataset

    parts = urlsplit(asset.uri)
    return Dataset(namespace=NAMESPACE, name=f"{parts.netloc}{parts.path}")
