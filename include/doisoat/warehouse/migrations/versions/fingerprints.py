"""What names nobody by its shape, or is known, is kept; of any other word of a source only a fingerprint (ADR 28).

The key is drawn here, once for each warehouse. Of what is held, words of records that no code map and no reference know become
fingerprints too; records without such words are not rewritten.
"""

from pathlib import Path

from alembic import op

revision = "fingerprints"
down_revision = "gap_list"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().exec_driver_sql(statements.replace("%", "%%"))
