"""`make bench [ARGS=...]`: measure beside yardsticks, print, and leave bench/RESULTS.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import changes, collect_and_load, nights, reconcile
from bench.results import render

KEPT = reconcile.ROOT / ".doisoat" / "bench"  # simulated provinces, made once a size
SIZES = [200_000, 1_000_000]
WHOLE = [20_000, *SIZES]
HELD = [*SIZES, 3_000_000]


def main() -> None:
    """Every measurement, at each size."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--collect", type=int, nargs="*", default=SIZES, metavar="N", help="dossiers to collect and load"
    )
    parser.add_argument(
        "--reconcile", type=int, nargs="*", default=SIZES, metavar="N", help="dossiers a side to reconcile"
    )
    parser.add_argument(
        "--changes", type=int, nargs="*", default=HELD, metavar="N", help="dossiers a side of which 10,000 change"
    )
    parser.add_argument(
        "--nights",
        type=int,
        nargs="*",
        default=WHOLE,
        metavar="N",
        help="dossiers of worlds whose whole nights are run",
    )
    parser.add_argument(
        "--more",
        type=int,
        default=0,
        metavar="N",
        help="quiet nights that lie behind when it is read (0); they are copied",
    )
    parser.add_argument("--turns", type=int, default=3, help="how often everything is measured (3)")
    asked = parser.parse_args()
    reconciled = {}
    for rows in asked.reconcile:
        print(f"reconciling {rows:,} dossiers a side", file=sys.stderr)
        reconciled[rows] = reconcile.take_turns(rows, asked.turns)
    changed = {}
    for rows in asked.changes:
        print(f"a night of {changes.CHANGED:,} changes over {rows:,} dossiers a side", file=sys.stderr)
        changed[rows] = changes.take_turns(rows, asked.turns)
    collected = {}
    for dossiers in asked.collect:
        print(f"collecting and loading {dossiers:,} dossiers", file=sys.stderr)
        collected[dossiers] = [collect_and_load.take_turn(dossiers, KEPT) for _ in range(asked.turns)]
    wholes = []
    for dossiers in asked.nights:
        print(f"whole nights of {dossiers:,} dossiers", file=sys.stderr)
        wholes.append(nights.take_nights(dossiers, lambda said: print(said, file=sys.stderr), more=asked.more))
    page = render(collected, reconciled, changed, wholes)
    print(page)
    if asked.collect and asked.reconcile and asked.changes and asked.nights:
        Path(__file__).with_name("RESULTS.md").write_text(page, encoding="utf-8")
    else:
        print("bench/RESULTS.md is left as it was: only a part was measured", file=sys.stderr)


if __name__ == "__main__":
    main()
