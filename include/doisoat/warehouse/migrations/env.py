"""Alembic's environment: runs the migrations on the DSN that doisoat.warehouse.migrate hands over."""

from alembic import context
from doisoat.warehouse.database import KEEPALIVES
from sqlalchemy import create_engine, pool

dsn = context.config.attributes["dsn"].replace("postgresql://", "postgresql+psycopg://", 1)
options = f"-c lock_timeout={context.config.attributes['lock_timeout']} -c statement_timeout=0 {KEEPALIVES}"
engine = create_engine(
    dsn, poolclass=pool.NullPool, connect_args={"options": options, "application_name": "doisoat migrate"}
)
with engine.connect() as connection:
    context.configure(connection=connection, version_table="doisoat_migration", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
