"""An agency that has ended has successors, where the reference states them.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "gap_owners"
down_revision = "changes_only"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("gap_owners").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
