"""A warehouse as it would be after N more quiet nights, in minutes: 85 of them over a million dossiers would take six hours.

For reading only. The last published night is taken as what each further one is like:

* Tables of rows by night get the last night's rows again under each further night; moments are moved on by as many days.
* Of tables of ranges as many rows end on each further night, and begin again as they were, as on the last one: other rows
  each night. So there are as many ranges as after real nights, what is valid on a night is the same, and every index and
  every count of ranges has its size.
* What the last night touched (`core.touched`) is what the last of the further nights touched.

`python -m bench.more_nights` runs both ways over a small world and prints, table by table, how many rows are held and how many
are valid on the last night. What differs, and why:

* A real night changes something, if little: what is valid may differ by what happened, and fewer ranges end on later nights
  than on the last one copied. Copied nights err on the side of more.
* Digests are those of the night that was copied, and no landing is on disk: copied nights cannot be replayed or published again.
* Control totals stay as they are: of a few that change each night, those of reports do not, and what was reported is compared as
  known on the night it began.
* Events of gaps are repeated for the same gaps, and a range that ended and began again has no event.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path

import psycopg
from doisoat.warehouse.archived import ARCHIVED
from psycopg import sql

#: Rows that belong to one night, in the order in which they refer to one another.
OF_A_NIGHT = (
    "ops.night", "ops.pull", "ops.look_up_pull", "ops.pull_decision", "ops.load", "ops.publication", "core.look_up",
    "recon.whole_night", *(one.name for one in ARCHIVED if not one.is_range and one.name != "ops.pull"),
)  # fmt: skip
#: Only of the last nights.
OF_THE_LAST = ("core.touched", "core.touched_night")
RANGES = ("core.dossier_record", *(one.name for one in ARCHIVED if one.is_range))
_COLUMNS = """select attname::text, atttypid::regtype::text from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''
    order by attnum"""
_MOVED = {
    "night": "t.night + further",
    "snapshot_night": "t.snapshot_night + case t.snapshot_night when t.night then further else 0 end",
}
#: Every table of the warehouse that any night wrote.
_TABLES = """select c.oid::regclass::text, array_agg(a.attname::text) from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace in ('core'::regnamespace, 'recon'::regnamespace, 'ops'::regnamespace) and c.relkind in ('r', 'p')
    and not c.relispartition and a.attnum > 0 group by c.oid order by 1"""


def add_nights(admin: psycopg.Connection, nights: int) -> dt.date:
    """Put the warehouse into the state after so many more nights that are like the last published one; returns the last.

    Args:
        admin: of a superuser, in autocommit: rows are written in the order of tables, whatever refers to what.
    """
    (last,) = _row(admin, "select max(night) from ops.publication where withdrawn_at is null and archive_id = 0")
    (loaded,) = _row(admin, "select max(night) from ops.night where state <> 'missed'")
    if last is None or last != loaded:
        raise SystemExit(f"the last night opened is {loaded}, the last one published is {last}: publish it first")
    if nights > 0:
        with admin.transaction():
            admin.execute("set local session_replication_role = replica")
            for table in OF_A_NIGHT:
                _copy(admin, table, last, nights)
            for table in OF_THE_LAST:
                admin.execute(_of(table, "update {} set night = night + %s where night = %s"), [nights, last])
            for table in RANGES:
                _end_and_begin(admin, table, last, nights)
        admin.execute("vacuum analyze")
    return last + dt.timedelta(days=nights)


def _copy(admin: psycopg.Connection, table: str, last: dt.date, nights: int) -> None:
    columns = admin.execute(_COLUMNS, [table]).fetchall()
    values = [
        _MOVED.get(name)
        or (f"t.{name} + further * interval '1 day'" if kind == "timestamp with time zone" else f"t.{name}")
        for name, kind in columns
    ]
    admin.execute(
        _of(
            table,
            f"""insert into {{}} ({", ".join(name for name, _ in columns)}) select {", ".join(values)}
            from {{}} t cross join generate_series(1, %s) further where t.night = %s""",
        ),
        [nights, last],
    )


def _end_and_begin(admin: psycopg.Connection, table: str, last: dt.date, nights: int) -> None:
    """As many ranges end, and begin again, on each further night as began on the last; of what is valid, each at most once."""
    columns = [name for name, _ in admin.execute(_COLUMNS, [table])]
    again = ", ".join("n.night" if name == "from_night" else f"r.{name}" for name in columns)
    admin.execute(
        _of(
            table,
            f"""with chosen as (
                select r.tableoid as part, r.ctid as place,
                    %(last)s + (1 + (row_number() over (order by md5(r.tableoid || r.ctid::text)) - 1)
                    / nullif(w.began, 0))::int as night
                from {{}} r cross join (select count(*) as began from {{}} where from_night = %(last)s) w
                where r.to_night = 'infinity'
            ),
            n as materialized (select * from chosen where night <= %(last)s + %(nights)s),
            ended as (
                update {{}} r set to_night = n.night from n where r.tableoid = n.part and r.ctid = n.place
            )
            insert into {{}} ({", ".join(columns)})
            select {again} from {{}} r join n on r.tableoid = n.part and r.ctid = n.place""",
        ),
        {"last": last, "nights": nights},
    )


def _of(table: str, statement: str) -> sql.Composed:
    name = sql.Identifier(*table.split("."))
    return sql.SQL(statement).format(*[name] * statement.count("{}"))  # type: ignore[arg-type]


def _row(admin: psycopg.Connection, query: str) -> tuple[dt.date | None, ...]:
    return admin.execute(query).fetchone() or (None,)  # type: ignore[arg-type]


def held(admin: psycopg.Connection, night: dt.date) -> dict[str, tuple[int, int]]:
    """By table: all rows, and those that are valid on the night or belong to it."""
    found = {}
    for table, columns in admin.execute(_TABLES).fetchall():
        if "to_night" in columns:
            of_night = "from_night <= %(night)s and %(night)s < to_night"
        elif "night" in columns:
            of_night = "night = %(night)s"
        else:
            continue
        counted = f"select count(*), count(*) filter (where {of_night}) from {table}"
        rows, valid = admin.execute(counted, {"night": night}).fetchone() or (0, 0)  # type: ignore[arg-type]
        found[table] = rows, valid
    return found


def check(dossiers: int = 2_000, nights: int = 3) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """By table what real quiet nights leave and what copied ones do, over a world of so many dossiers."""
    from bench.nights import both_ways

    with tempfile.TemporaryDirectory(prefix="doisoat-bench-", ignore_cleanup_errors=True) as directory:
        real, copied = both_ways(Path(directory), dossiers, nights)
    return [(table, real[table], copied[table]) for table in real]


if __name__ == "__main__":
    for name, real, copied in check(*map(int, sys.argv[1:])):
        print(
            f"{name:34}{real[0]:10,}{copied[0]:10,}{real[1]:10,}{copied[1]:10,}{'' if real == copied else '  differs'}"
        )
