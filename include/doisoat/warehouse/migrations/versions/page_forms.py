"""What people decide on the page: a role that can store decisions on gaps, and do nothing else."""

from alembic import op

revision = "page_forms"
down_revision = "fingerprints"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        """do $$
        begin
            if not exists (select from pg_roles where rolname = 'gap_writer') then
                create role gap_writer nologin;
            end if;
        end $$;
        alter table ops.gap_decision
            drop constraint gap_decision_decided_in_check,
            add constraint gap_decision_decided_in_check check (decided_in in ('command_line', 'answers', 'page'));
        comment on column ops.gap_decision.decided_in is 'Where: command_line, answers (a returned list) or page.'"""
    )
