"""Every source: look-ups, catalogues, owners of systems, and the ministries as sides of the reconciliation.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "every_source"
down_revision = "first_night"


def upgrade() -> None:
    for name in ("core", "recon", "ops"):
        op.get_bind().exec_driver_sql(
            (Path(__file__).with_name("every_source") / f"{name}.sql").read_text("utf-8").replace("%", "%%")
        )
