"""The scores that reports of the 2026 API publish, metric by metric, exactly as published: null stays null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from doisoat.model import PublishedScore
from doisoat.sources.declared import stated
from doisoat.sources.national_statistics.wire_2026 import ABSENT, Metric, Numbers, Report, Stated, Unit


def scores(report: Report, codes: Mapping[str, str | None]) -> Iterator[PublishedScore]:
    """The group's score of the province and of each unit, then each of its metrics.

    Args:
        codes: the code of each unit, by its `departmentId`: the indicators state none.

    Raises:
        SourceChangedError: the province has no score, or a number is none that anybody can have counted to.
    """
    if _either(report.province.totalScore, report.province.score) is ABSENT:
        raise report.changed("a province without totalScore")
    try:
        for unit in (report.province, *report.units):
            code = unit.departmentCode or codes.get(unit.departmentId)
            yield _score(report, unit, code, _of_group(unit))
            for metric in unit.metrics or ():
                if metric.code:
                    yield _score(report, unit, code, _of_metric(metric))
    except ValueError as error:
        raise report.changed(str(error)) from None


def _score(report: Report, unit: Unit, code: str | None, said: Mapping[str, Any]) -> PublishedScore:
    return PublishedScore(
        score_group=report.name,
        period_kind=report.period.kind,
        period_start=report.period.start,
        measured_at=report.answer.time,
        agency_ref=unit.departmentId,
        agency_code=code,
        agency_name=unit.departmentName,
        **said,
    )


def _of_group(unit: Unit) -> dict[str, Any]:
    numbers = {name: getattr(unit, name) for name in Numbers.__struct_fields__}
    return {
        "metric": "",
        "ratio": stated(unit.ratio),
        "score": stated(_either(unit.totalScore, unit.score)),
        "max_score": stated(_either(unit.totalMaxScore, unit.maxScore)),
        "score_delta": stated(unit.scoreDelta),
        "numbers": {name: stated(value) for name, value in numbers.items() if value is not ABSENT},
    }


def _of_metric(metric: Metric) -> dict[str, Any]:
    return {
        "metric": metric.code,
        "numerator": stated(metric.numerator),
        "denominator": stated(metric.denominator),
        "ratio": stated(metric.ratio),
        "score": stated(metric.score),
        "max_score": stated(metric.maxScore),
        "flags": metric.flags,
        "message": metric.dataQualityMessage or None,
    }


def _either(whole: Stated, unit: Stated) -> Stated:
    """The score as the province or, in the trees, a unit calls it."""
    return unit if whole is ABSENT else whole
