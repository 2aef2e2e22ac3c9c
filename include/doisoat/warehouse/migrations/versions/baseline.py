"""The warehouse of release 0.1.0: what sources said (core), what follows (recon), how nights went (ops), and who may read.

The statements stand in SQL files beside this module. Once 0.1.0 is released this revision is never edited: a change is a
revision of its own after it; only views (warehouse/views) are made anew each time.
"""

from pathlib import Path

from alembic import op

revision = "baseline"
down_revision = None

#: In this order: tables before what copies or asks them.
FILES = (
    "roles",
    "schemas",
    "core_reference",
    "core_records",
    "ops_nights",
    "ops_publications",
    "recon_presence",
    "recon_ledger",
    "recon_gaps",
    "recon_rates",
    "archive",
    "functions",
    "views",
    "triggers",
)


def upgrade() -> None:
    for name in FILES:
        statements = Path(__file__).with_name("baseline") / f"{name}.sql"
        op.get_bind().exec_driver_sql(statements.read_text("utf-8").replace("%", "%%"))
