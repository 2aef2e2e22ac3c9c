"""The locks are tables that the warehouse's owner alone may lock: an advisory lock is for everybody who may connect."""

from alembic import op

revision = "locks"
down_revision = "unstated_fields"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        """create schema lock;
        comment on schema lock is 'Tables without columns or rows, locked by who works on what; for the owner alone.';
        create table lock.writing ();
        comment on table lock.writing is 'Locked by the one transaction that writes the warehouse.';
        create table lock.working ();
        comment on table lock.working is 'Shared by the steps at work on a night; no later night is opened meanwhile.';
        create table lock.replaying ();
        comment on table lock.replaying is 'Locked by the one replay of nights.';
        create table lock.sending ();
        comment on table lock.sending is 'Locked by the one process that sends alerts.'"""
    )
