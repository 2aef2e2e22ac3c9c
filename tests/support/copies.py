"""Databases copied from one another: what is made once for a file of tests, and spoiled by each in a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from standalone import postgres


@contextmanager
def copied(server: postgres.Server, template: str, name: str) -> Iterator[str]:
    """The DSN of a copy of a database to which nobody is connected; it goes with the block."""
    with psycopg.connect(server.dsn(), autocommit=True) as admin:
        admin.execute(f"create database {name} template {template} strategy file_copy owner warehouse")
        try:
            yield server.dsn(name, "warehouse")
        finally:
            admin.execute(f"drop database {name} with (force)")
