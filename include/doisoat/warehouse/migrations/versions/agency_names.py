"""Names of units are compared in one form, whichever way they are written, and the province's file may state more of them.

What was stored under the old form is keyed anew; nothing else changes, and no statement rewrites records.
"""

from pathlib import Path

from alembic import op

revision = "agency_names"
down_revision = "one_province"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
