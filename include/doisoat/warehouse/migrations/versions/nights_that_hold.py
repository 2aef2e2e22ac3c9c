"""Nights that hold: revisions, held pulls, accepted publications, news that were sent.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "nights_that_hold"
down_revision = "every_source"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("nights_that_hold").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
