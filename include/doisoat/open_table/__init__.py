"""A published night as Parquet, for whoever reads many provinces at once (docs/open_table.md, docs/adr/0036-the-open-table.md).

    <root>/v1/<table>/province=H37/night=2024-04-19/r1-5f0c....parquet    the rows, written aside
    <root>/v1/_nights/province=H37/night=2024-04-19.json                  the commit: names the files that are the night

The root is a folder or an object store (fsspec). What no commit names is not there: so a night is visible whole or not at all,
in all tables at once, also where nothing can be renamed.
"""
