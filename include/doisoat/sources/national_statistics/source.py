"""The national portal's published statistics: the counts it declares for a province, by unit and month.

Domain: counts and scores of the national side, and its public catalogue of procedures; no dossier can be listed here. The
    counts say how large the national side is and how much of it counts as synced, so that declared and listed counts can be kept
    apart in the ledger; the scores are the six groups of decision 766, metric by metric, for the province and each unit, as
    published.
Contract: CONTRACTS section 2. Which API is used is a dated option (`apis`), chosen by the night: `reporting_2026`
    (`POST /api/v1/reporting/evaluation/...`, six reports, HTTP 201, code "OK") or `rest_jsp` (`POST /jsp/rest.jsp` with the
    form field `params`, to 2025; no scores are read there).
Caveats: the measures keep the source's own names, because their meaning is not settled (`DOSSIER_SYNC_NUMERATOR`,
    `totalReceived`, `channelTotalSum`, ...; `HS_TOTAL`, `DB_TOTAL`, ...): the portal has three counts of "received", which
    disagree. The denominator may be provisional: the metric's data-quality flag says so and is kept. Null (0 of 0) is
    unknown, not 0. Counts are requested of months that have ended, scores also of their quarters and years and of the running
    ones; the newest month may still be refused, or be empty, while the portal computes it, and is then left out. Whether a
    parent's number includes its children is checked against their sum and recorded, None if the numbers are inconclusive.
    An answer that states no number of the province is a changed contract; of a report that only scores are read from, it
    costs that report alone (`left_out`), and what was last published of it stays. Pages start at 1 in every capture; 0 is
    tolerated (section 8). In the old API bare names are rates and names with `_TOTAL` counts; a point is decimal.
    Counts of single procedures (`counts_by_procedure`) are kept only where the filter is proven to be honoured
    (by_procedure_2026.py). The public catalogue of procedures (formalities.py) is read without login, and says of no item when it
    was changed.
Limits: one call at a time: 403 and 429 end the pull at once (section 2). A report is asked for once a period: with three months
    back about 45 requests a night, and at most `procedure_requests_per_night` for counts of single procedures; 403 or 429 among
    these ends them alone. The catalogue takes 575 requests when it is read whole, and about 75 when nothing came or went.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol, TypeVar

from pydantic import Field

from doisoat.errors import ConfigurationError, SourceChangedError, SourceError, SourceRejectedError
from doisoat.model import AskedProcedure, Capability, CatalogueEntry, ControlTotal, ProcedureCount, PublishedScore, Side
from doisoat.months import Period, ended, periods
from doisoat.sources.contract import CataloguePage, KnownCatalogue, Source, SourceOptions
from doisoat.sources.http.session import HttpSession
from doisoat.sources.national_statistics.by_procedure_2026 import RECEIVED, ProcedureAnswers, reports_of
from doisoat.sources.national_statistics.formalities import FormalityCatalogue
from doisoat.sources.national_statistics.reporting_2026 import ONLINE, REPORTS, Reporting2026
from doisoat.sources.national_statistics.rest_jsp import RestJsp

_T = TypeVar("_T")
#: Refusals that concern everything asked for, not one report or period.
_REFUSED_ALTOGETHER = (401, 403)
#: The options by which each API is told the province.
_ASKED_BY = {"reporting_2026": ("root_department_id",), "rest_jsp": ("old_province_id", "old_service")}


class DatedApi(SourceOptions):
    """An API and the nights on which it answers; valid_to is exclusive."""

    kind: Literal["reporting_2026", "rest_jsp"]
    valid_from: dt.date = dt.date(1900, 1, 1)
    valid_to: dt.date = dt.date(2200, 1, 1)


class StatisticsOptions(SourceOptions):
    """Which API is used when, how far back, and how each identifies the province.

    Attributes:
        months_back: how many ended months are requested each night.
        root_department_id: the province in the 2026 API (`rootDepartmentId`).
        old_province_id: the province in the old API (`p_tinh_id`): a number of the portal's own, not a code [V].
        old_unit_code_keys, old_unit_name_keys: the keys under which a row of the old API may name its unit (MA_COQUAN and TEN
            [V], the others [A]); case and underscores do not matter.
    """

    apis: tuple[DatedApi, ...] = Field(min_length=1)
    months_back: int = Field(default=3, ge=1, le=36)
    root_department_id: str = ""
    old_province_id: str = ""
    old_service: str = "report_by_month_sum_service"
    old_unit_code_keys: tuple[str, ...] = ("MACOQUAN", "MADONVI")
    old_unit_name_keys: tuple[str, ...] = ("TEN", "TENDONVI", "TENCOQUAN")


class Api(Protocol):
    """One way of requesting a month."""

    def month(self, month: dt.date) -> Iterator[ControlTotal]:
        """The counts declared for a month that has ended.

        Raises:
            SourceRejectedError: the period is refused.
        """


class NationalStatistics(Source):
    """The connector; see the module."""

    source_kind = "national_statistics"
    side = Side.NATIONAL
    capabilities = frozenset({Capability.COUNTS, Capability.CATALOGUE})
    decoder_version = "3"
    has_scores = True
    counted_by_procedure = RECEIVED
    Options = StatisticsOptions
    options: StatisticsOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with_token = bool({"token_url", "token_path"} & set(self.connection.extra))
        self._http = HttpSession(self.source_id, self.connection, self.limits, use_token=with_token, patient=False)
        self._of_night: dict[dt.date, Reporting2026] = {}
        self._formalities = FormalityCatalogue(self._http)

    @property
    def requests_made(self) -> int:
        return self._http.requests_made

    def close(self) -> None:
        self._http.close()

    def probe(self) -> str:
        night = self._http.clock().astimezone(self.timezone).date() - dt.timedelta(days=1)
        month = ended(night, 2)[0]  # the one before the newest, which the portal has certainly computed
        found = list(self._api(night).month(month))
        if not found:
            raise self._empty(month)
        largest = max(total.value or 0 for total in found if total.measure == found[0].measure)
        return f"{len(found)} counts for {month:%Y-%m}, the largest is {largest}"

    def clock(self) -> dt.datetime:
        return self._http.clock()

    def control_totals(self, night: dt.date) -> Iterator[ControlTotal]:
        """The counts of each ended month, oldest first; of the newest there may be none yet.

        Raises:
            SourceChangedError: an earlier month has no count at all, or the only one.
        """
        api = self._api(night)
        months = ended(night, self.options.months_back)
        declared = 0
        for month in months:
            before = declared
            try:
                for total in api.month(month):
                    declared += 1
                    yield total
            except SourceRejectedError as error:
                if error.status in _REFUSED_ALTOGETHER or month != months[-1] or not declared:
                    raise
                # the portal has not finished computing the newest month: it declares nothing for it yet
            if declared == before and (month != months[-1] or not declared):
                raise self._empty(month)
            if isinstance(api, Reporting2026) and declared > before:
                early = month == months[-1]
                yield from self._at_hand(api.channels(month), ONLINE, Period("month", month), may_be_early=early)

    def published_scores(self, night: dt.date) -> Iterator[PublishedScore]:
        """The scores of each ended month, and of the quarters and years around them, group by group; none of the old API."""
        api = self._api(night)
        if not isinstance(api, Reporting2026):
            return
        asked = periods(night, self.options.months_back)
        newest = Period("month", ended(night, 1)[0])
        for period in asked:
            for name in REPORTS:
                # of the newest month the portal may still be computing what it refuses: nothing is missing yet
                yield from self._at_hand(api.scores(name, period), name, period, may_be_early=period == newest)

    def counts_by_procedure(self, asked: Sequence[AskedProcedure], night: dt.date) -> Iterator[ProcedureCount]:
        """As far as the limit `procedure_requests_per_night` goes, and no further where the filter turns out to be ignored."""
        api, begun = self._api(night), self._http.requests_made
        if not isinstance(api, Reporting2026):
            return
        answers, useless = ProcedureAnswers(api), set[str]()
        try:
            for report, one in reports_of(asked):
                if self._http.requests_made - begun >= self.limits.procedure_requests_per_night:
                    break
                if report not in useless and not answers.take(report, one):
                    useless.add(report)
            answers.ask_again()
        except SourceError as error:  # what was answered so far is of use; the rest is asked for another night
            self.left_out.append(f"counts by procedure: after {answers.asked} answers came {error.came}")
        yield from answers.judged()

    def keeps_catalogue(self, day: dt.date) -> bool:
        return isinstance(self._api(day), Reporting2026)

    def catalogue(self) -> Iterator[CatalogueEntry]:
        """Every procedure of the public catalogue, which needs no login."""
        return (entry for page in self._formalities.pages(dt.date.min, KnownCatalogue()) for entry in page.entries)

    def catalogue_pages(self, day: dt.date, known: KnownCatalogue) -> Iterator[CataloguePage]:
        """Only the pages that are not known, as far as they are what they were (formalities.py)."""
        return self._formalities.pages(day, known)

    def publishes_provinces(self, night: dt.date) -> bool:
        return isinstance(self._api(night), Reporting2026)

    def province_scores(self, root: str, asked: Sequence[Period], night: dt.date) -> Iterator[PublishedScore]:
        """From one request a group and period; what is left out begins anew with each province.

        Args:
            root: its `rootDepartmentId`.

        Raises:
            ConfigurationError: the API of that night publishes no scores.
        """
        self.left_out.clear()
        if not self.publishes_provinces(night):
            raise ConfigurationError(f"{self.source_id}: the API in use on {night} publishes no province's scores")
        api = Reporting2026(self._http, root)
        for period in asked:
            for name in REPORTS:
                yield from self._at_hand(api.of_province(name, period), name, period)

    def _at_hand(self, found: Iterator[_T], report: str, period: Period, *, may_be_early: bool = False) -> list[_T]:
        """What one report gives; nothing where it is refused for this period or has changed, which `left_out` then says."""
        try:
            return list(found)
        except SourceRejectedError as error:
            if error.status in _REFUSED_ALTOGETHER:
                raise
            if may_be_early:
                return []
            came = error.came
        except SourceChangedError as error:
            if error.may_pass:
                raise
            came = error.came
        if (said := f"{report} of {period}: {came}") not in self.left_out:
            self.left_out.append(said)
        return []

    def _empty(self, month: dt.date) -> SourceChangedError:
        return SourceChangedError(
            self.source_id,
            asked=f"the counts of {month:%Y-%m}, which has ended",
            came="no count of any unit",
            todo="check the province's id in the options (old_province_id, root_department_id), then docs/contracts.md section 2",
        )

    def _api(self, night: dt.date) -> Api:
        """The API of a night; within a pull the same one, which asks for a report once."""
        for api in self.options.apis:
            if api.valid_from <= night < api.valid_to:
                self.asked_by = _ASKED_BY[api.kind]
                if api.kind == "rest_jsp":
                    return RestJsp(self._http, self.options)
                if night not in self._of_night:
                    self._of_night = {night: Reporting2026(self._http, self.options.root_department_id)}
                return self._of_night[night]
        raise ConfigurationError(f"{self.source_id}: options.apis names no API for {night}; add one with its dates")
