"""Where the running month, quarter and year will end is kept with each night that is published."""

from pathlib import Path

from alembic import op

revision = "outlook"
down_revision = "repairs"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
