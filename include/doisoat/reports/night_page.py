"""Every table of a night on one page: `doisoat summary --full`; and what of it the short one says too."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg

from doisoat.reports.printing import Console, print_table
from doisoat.reports.query import query

#: States of a source that need no attention (reports/sources.sql); any other makes the night's exit code 2.
WELL = ("fresh", "standing", "outage planned")


def print_page(connection: psycopg.Connection, parameters: dict[str, Any], console: Console) -> None:
    """Print sources, bridge, entries, differences, causes, ministries and checks of a night.

    Args:
        parameters: night, archive_id, timezone and grains, as the reports take them.
    """
    night = parameters["night"]
    for line in missed_before(connection, night):
        console.print(line)
    sources = query(connection, "sources", parameters)
    print_table(console, sources, "Sources", ("source_id", "side", "state", "age_nights", "reason", "declared", "held",
                                              "age_hours", "received", "quarantined"), blank=("reason",))  # fmt: skip
    print_unstated(sources.dicts(), console)
    print_sources_in_need([source for source in sources.dicts() if source["state"] not in WELL], night, console)
    console.print()
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
    checks = query(connection, "checks", parameters).dicts()
    console.print(
        f"[bold]Checks[/bold]: {sum(check['outcome'] == 'passed' for check in checks)} of {len(checks)} passed"
    )
    for line in failed_checks(checks):
        console.print(f"  {line}", markup=False)


def failed_checks(checks: list[dict[str, Any]]) -> list[str]:
    """A line for each check that did not pass."""
    return [
        f"{check['outcome']} ({check['severity']}): {check['check_id']}, {_found(check)}"
        for check in checks
        if check["outcome"] != "passed"
    ]


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


def _found(check: dict[str, Any]) -> str:
    if check["outcome"] == "broken":
        return f"it could not run ({check['error']}) and says nothing about the data; fix the check"
    found = f"{check['unexpected']} of {check['total']}"
    if check["outcome"] == "accepted":
        who = f"{check['accepted_by']} ({check['accepted_in']}, {check['accepted_at']})"
        found += f"; accepted by {who}: {check['reason']}"
    return found


def missed_before(connection: psycopg.Connection, night: dt.date) -> list[str]:
    """The missed nights between this one and the night before it, in a line: their changes show up in this one."""
    missed = connection.execute(
        """select night from ops.night m where state = 'missed' and night <= %(night)s
        and not exists (select from ops.night n where n.night > m.night and n.night < %(night)s and n.state <> 'missed')
        order by night""",
        {"night": night},
    ).fetchall()
    nights = ", ".join(str(day) for (day,) in missed)
    return [f"{nights}: missed, nothing was collected; their changes show up in the next night"] if missed else []


def print_unstated(sources: list[dict[str, Any]], console: Console) -> None:
    """Print which fields a source does not state at all, such as a column that its file lacks."""
    for source in sources:
        if source["unstated"]:
            what = f"{source['source_id']} does not state {source['unstated']}: unknown there, so no difference"
            console.print(what, markup=False, soft_wrap=True)


def print_sources_in_need(sources: list[dict[str, Any]], night: dt.date, console: Console) -> None:
    """Print, for each of these sources, what was read last, why nothing newer is used, and what to do."""
    for source in sources:
        name, since = source["source_id"], source["snapshot_night"]
        what = source["reason_detail"] or source["incomplete_reason"] or source["reason"] or "never asked"
        stands = f"night {since} in use, age in nights: {source['age_nights']}" if since else "never read"
        if source["state"] == "incomplete":
            stands = "what it does not show proves nothing"
        console.print(f"  {name} ({source['state']}; {stands}): {what}", markup=False, soft_wrap=True)
        console.print(f"    do: {_todo(source, night)}", markup=False, soft_wrap=True)


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
