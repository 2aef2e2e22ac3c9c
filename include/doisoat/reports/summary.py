"""One night in 25 lines of 80 columns, the verdict first, and the exit code that says how it ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg

from doisoat.province.site import Site
from doisoat.reports.night_page import (
    WELL,
    failed_checks,
    missed_before,
    print_page,
    print_sources_in_need,
    unmapped_in_short,
)
from doisoat.reports.printing import Console, as_text, escaped, shortened
from doisoat.reports.query import query

PUBLISHED, FAILED, STALE = 0, 1, 2
#: How many are named before the rest is counted.
MOST_CAUSES, MOST_SOURCES, MOST_CHECKS = 6, 2, 2
WIDTH = 80


def summary(site: Site, connection: psycopg.Connection, night: dt.date, console: Console, *, full: bool = False) -> int:
    """Print the night; returns 0 published, 1 failed, blocked or not there, 2 published but a source needs attention.

    Args:
        full: every table of the night too, after the verdict.
    """
    state = connection.execute(
        """select n.state, p.revision, case when n.state = 'published' then coalesce(p.archive_id, 0) else 0 end
        from ops.night n
        left join ops.publication p on p.night = n.night and p.withdrawn_at is null where n.night = %s""",
        [night],
    ).fetchone()
    if state is None:
        console.print(f"night {night}: never opened; see `doisoat nights`")
        return FAILED
    asked = {
        "night": night,
        "archive_id": state[2],
        "timezone": site.settings.province.timezone,
        "grains": ["whole", "undated"],
    }
    sources, checks = query(connection, "sources", asked).dicts(), query(connection, "checks", asked).dicts()
    in_need = [source for source in sources if source["state"] not in WELL]
    code, said = _verdict(state, in_need, checks)
    console.print(f"[bold]{escaped(site.settings.province.name)}, night {night}: {said}[/bold]", soft_wrap=True)
    if full:
        print_page(connection, asked, console)
        return code
    most = MOST_CAUSES // 2 if in_need else MOST_CAUSES  # what needs somebody tonight takes their place
    for line in (*missed_before(connection, night), *_bridge(connection, asked), *_causes(connection, asked, most)):
        console.print(line, markup=False, soft_wrap=True)
    _print_sources(connection, sources, night, console)
    _print_checks(checks, console)
    console.print(
        f"\nNext: `doisoat bridge --night {night} --by cause`\n      `doisoat gaps --night {night} --format csv`\n"
        f"      `doisoat summary --night {night} --full`",
        markup=False,
        soft_wrap=True,
    )
    return code


def _verdict(
    state: tuple[str, int | None, int], in_need: list[dict[str, Any]], checks: list[dict[str, Any]]
) -> tuple[int, str]:
    """The exit code, and how the night ended."""
    if state[0] != "published" or state[1] is None:
        stands = (
            "the last good night stays" if state[1] is None else f"its revision {state[1]} stays published meanwhile"
        )
        return FAILED, f"Not published: the night is {state[0]}; {stands}"
    by_state: dict[str, list[str]] = {}
    for source in in_need:
        by_state.setdefault(source["state"] or "absent", []).append(source["source_id"])
    accepted = sum(check["outcome"] == "accepted" for check in checks)
    told = "; ".join(f"{name}: {', '.join(ids)}" for name, ids in sorted(by_state.items()))
    said = f"Published (revision {state[1]})"
    said += f", although checks failed: {accepted} accepted" if accepted else ""
    return (STALE if in_need else PUBLISHED), said + (f", {told}" if told else "")


def _bridge(connection: psycopg.Connection, asked: dict[str, Any]) -> list[str]:
    """The bridge of the whole province, in words."""
    rows = query(connection, "bridge", {**asked, "first_month": None, "last_month": None, "with_ministries": False})
    whole = next((row for row in rows.dicts() if row["grain"] == "whole"), None)
    if whole is None:
        return ["", "No bridge: neither side declares a count, or the night was not reconciled"]
    number = {name: as_text(value) for name, value in whole.items()}
    adds = {True: "it adds up", False: "IT DOES NOT ADD UP", None: "whether it adds up is unknown"}[whole["adds_up"]]
    return [
        "",
        f"National {number['national_declared']} - provincial {number['provincial_declared']} = {number['difference']}",
        f"= {number['entries']} of entries + {number['national_unlisted']} unlisted nationally "
        f"- {number['provincial_unlisted']} provincially: {adds}",
    ]


def _causes(connection: psycopg.Connection, asked: dict[str, Any], most: int) -> list[str]:
    """The causes of most findings, each on a line of its own."""
    rows = [row for row in query(connection, "causes", asked).dicts() if row["blames"] != "nobody" and row["findings"]]
    rows.sort(key=lambda row: -row["findings"])
    if not rows:
        return ["", "Nothing for anybody to act on"]
    shown, rest = rows[:most], rows[most:]
    lines = ["", f"{sum(row['findings'] for row in rows):,} findings for somebody to act on"]
    lines += [shortened(f"{row['findings']:>7,}  {row['label'] or row['cause']}", WIDTH) for row in shown]
    if rest:
        lines.append(f"{sum(row['findings'] for row in rest):>7,}  {len(rest)} other causes: `doisoat causes`")
    return lines


def _print_sources(
    connection: psycopg.Connection, sources: list[dict[str, Any]], night: dt.date, console: Console
) -> None:
    in_need = [source for source in sources if source["state"] not in WELL]
    console.print(f"\nSources: {len(sources) - len(in_need)} of {len(sources)} as they should be", markup=False)
    for source in sources:
        if source["state"] == "outage planned":
            console.print(f"  {source['source_id']}: outage planned, {source['reason']}", markup=False, soft_wrap=True)
    shown = in_need if len(in_need) <= MOST_SOURCES else in_need[:1]  # the verdict names them all
    print_sources_in_need(shown, night, console)
    if len(in_need) > len(shown):
        console.print(f"  and {len(in_need) - len(shown)} more: `doisoat sources --night {night}`", markup=False)
    if unmapped := unmapped_in_short(connection, night):
        more = f"; and {len(unmapped) - 1} more kinds of values" if len(unmapped) > 1 else ""
        console.print(f"  {unmapped[0]}{more}", markup=False, soft_wrap=True)


def _print_checks(checks: list[dict[str, Any]], console: Console) -> None:
    said = failed_checks(checks)
    passed = sum(check["outcome"] == "passed" for check in checks)
    console.print(f"Checks: {passed} of {len(checks)} passed", markup=False)
    for line in said[:MOST_CHECKS]:
        console.print(f"  {line}", markup=False, soft_wrap=True)
    if len(said) > MOST_CHECKS:
        console.print(f"  and {len(said) - MOST_CHECKS} more: `doisoat checks`", markup=False)
