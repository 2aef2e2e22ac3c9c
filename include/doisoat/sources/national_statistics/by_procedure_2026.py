"""Counts of single procedures of the 2026 API: reports filtered by `formalityId`, and whether the filter was honoured.

An answer does not name the procedure that it is of, and in the captures the filter moves some counts and not others (CONTRACTS
section 2). So no filtered count is believed before it is proven, measure by measure, by answers of the same pull:

* refuted: what several procedures have in a unit is together more than the unfiltered report of the same month says of it, before
  and after, or their units do not add up to their province where those of the unfiltered one do;
* proven: not refuted, and two procedures with dossiers have different counts;
* else it stays open, as with one procedure alone or where all are nothing.

A count by procedure is asked for of what was received (`RECEIVED`); the other groups are asked about two procedures, to know
whether their filters are honoured.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from doisoat.errors import SourceRejectedError
from doisoat.model import AskedProcedure, ProcedureCount, UnitCount
from doisoat.months import Period
from doisoat.sources.declared import whole
from doisoat.sources.national_statistics.reporting_2026 import (
    DIGITISED,
    ONLINE,
    PAYMENT,
    PROGRESS,
    TRANSPARENCY,
    Reporting2026,
)
from doisoat.sources.national_statistics.wire_2026 import ABSENT, Report

#: The measure that is asked of every wanted procedure.
RECEIVED = "totalReceived"
#: Report -> what is read of it by procedure.
MEASURES = {
    PROGRESS: (RECEIVED,),
    ONLINE: ("channelTotalSum", "channelOnlineSum"),
    PAYMENT: ("totalDossierFinancialObligation", "totalDossierOnlinePaymentSuccess", "totalFeeFormality"),
    TRANSPARENCY: ("DOSSIER_SYNC_NUMERATOR", "DOSSIER_SYNC_DENOMINATOR"),
    DIGITISED: ("SO_HOA_GIAY_TO_GIAI_QUYET_NUMERATOR", "SO_HOA_GIAY_TO_GIAI_QUYET_DENOMINATOR"),
}
KNOWN, NOT_HONOURED, UNPROVEN, REFUSED = "known", "not_honoured", "unproven", "refused"
_REFUSED_ALTOGETHER = (401, 403)
#: After so many refusals without one answer, the filter itself is refused.
_IN_A_ROW = 3
Counts = Mapping[str, int | None]


class Proof:
    """Whether answers about single procedures are of them, by their counts and those of all procedures together; see the module.

    Args:
        province: the key of the province in all counts.
        of_all: unit -> the unfiltered count.
    """

    def __init__(self, province: str, of_all: Counts) -> None:
        self._province, self._most = province, dict(of_all)
        self._adds_up = _sum_of_units(province, of_all) == of_all.get(province)
        self._sums: Counter[str] = Counter()
        self._different: set[frozenset[tuple[str, int | None]]] = set()
        self._is_open = self._is_uneven = False

    def take(self, counts: Counts) -> None:
        """Hold the answer about one more procedure against all."""
        self._sums.update({unit: value or 0 for unit, value in counts.items()})
        of_units, of_province = _sum_of_units(self._province, counts), counts.get(self._province)
        if not self._adds_up:  # then a unit that is not named may have none, or be unknown
            self._is_open |= len(counts) < len(self._most)
        elif len(counts) > 1:
            self._is_uneven |= of_units != of_province
        else:
            self._is_open |= bool(of_province)
        if counts.get(self._province):
            self._different.add(frozenset((unit, value) for unit, value in counts.items() if value))

    def allow(self, of_all: Counts) -> None:
        """Take the unfiltered counts as asked for once more: what arrived in between may be in an answer."""
        for unit, value in of_all.items():
            before = self._most.get(unit, 0)
            self._most[unit] = None if value is None or before is None else max(value, before)

    @property
    def is_refuted(self) -> bool:
        """Whether the filter was ignored, as far as the answers show."""
        more = (self._sums[unit] > most for unit in self._sums if (most := self._most.get(unit, 0)) is not None)
        return self._is_uneven or any(more)

    @property
    def verdict(self) -> bool | None:
        """Whether the filter was honoured, None if the answers do not decide it."""
        return False if self.is_refuted else True if len(self._different) > 1 and not self._is_open else None


class ProcedureAnswers:
    """The answers of one pull.

    Attributes:
        asked, refused: how many answers came, and how many procedures were refused.
    """

    def __init__(self, api: Reporting2026) -> None:
        self._api = api
        self._proofs: dict[tuple[str, Period], Proof] = {}
        self._found: list[ProcedureCount] = []
        self.asked = self.refused = 0

    def take(self, report: str, asked: AskedProcedure) -> bool:
        """Ask for a report of one procedure; returns whether it is any use to ask for more of them.

        Raises:
            SourceError: the source refuses or fails altogether, or a count is none.
        """
        period = Period("month", asked.month)
        try:
            said = self._api.of_procedure(report, period, asked.ref)
        except SourceRejectedError as error:
            if error.status in _REFUSED_ALTOGETHER:
                raise
            self.refused += 1
            self._keep_refusal(report, asked)
            return self.asked > 0 or self.refused < _IN_A_ROW
        of_all = self._api.report(report, period)
        for measure in MEASURES[report]:
            self._take_measure(measure, said, of_all, asked)
        self.asked += 1
        return not all(self._proofs[measure, period].is_refuted for measure in MEASURES[report])

    def ask_again(self) -> None:
        """Ask for the unfiltered reports once more where the answers are together more: dossiers may have arrived meanwhile.

        Raises:
            SourceError: as of take().
        """
        for report, measures in MEASURES.items():
            for period in {period for measure, period in self._proofs if measure in measures}:
                proofs = [(measure, self._proofs[measure, period]) for measure in measures]
                if any(proof.is_refuted for _, proof in proofs):
                    again = self._api.report_again(report, period)
                    for measure, proof in proofs:
                        proof.allow(_counts(again, measure, again.province.departmentId))

    def judged(self) -> Iterator[ProcedureCount]:
        """What was answered: a count where the filter was honoured, else only that it was asked."""
        pooled: dict[str, set[bool | None]] = defaultdict(set)
        for (measure, _), proof in self._proofs.items():
            pooled[measure].add(proof.verdict)
        for found in self._found:
            if found.state == REFUSED:
                yield found
                continue
            verdict = self._proofs[found.measure, Period("month", found.receipt_month)].verdict
            if verdict is None and pooled[found.measure] == {True, None}:
                verdict = True  # one procedure of this month alone: in the other months it is proven
            if verdict:
                yield found
            else:
                state = UNPROVEN if verdict is None else NOT_HONOURED
                yield msgspec.structs.replace(found, state=state, value=None, units=())

    def _take_measure(self, measure: str, said: Report, of_all: Report, asked: AskedProcedure) -> None:
        province, period = of_all.province.departmentId, of_all.period
        if (measure, period) not in self._proofs:
            self._proofs[measure, period] = Proof(province, _counts(of_all, measure, province))
        counts = _counts(said, measure, province)
        self._proofs[measure, period].take(counts)
        codes = self._api.codes(period)
        units = [
            UnitCount(
                value=counts[unit.departmentId],
                agency_ref=unit.departmentId,
                agency_code=unit.departmentCode or codes.get(unit.departmentId),
                agency_name=unit.departmentName,
            )
            for unit in said.units
            if counts.get(unit.departmentId, 0) != 0
        ]
        self._found.append(
            ProcedureCount(
                measure=measure,
                receipt_month=asked.month,
                procedure_ref=asked.ref,
                procedure_code=asked.code,
                state=KNOWN,
                measured_at=said.answer.time,
                value=counts.get(province),
                units=tuple(units),
            )
        )

    def _keep_refusal(self, report: str, asked: AskedProcedure) -> None:
        now = self._api.report(report, Period("month", asked.month)).answer.time
        self._found += [
            ProcedureCount(measure=measure, receipt_month=asked.month, procedure_ref=asked.ref, procedure_code=asked.code,
                           state=REFUSED, measured_at=now)
            for measure in MEASURES[report]
        ]  # fmt: skip


def reports_of(asked: Sequence[AskedProcedure]) -> Iterator[tuple[str, AskedProcedure]]:
    """What is asked for, in this order: the received of each procedure; beside the first two of one month every other report."""
    first = next(iter(asked), None)
    probed = [one for one in asked if first and one.month == first.month][:2]
    for one in probed:
        yield PROGRESS, one
    for report in MEASURES:
        yield from ((report, one) for one in probed if report != PROGRESS and len(probed) == 2)
    yield from ((PROGRESS, one) for one in asked if one not in probed)


def _counts(report: Report, measure: str, province: str) -> Counts:
    """What a report states of the province and its units; a unit that states nothing is left out."""
    said = {province: report.province.stated(measure)}
    said |= {unit.departmentId: unit.stated(measure) for unit in report.units}
    try:
        return {unit: whole(value) for unit, value in said.items() if value is not ABSENT}
    except ValueError as error:
        raise report.changed(f"{measure} that is {error}") from None


def _sum_of_units(province: str, counts: Counts) -> int:
    return sum(value or 0 for unit, value in counts.items() if unit != province)
