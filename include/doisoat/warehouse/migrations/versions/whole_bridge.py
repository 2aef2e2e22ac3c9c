"""The bridge reaches the ministries' systems, and any part of the province.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "whole_bridge"
down_revision = "gap_owners"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("whole_bridge").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
