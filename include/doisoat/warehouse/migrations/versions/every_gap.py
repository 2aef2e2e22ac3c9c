"""Every gap explained: causes.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "every_gap"
down_revision = "nights_that_hold"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("every_gap").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
