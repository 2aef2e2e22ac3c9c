"""Who took or decided what on the page is kept."""

from pathlib import Path

from alembic import op

revision = "page_uses"
down_revision = "outlook"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text("utf-8").replace("%", "%%"))
