"""How late dossiers usually are, night by night, and when time alone turns what is pending into a gap.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "learned_lags"
down_revision = "whole_bridge"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("learned_lags").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
