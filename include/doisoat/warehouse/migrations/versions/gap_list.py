"""One list of gaps (mart.gap): the views are made anew by every migration, and a unit's own gaps are found by an index."""

from alembic import op

revision = "gap_list"
down_revision = "left_out"


def upgrade() -> None:
    op.get_bind().exec_driver_sql("create index finding_owner on recon.finding (owner_id, to_night)")
