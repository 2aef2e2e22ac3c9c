"""The report of a month or a quarter that an official edits and signs: what was compared, what differs, who has to do what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from doisoat.charts import bounds, lines, png, waterfall
from doisoat.months import last_of, later
from doisoat.papers.administrative import Report
from doisoat.papers.facts import WHOLE, Facts, Rows, ask, by_agency
from doisoat.papers.words import day, number, share, texts
from doisoat.rates.cost import Question, Repair, ranked
from doisoat.rates.rates import Part
from doisoat.reports.query import query

#: How many causes, units and repairs are shown by name; the workbook has them all.
MOST = 10


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a quarter.

    Attributes:
        first: its first day.
        months: 1 or 3.
    """

    first: dt.date
    months: int

    @classmethod
    def of(cls, day: dt.date, months: int) -> Period:
        """The month or the quarter in which a day lies."""
        return cls(dt.date(day.year, (day.month - 1) // months * months + 1, 1), months)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return last_of(later(self.first, self.months - 1))

    @property
    def kind(self) -> str:
        """As in recon.rate."""
        return "month" if self.months == 1 else "quarter"

    @property
    def key(self) -> str:
        """For names of files: 2024-03, 2024-q1."""
        return f"{self.first:%Y-%m}" if self.months == 1 else f"{self.first.year}-q{(self.first.month + 2) // 3}"

    def __str__(self) -> str:
        said = texts()["report"][self.kind]
        return str(
            said.format(
                month=self.first.month, quarter=("I", "II", "III", "IV")[self.first.month // 3], year=self.first.year
            )
        )


@dataclass(frozen=True, slots=True)
class _Told:
    """What a report is made of, for the province as a whole."""

    bridge: Rows
    rates: Rows
    causes: Rows
    trend: Rows
    repairs: Rows

    @property
    def listed(self) -> dict[str, Any]:
        """What each side lists."""
        nothing = {"national_listed": 0, "provincial_listed": 0}
        return next((row for row in self.bridge if row["cause"] is None), nothing)

    @property
    def entries(self) -> Rows:
        """The difference by cause."""
        return [row for row in self.bridge if row["cause"] is not None]


def write_report(file: Path, connection: psycopg.Connection, facts: Facts, period: Period) -> None:
    """Write the report of a period as known on a night.

    Args:
        facts: of that night, for what is open on it.
    """
    said = texts()["report"]
    told = _read(connection, facts, period)
    papers, province = facts.settings.papers, facts.settings.province.name
    report = Report(papers, papers.place or province, said["title"], said["subject"].format(
        period=period, province=province.replace(" ", "\xa0")),
                    facts.night.night.year)  # fmt: skip
    report.text(said["opening"].format(office=papers.office, period=period, first=day(period.first), last=day(period.last),
                                       night=day(facts.night.night)))  # fmt: skip
    _counts(report, told, province)
    _rates(report, told)
    _gaps(report, told, facts)
    _units(report, facts)
    _repairs(report, told, facts)
    _requests(report, told)
    report.text(said["closing"], leads=True)  # nobody signs a page on which nothing stands
    report.end(file, facts.night.night)


def _read(connection: psycopg.Connection, facts: Facts, period: Period) -> _Told:
    night = facts.night
    last_month = later(period.first, period.months - 1)
    months = {"first_month": period.first, "last_month": last_month}
    of_period = {"period_kind": period.kind, "period_starts": [period.first], "agency": None}
    rates = by_agency(ask(connection, "unit_rates", {**night.asked, **of_period}))
    part = Part(period=period.kind, first_month=period.first, last_month=last_month)
    question = Question(night.night, night.archive_id, facts.settings.indicators.readings["sync"], part)
    return _Told(
        by_agency(ask(connection, "unit_bridge", {**night.asked, **months})).get(WHOLE, []),
        rates.get(WHOLE, []),
        _most_first(query(connection, "causes", night.asked).dicts()),
        ask(connection, "trend", {"first_night": period.first, "night": period.last}),
        ranked(connection, facts.settings, question, Repair(), "cause").dicts(),
    )


def _most_first(causes: Rows) -> Rows:
    """The causes that somebody has to act on, those with most findings first."""
    todo = [row for row in causes if row["findings"] and row["blames"] != "nobody"]
    return sorted(todo, key=lambda row: -row["findings"])


def _counts(report: Report, told: _Told, province: str) -> None:
    said, listed = texts()["report"], told.listed
    national, provincial = listed["national_listed"], listed["provincial_listed"]
    report.heading(said["counts"])
    way = said["more"] if national > provincial else said["less"] if national < provincial else said["same"]
    report.text(said["counts_text"].format(
        province=province, national=number(national), provincial=number(provincial),
        way=way.format(difference=number(abs(national - provincial)))))  # fmt: skip
    if not told.entries:
        return
    shown, rest = told.entries[:MOST], told.entries[MOST:]
    counted = [(row["cause_label"] or row["cause"], *_more([row])) for row in shown]
    if rest:
        counted.append((said["others"].format(count=len(rest)), *_more(rest)))
    whole = (texts()["list"]["total"], *_more(told.entries))
    rows = [(str(place) if place <= len(counted) else "", label, number(more), number(less), number(more - less, signed=True))
            for place, (label, more, less) in enumerate([*counted, whole], 1)]  # fmt: skip
    report.table(said["bridge_caption"], said["bridge_heads"], rows, (12, 78, 25, 25, 25), total=True)
    steps = [{"label": label, "amount": more - less, "kind": "step"} for label, more, less in counted]
    ends = [{"label": said["provincial"], "amount": provincial, "kind": "total"},
            {"label": said["national"], "amount": national, "kind": "total"}]  # fmt: skip
    drawn = waterfall([ends[0], *steps, ends[1]], said["bridge_chart"], width=280)
    report.picture(said["bridge_chart"], png(_with_whole_names(drawn)))


def _with_whole_names(spec: dict[str, Any]) -> dict[str, Any]:
    """A chart whose names are not cut: a paper has room for them."""
    config = spec["config"]
    return {**spec, "config": {**config, "axis": {**config["axis"], "labelLimit": 600}}}


def _more(rows: Rows) -> tuple[int, int]:
    """How many more the portal has, and the province."""
    return sum(row["national_more"] for row in rows), sum(row["provincial_more"] for row in rows)


def _rates(report: Report, told: _Told) -> None:
    said = texts()["report"]
    report.heading(said["rates"])
    if not told.rates:
        report.text(said["no_rates"])
        return
    rows = [(str(place), f"{row['label']} ({row['code']})" if row["code"] else row["label"],
             share(row["ratio_least"], row["ratio_most"]),
             "" if row["points_full"] is None else _points(row)) for place, row in enumerate(told.rates, 1)]  # fmt: skip
    report.table(said["rates_caption"], said["rates_heads"], rows, (12, 90, 38, 25))
    known = [{"label": row["label"], "least": row["ratio_least"], "most": row["ratio_most"]} for row in told.rates
             if row["ratio_least"] is not None]  # fmt: skip
    if known:
        report.picture(said["rates_chart"], png(bounds(known, said["rates_chart"], width=420, above=True)), 110)


def _points(row: dict[str, Any]) -> str:
    if row["points_least"] is None:
        return str(texts()["unknown"])
    low, high = number(row["points_least"], 2), number(row["points_most"], 2)
    return low if low == high else f"{low}–{high}"


def _gaps(report: Report, told: _Told, facts: Facts) -> None:
    said = texts()["report"]
    report.heading(said["gaps"])
    report.text(said["gaps_text"].format(
        night=day(facts.night.night), gaps=number(sum(unit["gaps"] for unit in facts.units)), units=number(len(facts.units)),
        old=number(sum(unit["older_than_30_nights"] for unit in facts.units))))  # fmt: skip
    if told.trend:
        opened, resolved = (sum(row[name] for row in told.trend) for name in ("opened", "resolved"))
        report.text(said["trend_text"].format(nights=len(told.trend), opened=number(opened), resolved=number(resolved)))
    else:
        report.text(said["no_trend"])
    rows = [(str(place), row["label"], texts()["province"]["pairs"][row["pair"]], number(row["findings"]))
            for place, row in enumerate(told.causes[:MOST], 1)]  # fmt: skip
    report.table(said["causes_caption"].format(most=MOST), said["causes_heads"], rows, (12, 88, 40, 25))
    if len(told.trend) > 1:
        points = [{"at": row["night"].isoformat(), "series": texts()["province"]["open"], "value": row["open"]}
                  for row in told.trend]  # fmt: skip
        report.picture(said["trend_chart"], png(lines(points, said["trend_chart"], width=520)))


def _units(report: Report, facts: Facts) -> None:
    said = texts()["report"]
    report.heading(said["units"])
    counts = ("gaps", "done", "in_progress", "disputed")
    rows = [(str(place), unit["owner_name"] or texts()["unknown_owner"], *(number(unit[name]) for name in counts))
            for place, unit in enumerate(facts.units[:MOST], 1)]  # fmt: skip
    report.table(said["units_caption"].format(most=MOST), said["units_heads"], rows, (12, 65, 22, 22, 22, 22))


def _repairs(report: Report, told: _Told, facts: Facts) -> None:
    said = texts()["report"]
    report.heading(said["repairs"])
    gains = [row for row in told.repairs if (row["points"] or 0) > 0][:MOST]
    if not gains:
        report.text(said["no_gains"])
        return
    labels = {row["cause"]: row["cause_label"] for row in facts.bridges.get(WHOLE, [])} | {
        row["cause"]: row["label"] for row in told.causes
    }
    rows = [(str(place), labels.get(row["label"]) or row["label"], number(row["to_repair"]), number(row["points"], 4))
            for place, row in enumerate(gains, 1)]  # fmt: skip
    report.text(said["repairs_text"])
    report.table(said["repairs_caption"], said["repairs_heads"], rows, (12, 98, 25, 29))


def _requests(report: Report, told: _Told) -> None:
    said = texts()["report"]
    report.heading(said["requests"])
    for place, blamed in enumerate(("province", "portal", "ministry"), 1):
        actions: dict[str, int] = {}
        for row in told.causes:
            if row["blames"] == blamed:
                actions[row["action"]] = actions.get(row["action"], 0) + row["findings"]
        if not actions:
            report.text(f"{place}. {said['to'][blamed]}: {said['nothing']}")
            continue
        report.text(f"{place}. {said['to'][blamed]}:", leads=True)
        for action, count in sorted(actions.items(), key=lambda one: -one[1])[:MOST]:
            report.text(f"- {action.rstrip('.')} ({number(count)} {said['cases']}).")
