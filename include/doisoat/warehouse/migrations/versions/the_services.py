"""What digitisation, online payment and acceptance are counted by, and from which ratio on all points are given.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "the_services"
down_revision = "the_rates"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("the_services").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
