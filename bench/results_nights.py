"""Of bench/RESULTS.md what whole nights took: by step, beside the floor, with the statements that took the longest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median, quantiles

from bench.nights import Whole
from bench.readers import PAUSE, READERS, Wait, Waits

#: How many times the floor a night may take.
OF_THE_FLOOR = {"first": 4.0, "changed": 1.0, "quiet": 0.6}
GROWTH, PEAK_MB, FLAT = 5.5, 500, 1.1
READY_SECONDS, READY_MB = 60, 2048
#: (dossiers, seconds): within which every command and view answers; the start of the command itself.
ANSWERED, STARTED = ((20_000, 1.0), (1_000_000, 2.0)), 0.5
#: Seconds within which the page answers: at the median of a view, and at its 95th percentile.
PAGE_MEDIAN, PAGE_95TH = 0.3, 1.0
_SHOWN = 160  # characters of a statement
_ASKED = 15  # answers


def targets(wholes: Sequence[Whole]) -> Iterator[tuple[str, str, bool]]:
    """Each target with what was measured and whether it is met, judged at the largest world."""
    if not wholes:
        return
    smaller, largest = sorted(wholes, key=lambda whole: whole.dossiers)[-2:] if wholes[1:] else (None, wholes[0])
    of = f"of {largest.dossiers:,} dossiers"
    for night in largest.nights:
        if night.name in OF_THE_FLOOR:
            ratio, most = night.seconds / largest.floor_seconds, OF_THE_FLOOR[night.name]
            yield (
                f"whole night ({night.name}) {of}: at most {most:g} times the floor",
                f"{ratio:.2f} times",
                ratio <= most,
            )
    peak = max(night.peak_mb for night in largest.nights)
    yield f"peak memory of any task {of} below {PEAK_MB} MB", f"{peak:.0f} MB", peak < PEAK_MB
    if smaller:
        before = f"from {smaller.dossiers:,} to {largest.dossiers:,} dossiers"
        times = largest.nights[0].seconds / smaller.nights[0].seconds
        yield f"first night {before}: at most {GROWTH:g} times", f"{times:.2f} times", times <= GROWTH
        flat = peak / max(night.peak_mb for night in smaller.nights)
        yield f"peak memory {before}: at most {FLAT:g} times", f"{flat:.2f} times", flat <= FLAT
    yield (
        f"the sandbox serves {largest.dossiers:,} dossiers within {READY_SECONDS} s",
        f"{largest.ready_seconds:.0f} s",
        largest.ready_seconds <= READY_SECONDS,
    )
    yield f"and takes less than {READY_MB} MB", f"{largest.sandbox_mb:.0f} MB", largest.sandbox_mb < READY_MB

    for whole in wholes:
        yield from _read(whole)


def _read(whole: Whole) -> Iterator[tuple[str, str, bool]]:
    if not whole.reading:
        return
    most = next(seconds for dossiers, seconds in ANSWERED if whole.dossiers <= dossiers or dossiers == ANSWERED[-1][0])
    slow = sum(seconds > most for _, seconds in whole.reading)
    (name, longest), start = whole.reading[0], dict(whole.reading)["doisoat --help"]
    yield (
        f"every command and view of {whole.dossiers:,} dossiers answers within {most:g} s",
        f"{longest:.2f} s ({name}); {slow} of {len(whole.reading)} take longer",
        not slow,
    )
    yield f"the command itself starts within {STARTED:g} s", f"{start:.2f} s", start <= STARTED
    yield from _paged(whole)


def _paged(whole: Whole) -> Iterator[tuple[str, str, bool]]:
    if not whole.page:
        return
    kept = {view: _seconds(waits, kept_alone=True) or _seconds(waits) for view, waits in whole.page.items()}
    middles = {view: median(_seconds(waits)) for view, waits in whole.page.items()}
    longest = {view: _95th(taken) for view, taken in kept.items()}
    last = "the 95th percentile, not counting what is made for the first who asks"
    for name, found, most in (("the median", middles, PAGE_MEDIAN), (last, longest, PAGE_95TH)):
        slowest = max(found, key=lambda view: found[view])
        yield (
            f"every view of the page over {whole.dossiers:,} dossiers within {most:g} s at {name}",
            f"{found[slowest]:.2f} s ({slowest})",
            found[slowest] <= most,
        )


def _seconds(waits: Sequence[Wait], *, kept_alone: bool = False) -> list[float]:
    return [wait.seconds for wait in waits if wait.was_kept or not kept_alone]


def _95th(taken: Sequence[float]) -> float:
    return quantiles(taken, n=20, method="inclusive")[-1] if len(taken) > 1 else taken[0]


def lines(wholes: Sequence[Whole]) -> list[str]:
    """The sections, one for each world."""
    return [line for whole in wholes for line in _section(whole)]


def _section(whole: Whole) -> list[str]:
    floor = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in whole.floor.items())
    shares = ", ".join(f"{night.name} {night.changed / max(night.held, 1):.1%}" for night in whole.nights)
    return [
        f"## Whole nights of {whole.dossiers:,} dossiers",
        "",
        f"All sources; the sandbox was up after {whole.ready_seconds:.0f} s and took {whole.sandbox_mb:.0f} MB. The floor is "
        f"{whole.floor_seconds:.1f} s: {floor}. Records that are new or changed, of all held: {shares}.",
        "",
        "| seconds | " + " | ".join(night.name for night in whole.nights) + " |",
        "|---|" + "---|" * len(whole.nights),
        *(
            f"| {steps[0].name} | " + " | ".join(f"{step.seconds:.1f}" for step in steps) + " |"
            for steps in zip(*(night.steps for night in whole.nights), strict=True)
        ),
        "| **all** | " + " | ".join(f"**{night.seconds:.1f}**" for night in whole.nights) + " |",
        "| to the floor | " + " | ".join(f"{night.seconds / whole.floor_seconds:.2f}" for night in whole.nights) + " |",
        "| peak memory of a task, MB | " + " | ".join(f"{night.peak_mb:.0f}" for night in whole.nights) + " |",
        "| temporary files, MB | "
        + " | ".join(f"{sum(step.temporary_mb for step in night.steps):.0f}" for night in whole.nights)
        + " |",
        "| warehouse on disk, MB | " + " | ".join(f"{night.database_mb:.0f}" for night in whole.nights) + " |",
        "",
        *(line for night in whole.nights if night.name in OF_THE_FLOOR for line in _dearest(night.name, night.dearest)),
        *_reading(whole.reading),
        *_page(whole.page, whole.nights_behind),
    ]


def _dearest(name: str, statements: Sequence[tuple[int, float, str]]) -> list[str]:
    return [
        f"The dearest statements of the night ({name}):",
        "",
        "| seconds | calls | statement |",
        "|---|---|---|",
        *(
            f"| {seconds:.2f} | {calls:,} | `{text[:_SHOWN].replace('|', '¦').replace('`', '')}` |"
            for calls, seconds, text in statements
        ),
        "",
    ]


def _reading(asked: Sequence[tuple[str, float]]) -> list[str]:
    return [
        f"What readers wait for, the longest {_ASKED} of {len(asked)} commands (each a process of its own) and views (read whole "
        "for the latest night):",
        "",
        "| seconds | asked |",
        "|---|---|",
        *(f"| {seconds:.2f} | `{name}` |" for name, seconds in asked[:_ASKED]),
        "",
    ]


def _page(waited: Waits, nights: int) -> list[str]:
    if not waited:
        return []
    return [
        f"What {READERS} readers of the page wait for, each {PAUSE:g} s after the answer before on average, while a night is "
        f"run after {nights} that are published (seconds):",
        "",
        "| view | answers | made anew | median | 95th percentile | of what was kept | longest |",
        "|---|---|---|---|---|---|---|",
        *(_of_view(view, waits) for view, waits in sorted(waited.items(), key=lambda one: -median(_seconds(one[1])))),
        "",
    ]


def _of_view(view: str, waits: Sequence[Wait]) -> str:
    taken, kept = _seconds(waits), _seconds(waits, kept_alone=True)
    shown = [median(taken), _95th(taken), _95th(kept) if kept else None, max(taken)]
    cells = ["–" if one is None else f"{one:.2f}" for one in shown]
    return f"| {view} | {len(taken):,} | {len(taken) - len(kept):,} | {' | '.join(cells)} |"
