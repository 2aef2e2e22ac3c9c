"""What `make run` prints of a night, and the exit code that says how it ended."""

from __future__ import annotations

import datetime as dt

import psycopg
from rich.console import Console

from doisoat.reports.query import print_table, query
from doisoat.site import Site

PUBLISHED, FAILED, STALE = 0, 1, 2


def summary(site: Site, connection: psycopg.Connection, night: dt.date, console: Console) -> int:
    """Print the night; returns 0 published, 1 failed, blocked or not there, 2 published with stale sources."""
    state = connection.execute(
        """select n.state, p.revision from ops.night n
        left join ops.publication p on p.night = n.night and p.withdrawn_at is null where n.night = %s""",
        [night],
    ).fetchone()
    if state is None:
        console.print(f"night {night}: never opened; see `doisoat nights`")
        return FAILED
    parameters = {"night": night, "timezone": site.settings.province.timezone, "grains": ["whole", "undated"]}
    console.print(f"\n[bold]{site.settings.province.name}, night {night}[/bold] (đêm đối soát)\n")
    sources = query(connection, "sources", parameters)
    print_table(console, sources, "Sources", ("source_id", "side", "state", "declared", "held", "is_complete",
                                              "age_hours", "received", "quarantined"))  # fmt: skip
    _print_bridge(connection, parameters, console)
    print_table(console, query(connection, "entries", parameters), "What the entries are (presence)")
    print_table(console, query(connection, "differences", parameters), "Differences of dossiers that both sides hold")
    ministries = query(connection, "ministries", {**parameters, "by_month": False})
    print_table(console, ministries, "Ministries' systems: what the province and the portal hold of their dossiers",
                ("source_id", "ministry_listed", "matched_by_code", "matched_by_time", "counted_in_group", "undetermined",
                 "ministry_only", "on_portal", "portal_undetermined"))  # fmt: skip
    checks = query(connection, "checks", parameters)
    passed = sum(check["outcome"] == "passed" for check in checks.dicts())
    console.print(f"[bold]Checks[/bold]: {passed} of {len(checks.rows)} passed")
    for check in checks.dicts():
        if check["outcome"] != "passed":
            console.print(
                f"  {check['outcome']} ({check['severity']}): {check['check_id']}, {check['unexpected']} of {check['total']}"
            )
    return _verdict(state, sources.dicts(), night, console)


def _print_bridge(connection: psycopg.Connection, parameters: dict[str, object], console: Console) -> None:
    bridge = query(connection, "bridge", parameters)
    print_table(console, bridge, "Bridge: national - provincial = entries + national unlisted - provincial unlisted",
                ("grain", "national_declared", "provincial_declared", "difference", "entries", "national_unlisted",
                 "provincial_unlisted", "national_listed", "provincial_listed", "adds_up"))  # fmt: skip


def _verdict(state: tuple[str, int | None], sources: list[dict[str, object]], night: dt.date, console: Console) -> int:
    stale = [str(source["source_id"]) for source in sources if source["state"] not in ("fresh", "standing")]
    command = f"doisoat gaps --night {night} --format csv"
    console.print(f"\nWhere to look next: `{command}` (one row a gap), `doisoat bridge --night {night} --by month`, "
                  "`doisoat checks`, `doisoat sources`")  # fmt: skip
    if state[1] is None:
        console.print(f"[bold]Not published[/bold]: the night is {state[0]}; the last good night stands")
        return FAILED
    console.print(
        f"[bold]Published[/bold] (revision {state[1]})" + (f", stale or absent: {', '.join(stale)}" if stale else "")
    )
    return STALE if stale else PUBLISHED
