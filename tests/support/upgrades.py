"""The warehouse that the release before filled, and the revision that this code brings a warehouse to."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from doisoat.warehouse import database

#: The nights of 17 and 18 April of the sandbox's world of 60 dossiers, made by tools/make_upgrade_fixture.py.
OLD = Path(__file__).parents[1] / "fixtures" / "warehouse_0.1.0.dump"


def newest_revision() -> str | None:
    return ScriptDirectory(str(database.HERE / "migrations")).get_current_head()
