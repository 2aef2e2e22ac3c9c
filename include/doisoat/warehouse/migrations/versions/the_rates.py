"""What the indicators count, cell by cell, and what they come to.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "the_rates"
down_revision = "learned_lags"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("the_rates").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
