"""The scores that the portal publishes are kept, metric by metric, and of every province once a week."""

from pathlib import Path

from alembic import op

revision = "published_scores"
down_revision = "page_forms"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
