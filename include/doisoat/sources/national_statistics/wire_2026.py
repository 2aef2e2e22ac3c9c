"""What is read of an answer of the 2026 API, in both of its shapes (CONTRACTS section 2): all that is not listed is skipped.

Every field but the unit's id may be missing: which of them an answer must state depends on the report.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from doisoat.errors import SourceChangedError, SourceRejectedError
from doisoat.months import Period
from doisoat.sources.declared import Number
from doisoat.sources.http.session import Answer, HttpSession

Stated = Number | msgspec.UnsetType
ABSENT = msgspec.UNSET
SYNC = "DOSSIER_SYNC"
REMEDY = "check options.root_department_id, and compare with docs/contracts.md section 2"


class Metric(msgspec.Struct):
    """A metric; a number may be null (0 of 0), which is not 0."""

    code: str = ""
    numerator: Stated = ABSENT
    denominator: Stated = ABSENT
    ratio: Number = None
    score: Number = None
    maxScore: Number = None
    dataQualityStatus: str | None = None
    dataQualityMessage: str | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        return (self.dataQualityStatus,) if self.dataQualityStatus not in (None, "", "OK") else ()


class Numbers(msgspec.Struct):
    """What the nodes of the trees count, under the portal's own names; which of them there are depends on tree and level."""

    totalReceived: Stated = ABSENT
    totalOnTime: Stated = ABSENT
    totalOverdue: Stated = ABSENT
    totalCompleted: Stated = ABSENT
    avgProcessingDays: Stated = ABSENT
    authorityCount: Stated = ABSENT
    partialCount: Stated = ABSENT
    fullCount: Stated = ABSENT
    onlineDossierCount: Stated = ABSENT
    onlineServiceTotal: Stated = ABSENT
    channelOnlineSum: Stated = ABSENT
    channelDirectSum: Stated = ABSENT
    channelPostalSum: Stated = ABSENT
    channelTotalSum: Stated = ABSENT
    onlineOnTimeSum: Stated = ABSENT
    onlineOverdueSum: Stated = ABSENT
    totalDossierOnlinePaymentSuccess: Stated = ABSENT
    totalDossierFinancialObligation: Stated = ABSENT
    totalDossierOnlineFormalityPaymentSuccess: Stated = ABSENT
    totalFeeDossierFormalityDistinct: Stated = ABSENT
    totalFeeDossierFormality: Stated = ABSENT
    totalFeeFormality: Stated = ABSENT


class Unit(Numbers, kw_only=True):
    """The province or one of its units. The province's score is `totalScore`; a tree calls its units' either so or `score`."""

    departmentId: str
    departmentCode: str | None = None
    departmentName: str | None = None
    metrics: list[Metric] | None = None
    totalScore: Stated = ABSENT
    totalMaxScore: Stated = ABSENT
    score: Stated = ABSENT
    maxScore: Stated = ABSENT
    ratio: Number = None
    scoreDelta: Number = None

    @property
    def sync(self) -> Metric | None:
        """Its sync metric, None if it has none or one without both counts."""
        found = next((metric for metric in self.metrics or () if metric.code == SYNC), None)
        return None if found is None or ABSENT in (found.numerator, found.denominator) else found

    def stated(self, measure: str) -> Stated:
        """What it states under the name of a control total: one of its numbers, or a metric's numerator or denominator."""
        if measure in Numbers.__struct_fields__:
            return getattr(self, measure)
        code, _, part = measure.rpartition("_")
        found = next((metric for metric in self.metrics or () if metric.code == code), None)
        return ABSENT if found is None else found.numerator if part == "NUMERATOR" else found.denominator


class Pagination(msgspec.Struct):
    total: int | None = None


class Indicators(msgspec.Struct):
    """Shape A."""

    overview: Unit
    evaluation: list[Unit] | None
    pagination: Pagination | None = None


class Tree(msgspec.Struct):
    """Shape B."""

    parent: Unit
    children: list[Unit] | None
    pagination: Pagination | None = None


class Head(msgspec.Struct):
    code: str
    data: msgspec.Raw = msgspec.Raw(b"null")


_HEAD = msgspec.json.Decoder(Head)


def data_of(http: HttpSession, answer: Answer) -> Answer:
    """The answer's `data` alone.

    Raises:
        SourceRejectedError: its code is not OK.
    """
    said = http.decode(answer, _HEAD)
    if said.code != "OK":
        shown = said.code if said.code.replace("_", "").isalnum() and len(said.code) <= 40 else "another code"
        raise SourceRejectedError(
            http.source_id,
            asked=answer.asked,
            came=f"code {shown} instead of OK",
            todo="the period may not have ended for the portal, or root_department_id is wrong",
        )
    return replace(answer, body=bytes(said.data))


@dataclass(frozen=True, slots=True)
class Report:
    """A report about one period: the first answer, the province, and the units of all pages.

    Attributes:
        source_id: the source, for errors.
        name: of the report.
    """

    source_id: str
    name: str
    period: Period
    answer: Answer
    province: Unit
    units: list[Unit]

    def changed(self, came: str) -> SourceChangedError:
        """The error to raise where it does not state what it should."""
        return SourceChangedError(self.source_id, asked=self.answer.asked, came=came, todo=REMEDY)
