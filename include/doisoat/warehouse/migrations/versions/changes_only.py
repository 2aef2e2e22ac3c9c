"""A night looks at what changed: what was touched is written down, and can be found without reading all that is held.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "changes_only"
down_revision = "every_gap"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("changes_only").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
