"""Alembic's environment: runs the migrations on the DSN that doisoat.warehouse.migrate hands over."""

from alembic import context
from sqlalchemy import create_engine, pool

dsn = context.config.attributes["dsn"].replace("postgresql://", "postgresql+psycopg://", 1)
engine = create_engine(dsn, poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, version_table="doisoat_migration", transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
