"""A row of which something cannot be read is a record with that unknown; one without a readable key has a place at most.

Columns are added without a default, so no row of any size is rewritten.
"""

from pathlib import Path

from alembic import op

revision = "unread"
down_revision = "agency_names"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
