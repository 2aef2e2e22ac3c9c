"""The database itself keeps what each source lists in each cell: a night need not count millions because a few changed.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "kept_counts"
down_revision = "the_progress"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("kept_counts").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
