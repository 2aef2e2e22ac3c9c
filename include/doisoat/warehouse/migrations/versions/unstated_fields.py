"""What a source does not state at all: of a column that a file lacks, nothing differs from what the other side states."""

from alembic import op

revision = "unstated_fields"
down_revision = "unread"

MEANING = (
    "Fields that the source does not state at all: columns that its file lacks, or what none of its many records states. "
    "None of these is empty: it is unknown, and differs from nothing."
)


def upgrade() -> None:
    for table in ("ops.pull", "archive.pull"):
        op.execute(f"alter table {table} add column unstated text[] not null default '{{}}'")
        op.execute(f"comment on column {table}.unstated is '{MEANING}'")
