"""A unit may answer that it is at work on a gap."""

from alembic import op

revision = "in_progress"
down_revision = "published_scores"

_MEANS = (
    "acknowledged (seen), noted, done (its unit says that it is repaired), in_progress (its unit is at work on it), disputed "
    "(its unit says that it is none), accepted (known, and to be left alone until it expires) or revoked (an acceptance is "
    "taken back)."
)


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        f"""alter table ops.gap_decision
            drop constraint gap_decision_action_check,
            drop constraint gap_decision_check,
            add constraint gap_decision_action_check check (
                action in ('acknowledged', 'noted', 'done', 'in_progress', 'disputed', 'accepted', 'revoked')
            ),
            add constraint gap_decision_check check (
                action in ('acknowledged', 'done', 'in_progress', 'revoked') or reason is not null
            );
        comment on column ops.gap_decision.action is '{_MEANS}'"""
    )
