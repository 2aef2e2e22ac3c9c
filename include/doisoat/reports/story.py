"""One dossier's whole history: what each side reported and when, what followed from it, and what has to be done."""

from __future__ import annotations

import psycopg

from doisoat.errors import ConfigurationError
from doisoat.reports.printing import Console, print_table
from doisoat.reports.query import query
from doisoat.warehouse.queries import Report


def story(connection: psycopg.Connection, code: str) -> dict[str, Report]:
    """The history of the dossier with this code, record id or dossier id: title -> rows.

    Raises:
        ConfigurationError: no source ever showed the code.
    """
    rows = connection.execute(
        """select distinct r.dossier_id from core.dossier_record r
        where %(code)s in (r.dossier_code, r.record_id, r.dossier_id) or %(code)s = any (r.linked_codes)""",
        {"code": code},
    ).fetchall()
    if not rows:
        raise ConfigurationError(
            f"no source ever showed {code!r}: give a dossier's code, or a record's id as a source states it; see `doisoat gaps`"
        )
    if len(rows) > 1:
        known = ", ".join(sorted(dossier_id for (dossier_id,) in rows))
        raise ConfigurationError(f"{code!r} occurs in several dossiers: {known}; name one of them")
    dossier_id = rows[0][0]
    codes = [
        known
        for (known,) in connection.execute(
            """select distinct code from core.dossier_record r
            cross join lateral (select r.dossier_code union select unnest(r.linked_codes)) c (code)
            where r.dossier_id = %s and code is not null order by 1""",
            [dossier_id],
        )
    ]
    # A gap from before a link was learned is stored under the code by which the dossier was known then.
    named = {"dossier_id": dossier_id, "dossier_ids": sorted({dossier_id, *codes}), "codes": codes}
    return {
        f"Dossier {dossier_id}: what each side reported": query(connection, "story_records", named),
        "Look-ups by its codes": query(connection, "story_look_ups", named),
        "What differs, and why": query(connection, "story_verdicts", named),
        "What happened to its gaps": query(connection, "story_events", named),
        "Decisions on them": query(connection, "story_said", named),
    }


def print_story(connection: psycopg.Connection, code: str, console: Console) -> None:
    """Print it; parts without rows are left out."""
    told = story(connection, code)
    for title, report in told.items():
        if report.rows:
            print_table(console, report, title)
    standing = [row for row in told["What differs, and why"].dicts() if row["to_night"] == "still"]
    for row in standing:
        console.print(f"{row['pair']}, {row['kind']}: {row['label'] or row['cause']} ({row['cause']})", markup=False)
        console.print(f"  cần làm: {row['action']}", markup=False, soft_wrap=True)
    if not standing:
        console.print("All sides that hold it agree.")
