"""A pull that is sealed and cannot be loaded has a reason of its own, and what an operator takes back is kept on record."""

from pathlib import Path

from alembic import op

revision = "left_out"
down_revision = "locks"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
