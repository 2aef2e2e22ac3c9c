"""The warehouse: PostgreSQL 16 or later behind the connection `warehouse`. SQL lives in files; this binds and runs it.

What it exports is imported on first use: the command line imports this package before it needs a database driver.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from doisoat.warehouse.database import connect, run_file, writing
    from doisoat.warehouse.migration import migrate

__all__ = ["connect", "migrate", "run_file", "writing"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from doisoat.warehouse import database

    if name == "migrate":
        from doisoat.warehouse import migration

        return migration.migrate
    return getattr(database, name)
