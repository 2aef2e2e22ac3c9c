"""How far dossiers have come: in time, overdue, pending; and the working days that terms are counted in.

The statements stand in SQL files beside this module; a migration that has landed is never edited.
"""

from pathlib import Path

from alembic import op

revision = "the_progress"
down_revision = "the_services"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_name("the_progress").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text("utf-8").replace("%", "%%"))
