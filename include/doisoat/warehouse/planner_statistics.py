"""Planner statistics of the tables that a night fills. Autovacuum cannot see the uncommitted rows of a transaction: without
this, every join of a first night, or of one after a large load, would be planned without statistics.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

#: Schemas whose tables are joined during a night.
FILLED = ("core", "recon")

#: Tables never analyzed, or more than a tenth larger (or smaller, after a rewind) than when they were. A partitioned table has
#: no pages of its own, and autovacuum never looks at it: it is analyzed, with its partitions, if one of them has changed that
#: much or if they were analyzed without it.
_GROWN = """
    with filled as (
        select coalesce(p.oid, c.oid)::regclass::text as name, c.relpages, c.reltuples, p.reltuples as reltuples_of_all,
            pg_relation_size(c.oid) / current_setting('block_size')::int as pages
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        left join pg_inherits i on i.inhrelid = c.oid
        left join pg_class p on p.oid = i.inhparent
        where c.relkind = 'r' and n.nspname = any (%s)
    )
    select name from filled where pages > 0
    group by name
    having bool_or(reltuples < 0 or abs(pages - relpages) * 10 > relpages)
        or max(reltuples_of_all) < 0 or abs(sum(reltuples) - max(reltuples_of_all)) * 10 > max(reltuples_of_all)
    order by 1
"""


def refresh_statistics(connection: psycopg.Connection) -> list[str]:
    """Analyze every table of FILLED whose size has changed since it was last analyzed; returns their names.

    Call it after rows were written and before they are joined, inside the transaction that wrote them. A night that
    changes little runs one catalogue query and analyzes nothing.
    """
    grown = [name for (name,) in connection.execute(_GROWN, [list(FILLED)])]
    for name in grown:
        connection.execute(sql.SQL("analyze {}").format(sql.SQL(name)))
    return grown
