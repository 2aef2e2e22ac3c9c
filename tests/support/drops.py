"""The connector file_drop on an inbox of a test, and what comes out of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from doisoat.collect import collect
from doisoat.collect.expected import NothingHeld
from doisoat.collect.landing import Landing, Versions
from doisoat.connections import Connection
from doisoat.errors import SourceError
from doisoat.model import WHOLE, DossierRecord, Page
from doisoat.sources.contract import Limits
from doisoat.sources.file_drop import DropOptions, FileDrop

from support.exports import COLUMNS
from support.servers import CANARIES, LOCAL

NIGHT = dt.date(2024, 4, 17)
CODE = COLUMNS["dossier_code"][0]


def drop(inbox: Path, *, megabytes: int = 64, **options: Any) -> FileDrop:
    return FileDrop(
        "judicial_record",
        options=DropOptions.model_validate({"columns": COLUMNS, "settle_seconds": 0, **options}),
        limits=Limits(max_answer_megabytes=megabytes),
        connection=Connection("judicial_record", conn_type="fs", extra={"path": str(inbox)}),
        timezone=LOCAL,
    )


def pages_of(inbox: Path, **options: Any) -> list[Page]:
    return list(drop(inbox, **options).list_cell(WHOLE))


def records_of(inbox: Path, **options: Any) -> list[DossierRecord]:
    return [record for page in pages_of(inbox, **options) for record in page.records]


def set_aside(inbox: Path, **options: Any) -> list[tuple[str, str, str | None]]:
    return [(row.position, row.reason, row.field) for page in pages_of(inbox, **options) for row in page.quarantined]


def check_refused(inbox: Path, kind: type[SourceError], match: str, **options: Any) -> None:
    with pytest.raises(SourceError, match=match) as caught:
        pages_of(inbox, **options)
    assert type(caught.value) is kind
    for canary in CANARIES:
        assert canary not in str(caught.value)


def collected(source: Any, root: Path) -> Landing:
    return collect(
        source, province_id="p", night=NIGHT, held=NothingHeld(), landing_root=root,
        versions=Versions(doisoat="0", config_fingerprint="f", reference_hash="r"),
    )  # fmt: skip
