"""A warehouse belongs to one province: the one that first opened a night in it."""

from alembic import op

revision = "one_province"
down_revision = "findings"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        """create table ops.province (
            is_the_one boolean primary key default true check (is_the_one),
            province_id text not null,
            claimed_at timestamptz not null default now()
        );
        comment on table ops.province is 'Whose warehouse this is. Grain: one row, once a night was opened.';
        comment on column ops.province.is_the_one is 'Always true: there is one row.';
        comment on column ops.province.province_id is 'The id in the province file.';
        comment on column ops.province.claimed_at is 'When it opened its first night here (our clock).'"""
    )
