"""What `make run` prints about a night, and the exit code that says how it ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg

from doisoat.province.site import Site
from doisoat.reports.printing import Console, print_table
from doisoat.reports.query import query

PUBLISHED, FAILED, STALE = 0, 1, 2
#: States of a source that need no attention (reports/sources.sql); any other makes the night's exit code 2.
WELL = ("fresh", "standing", "outage planned")


def summary(site: Site, connection: psycopg.Connection, night: dt.date, console: Console) -> int:
    """Print the night; returns 0 published, 1 failed, blocked or not there, 2 published but a source needs attention."""
    state = connection.execute(
        """select n.state, p.revision, case when n.state = 'published' then coalesce(p.archive_id, 0) else 0 end
        from ops.night n
        left join ops.publication p on p.night = n.night and p.withdrawn_at is null where n.night = %s""",
        [night],
    ).fetchone()
    if state is None:
        console.print(f"night {night}: never opened; see `doisoat nights`")
        return FAILED
    parameters = {
        "night": night,
        "archive_id": state[2],
        "timezone": site.settings.province.timezone,
        "grains": ["whole", "undated"],
    }
    console.print(f"\n[bold]{site.settings.province.name}, night {night}[/bold] (đêm đối soát)\n")
    _print_missed(connection, night, console)
    sources = query(connection, "sources", parameters)
    print_table(console, sources, "Sources", ("source_id", "side", "state", "age_nights", "reason", "declared", "held",
                                              "age_hours", "received", "quarantined"), blank=("reason",))  # fmt: skip
    print_unstated(sources.dicts(), console)
    print_sources_in_need(sources.dicts(), night, console)
    for said in unmapped_in_short(connection, night):
        console.print(f"  {said}", markup=False, soft_wrap=True)
    _print_bridge(connection, parameters, console)
    print_table(console, query(connection, "entries", parameters), "Composition of the entries (presence)")
    print_table(console, query(connection, "differences", parameters), "Differences in dossiers that both sides hold")
    print_table(console, query(connection, "causes", parameters), "Causes of what differs",
                ("pair", "cause", "label", "blames", "findings", "dossiers"))  # fmt: skip
    ministries = query(connection, "ministries", {**parameters, "by_month": False})
    print_table(console, ministries, "Ministries' systems: how many of their dossiers the province and the portal hold",
                ("source_id", "ministry_listed", "matched_by_code", "matched_by_time", "counted_in_group", "undetermined",
                 "ministry_only", "on_portal", "portal_undetermined"))  # fmt: skip
    checks = query(connection, "checks", parameters)
    passed = sum(check["outcome"] == "passed" for check in checks.dicts())
    console.print(f"[bold]Checks[/bold]: {passed} of {len(checks.rows)} passed")
    for check in checks.dicts():
        if check["outcome"] != "passed":
            console.print(
                f"  {check['outcome']} ({check['severity']}): {check['check_id']}, {_found(check)}", markup=False
            )
    return _verdict(state, sources.dicts(), checks.dicts(), night, console)


def unmapped_in_short(connection: psycopg.Connection, night: dt.date) -> list[str]:
    """One line for each source and kind of value that its code maps do not know; counts alone, for logs too."""
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for one in query(connection, "unmapped", {"night": night}).dicts():
        values, rows = counted.get((one["source_id"], one["kind"]), (0, 0))
        counted[one["source_id"], one["kind"]] = values + 1, rows + one["rows"]
    return [
        f"{source_id}: {values} values of {kind} that no code map knows, in {rows} rows; `doisoat check` shows them"
        for (source_id, kind), (values, rows) in counted.items()
    ]


def _found(check: dict[str, object]) -> str:
    if check["outcome"] == "broken":
        return f"it could not run ({check['error']}) and says nothing about the data; fix the check"
    found = f"{check['unexpected']} of {check['total']}"
    if check["outcome"] == "accepted":
        who = f"{check['accepted_by']} ({check['accepted_in']}, {check['accepted_at']})"
        found += f"; accepted by {who}: {check['reason']}"
    return found


def _print_missed(connection: psycopg.Connection, night: dt.date, console: Console) -> None:
    """Print the missed nights between this one and the night before it: their changes show up in this one."""
    missed = connection.execute(
        """select night from ops.night m where state = 'missed' and night <= %(night)s
        and not exists (select from ops.night n where n.night > m.night and n.night < %(night)s and n.state <> 'missed')
        order by night""",
        {"night": night},
    ).fetchall()
    if missed:
        nights = ", ".join(str(day) for (day,) in missed)
        console.print(
            f"[bold]{nights}: missed[/bold], nothing was collected; their changes show up in the next night\n"
        )


def print_unstated(sources: list[dict[str, Any]], console: Console) -> None:
    """Print which fields a source does not state at all, such as a column that its file lacks."""
    for source in sources:
        if source["unstated"]:
            what = f"{source['source_id']} does not state {source['unstated']}: unknown there, so no difference"
            console.print(what, markup=False, soft_wrap=True)


def print_sources_in_need(sources: list[dict[str, Any]], night: dt.date, console: Console) -> None:
    """Print, for every source that needs attention, what was read last, why nothing newer is used, and what to do."""
    for source in sources:
        if source["state"] in WELL:
            continue
        name, since = source["source_id"], source["snapshot_night"]
        what = source["reason_detail"] or source["incomplete_reason"] or source["reason"] or "never asked"
        stands = f"night {since} in use, age in nights: {source['age_nights']}" if since else "never read"
        if source["state"] == "incomplete":
            stands = "what it does not show proves nothing"
        console.print(f"  {name} ({source['state']}; {stands}): {what}", markup=False, soft_wrap=True)
        console.print(f"    do: {_todo(source, night)}", markup=False, soft_wrap=True)
    console.print()


def _todo(source: dict[str, Any], night: dt.date) -> str:
    if source["state"] == "held":
        return (
            f"ask its owner what happened; if it is right: doisoat accept-pull --source {source['source_id']} --night {night} "
            '"why", and run the night again; else do nothing: the pull is not loaded'
        )
    if source["reason"] == "could not be loaded":
        return (
            "report it with this line; a later release may load it. To ask the source again in its place: "
            f'doisoat take-back --source {source["source_id"]} --night {night} "why", and run the night again'
        )
    if source["state"] == "incomplete":
        return "nothing tonight: the next night completes it, or see `doisoat sources --format json`"
    return str(source["todo"] or "see the log of its task `collect`; `doisoat check` calls it once")


def _print_bridge(connection: psycopg.Connection, parameters: dict[str, object], console: Console) -> None:
    bridge = query(
        connection, "bridge", {**parameters, "first_month": None, "last_month": None, "with_ministries": False}
    )
    print_table(console, bridge, "Bridge: national - provincial = entries + national unlisted - provincial unlisted",
                ("grain", "national_declared", "provincial_declared", "difference", "entries", "national_unlisted",
                 "provincial_unlisted", "national_listed", "provincial_listed", "adds_up"))  # fmt: skip


def _verdict(
    state: tuple[str, int | None, int],
    sources: list[dict[str, Any]],
    checks: list[dict[str, object]],
    night: dt.date,
    console: Console,
) -> int:
    accepted = sum(check["outcome"] == "accepted" for check in checks)
    in_need: dict[str, list[str]] = {}
    for source in sources:
        if source["state"] not in WELL:
            in_need.setdefault(source["state"] or "absent", []).append(source["source_id"])
    command = f"doisoat gaps --night {night} --format csv"
    console.print(f"\nWhere to look next: `{command}` (one row per gap), `doisoat bridge --night {night} --by month`, "
                  "`doisoat checks`, `doisoat sources`")  # fmt: skip
    if state[0] != "published" or state[1] is None:
        stands = (
            "the last good night stays" if state[1] is None else f"its revision {state[1]} stays published meanwhile"
        )
        console.print(f"[bold]Not published[/bold]: the night is {state[0]}; {stands}")
        return FAILED
    told = "; ".join(f"{name}: {', '.join(ids)}" for name, ids in sorted(in_need.items()))
    console.print(
        f"[bold]Published[/bold] (revision {state[1]})"
        + (f", although checks failed: {accepted} accepted" if accepted else "")
        + (f", {told}" if told else "")
    )
    return STALE if in_need else PUBLISHED
