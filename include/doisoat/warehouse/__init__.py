"""The warehouse: PostgreSQL 16 or later behind the connection `warehouse`. SQL lives in files; this binds and runs it."""

from doisoat.warehouse.database import connect, migrate, run_file, warehouse_dsn, writing

__all__ = ["connect", "migrate", "run_file", "warehouse_dsn", "writing"]
