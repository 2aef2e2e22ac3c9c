"""What is asked of few records is found without reading all: what no code map knows, and what awaits a supplement."""

from pathlib import Path

from alembic import op

revision = "few_records"
down_revision = "by_procedure"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
