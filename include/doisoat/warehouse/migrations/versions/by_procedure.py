"""What the portal counts of single procedures is kept, and the ids of its catalogue by which it is asked."""

from pathlib import Path

from alembic import op

revision = "by_procedure"
down_revision = "page_uses"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
