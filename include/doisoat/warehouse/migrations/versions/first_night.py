"""The first night: what sources said (core), what follows (recon), how the nights went (ops), and who may read.

The tables stand in SQL files beside this module, one a schema. A migration that has landed is never edited: a change
is a new migration; only views (warehouse/views) are made anew each time.
"""

from pathlib import Path

from alembic import op

revision = "first_night"
down_revision = None


def upgrade() -> None:
    for schema in ("raw", "core", "recon", "ops"):
        op.execute(f"create schema {schema}")
    for name in ("functions", "core", "ops", "recon", "roles"):
        op.get_bind().exec_driver_sql(
            (Path(__file__).with_name("first_night") / f"{name}.sql").read_text("utf-8").replace("%", "%%")
        )
