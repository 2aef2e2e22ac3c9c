"""A calendar is written when it changes, not every night.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "kept_calendar"
down_revision = "kept_counts"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("kept_calendar").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
