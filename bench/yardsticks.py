"""What the reconciliation is measured against. It runs in .venv-bench (bench/requirements.txt), a process a yardstick:

    yardsticks.py convert CSV PARQUET                the rows as a file that the others read
    yardsticks.py read CSV                           read an export file
    yardsticks.py duckdb|datacompy PARQUET PARQUET   compare two files
    yardsticks.py reladiff DSN TABLE TABLE           compare two tables of a PostgreSQL database
    yardsticks.py versions                           of the yardsticks, as JSON

Prints JSON: seconds of the comparison alone, without start-up and imports, and how many rows are missing or differ.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

KEY = "dossier_code"
COMPARED = ("agency_id", "procedure_family", "status", "received_at", "due_at", "finished_at")


def convert(source: str, target: str) -> Callable[[], int]:
    """The rows of a CSV file, all of them text, as parquet."""
    import polars as pl

    def work() -> int:
        rows = pl.read_csv(source, infer_schema=False)
        rows.write_parquet(target)
        return len(rows)

    return work


def read(path: str) -> Callable[[], int]:
    """A file with a title of some lines, then rows, all of them text, into memory."""
    import polars as pl

    def work() -> int:
        return len(pl.read_csv(path, infer_schema=False, skip_rows=4, truncate_ragged_lines=True))

    return work


def duckdb(left: str, right: str) -> Callable[[], int]:
    """A full outer join that keeps each row that is missing or differs, with the values of both sides."""
    import duckdb

    differ = " or ".join(f"l.{column} is distinct from r.{column}" for column in (KEY, *COMPARED))
    join = f"select * from '{left}' l full join '{right}' r on l.{KEY} = r.{KEY} where {differ}"

    def work() -> int:
        connection = duckdb.connect()
        connection.execute(f"create table found as {join}")
        row = connection.execute("select count(*) from found").fetchone()
        return int(row[0]) if row else 0

    return work


def datacompy(left: str, right: str) -> Callable[[], int]:
    """datacompy's comparison of two polars frames, and the rows it found with the values of both sides."""
    import polars as pl
    from datacompy import PolarsCompare

    def work() -> int:
        comparison = PolarsCompare(pl.read_parquet(left), pl.read_parquet(right), join_columns=[KEY])
        found = comparison.all_mismatch(ignore_matching_cols=True), comparison.df1_unq_rows, comparison.df2_unq_rows
        return sum(map(len, found))

    return work


def reladiff(dsn: str, left: str, right: str) -> Callable[[], int]:
    """reladiff's diff of two tables, each row it tells. Its key is a number: it cannot take a dossier code for one."""
    from reladiff import connect_to_table, diff_tables

    def work() -> int:
        tables = [connect_to_table(dsn, name, "id") for name in (left, right)]
        return len({key for _, (key, *_) in diff_tables(*tables, extra_columns=(KEY, *COMPARED))})

    return work


def main(name: str, *arguments: str) -> None:
    """Run one yardstick."""
    if name == "versions":
        print(json.dumps({package: version(package) for package in ("duckdb", "datacompy", "polars", "reladiff")}))
        return
    work = {"convert": convert, "read": read, "duckdb": duckdb, "datacompy": datacompy, "reladiff": reladiff}[name](
        *arguments
    )
    started = time.perf_counter()
    found = work()
    print(json.dumps({"seconds": time.perf_counter() - started, "found": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
