"""The counts that reports of the 2026 API declare for a month, each under the portal's own name.

The portal counts what was received three times, in three reports, with three results that nothing explains (CONTRACTS section
2): `totalReceived`, `channelTotalSum` and `DOSSIER_SYNC_NUMERATOR`. All are kept, none is taken for another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from doisoat.model import ControlTotal
from doisoat.sources.declared import includes_children, per_10000, whole
from doisoat.sources.national_statistics.wire_2026 import ABSENT, SYNC, Metric, Report, Unit

_TREE_MEASURES = ("totalReceived", "totalOnTime", "totalOverdue", "totalCompleted")
_CHANNEL_MEASURES = (
    "channelOnlineSum",
    "channelDirectSum",
    "channelPostalSum",
    "channelTotalSum",
    "onlineDossierCount",
)


def tree_totals(tree: Report) -> Iterator[ControlTotal]:
    """What the progress report counts: the province states no totalOverdue, its units no totalCompleted.

    Raises:
        SourceChangedError: the province or all units lack what was asked for.
    """
    if ABSENT in (tree.province.totalReceived, tree.province.totalOnTime):
        raise tree.changed("a province without totalReceived or totalOnTime")
    if all(unit.totalReceived is ABSENT for unit in tree.units):
        raise tree.changed(f"{len(tree.units)} units of which none has totalReceived")
    for unit in (tree.province, *tree.units):
        for measure in _TREE_MEASURES:
            if getattr(unit, measure) is ABSENT:
                continue
            parts = [getattr(child, measure) for child in tree.units] if unit is tree.province else []
            value = _count(tree, measure, getattr(unit, measure))
            total = _total(tree, measure, value, unit)
            yield msgspec.structs.replace(total, includes_children=_includes(tree, measure, value, parts))


def sync_totals(report: Report, codes: Mapping[str, str | None]) -> Iterator[ControlTotal]:
    """Numerator and denominator of every unit's sync metric, then its ratio and score.

    Args:
        codes: the code of each unit, by its `departmentId`.

    Raises:
        SourceChangedError: the province or all units lack what was asked for.
    """
    if report.province.sync is None:
        raise report.changed(f"a province without both counts of {SYNC}")
    stated = [(unit, unit.sync) for unit in report.units if unit.sync]
    if not stated:
        raise report.changed(f"{len(report.units)} units of which none has both counts of {SYNC}")
    everybody: list[tuple[Unit, Metric]] = [(report.province, report.province.sync), *stated]
    for part in ("numerator", "denominator"):
        measure, parts = f"{SYNC}_{part.upper()}", [getattr(metric, part) for _, metric in stated]
        for unit, metric in everybody:
            value = _count(report, measure, getattr(metric, part))
            includes = _includes(report, measure, value, parts) if unit is report.province else None
            total = _total(report, measure, value, unit, metric.flags, codes)
            yield msgspec.structs.replace(total, includes_children=includes)
    for unit, metric in everybody:
        for part in ("ratio", "score"):
            value = per_10000(getattr(metric, part))
            yield _total(report, f"{SYNC}_{part.upper()}_PER_10000", value, unit, metric.flags, codes)


def channel_totals(tree: Report) -> Iterator[ControlTotal]:
    """What the online report counts by channel: of the province only, its units state scores alone.

    Raises:
        SourceChangedError: the province lacks channelTotalSum.
    """
    if tree.province.channelTotalSum is ABSENT:
        raise tree.changed("a province without channelTotalSum")
    for measure in _CHANNEL_MEASURES:
        if (value := getattr(tree.province, measure)) is not ABSENT:
            yield _total(tree, measure, _count(tree, measure, value), tree.province)


def _total(
    report: Report,
    measure: str,
    value: int | None,
    unit: Unit,
    flags: tuple[str, ...] = (),
    codes: Mapping[str, str | None] | None = None,
) -> ControlTotal:
    return ControlTotal(
        measure=measure,
        value=value,
        measured_at=report.answer.time,
        receipt_month=report.period.start,
        period_kind="month",
        agency_ref=unit.departmentId,
        agency_code=unit.departmentCode if codes is None else codes.get(unit.departmentId),
        agency_name=unit.departmentName,
        flags=flags,
    )


def _includes(report: Report, measure: str, value: int | None, parts: Sequence[object]) -> bool | None:
    """Whether the province's number includes its units'; unknown if one of them states none."""
    if ABSENT in parts:
        return None
    return includes_children(value, [_count(report, measure, part) for part in parts])


def _count(report: Report, measure: str, value: object) -> int | None:
    try:
        return whole(value)
    except ValueError as error:
        raise report.changed(f"{measure} that is {error}") from None
