"""How a source is called by those who do not know its name in the province file."""

from alembic import op

revision = "source_labels"
down_revision = "few_records"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        """alter table core.source add column label text;
        comment on column core.source.label is
            'How the page calls it, as the province file says; null: by its name.'"""
    )
