"""All provinces (Các tỉnh): what their last nights come to together, where each stands, and what many of them share."""

from __future__ import annotations

from doisoat.indicators.definitions import load_indicators
from doisoat.open_table.commits import Commit
from doisoat.province.provinces import portal_provinces

from page.asking import Ask
from page.nation import Nation
from page.reader import Row
from page.tables import Column, Table
from page.views.shown import Shown


def national(ask: Ask) -> Shown:
    """The open table of all provinces, each by its last night."""
    assert ask.open_table is not None  # noqa: S101 - the view is closed without it
    nation = ask.open_table.nation()
    league = nation.rows["league_of_rates"]
    indicators = [one for one in load_indicators() if any(row["indicator"] == one.id for row in league)]
    chosen = ask.one_of("indicator", [one.id for one in indicators], indicators[0].id if indicators else "")
    context = {
        "said": _sentences(ask, nation) if nation.commits else None,
        "indicators": [{"id": one.id, "name": ask.words.known("indicators", one.id)} for one in indicators],
        "indicator": chosen,
    }
    named = {commit.province: commit.province_name for commit in nation.commits}
    rates = [row for row in league if row["indicator"] == chosen]
    tables = (
        _provinces(ask, nation),
        _causes(ask, nation.rows["bridge_by_cause"]),
        _rates(ask, rates, named),
        _shared(ask, nation.rows["common_causes"]),
        _procedures(ask, nation.rows["procedures_that_fail_everywhere"]),
    )
    return Shown("national.html", context, {table.name: table for table in tables})


def _sentences(ask: Ask, nation: Nation) -> list[str]:
    """By how much the portal shows more than all provinces together, of how many that is known, and who is not up to date."""
    words, (whole,) = ask.words, nation.rows["bridge_of_all_provinces"]
    known = whole["provinces"] - whole["provinces_without_declared"]
    said = [_difference(ask, int(whole["difference_declared"]), known) if known else words("national.unknown")]
    if whole["provinces_without_declared"]:
        said.append(words("national.without", provinces=whole["provinces_without_declared"]))
    newest = max(commit.night for commit in nation.commits)
    late = [commit for commit in nation.commits if commit.night < newest]
    said.append(words("national.shown", provinces=len(nation.commits), of=len(portal_provinces()), night=newest))
    if late:
        told = "; ".join(f"{commit.province_name} ({words.day(commit.night)})" for commit in late)
        said.append(words("national.late", provinces=told))
    return said


def _difference(ask: Ask, difference: int, provinces: int) -> str:
    key = "more" if difference > 0 else "less" if difference < 0 else "equal"
    return ask.words(f"national.{key}", difference=abs(difference), provinces=provinces)


def _provinces(ask: Ask, nation: Nation) -> Table:
    words = ask.words
    newest = max((commit.night for commit in nation.commits), default=None)
    of: dict[str, Commit] = {commit.province: commit for commit in nation.commits}
    rows = []
    for row in nation.rows["bridge_by_province"]:
        commit = of[row["province"]]
        behind = (newest - commit.night).days if newest else 0
        late = words("national.behind", nights=behind) if behind else None
        rows.append({**row, "name": commit.province_name, "night": words.day(commit.night), "late": late})
    columns = (
        Column("name", words("columns.province"), sub="province"),
        Column("night", words("page.night"), sub="late", tone=lambda row: "warn" if row["late"] else None),
        Column("national_declared", words("columns.on_portal"), "number"),
        Column("provincial_declared", words("columns.provincial_declared"), "number"),
        Column("difference_declared", words("columns.difference"), "signed", bar=True),
        Column("difference_dossiers", words("columns.difference_dossiers"), "signed"),
        Column("entries", words("columns.entries_of"), "number"),
    )
    return Table("provinces", words("national.provinces"), columns, rows, words("national.none"))


def _causes(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    rows = [{**row, "name": _cause(ask, row)} for row in rows]
    columns = (
        Column("name", words("columns.cause")),
        Column("provinces", words("columns.provinces"), "number"),
        Column("difference", words("columns.net"), "signed", bar=True),
        Column("national_more", words("columns.national_more"), "number"),
        Column("provincial_more", words("columns.provincial_more"), "number"),
    )
    return Table("causes", words("national.causes"), columns, rows, words("national.no_difference"))


def _rates(ask: Ask, rows: list[Row], named: dict[str, str]) -> Table:
    words = ask.words
    rows = [
        {
            **row,
            "name": named[row["province"]],
            "value": None if row["ratio_least"] is None else words.bounds(row["ratio_least"], row["ratio_most"]),
            "of": f"{words.plain(row['numerator_least'])} / {words.plain(row['denominator_most'])}",
            "said": words("national.incomplete") if row["is_incomplete"] else None,
            "place": row["place"] if row["ratio_least"] is not None else None,
        }
        for row in rows
    ]
    columns = (
        Column("place", words("columns.place"), "number", missing=words("national.no_place")),
        Column("name", words("columns.province"), sub="province"),
        Column("value", words("columns.ratio"), "words", sub="said"),
        Column("of", words("columns.counted"), "words"),
    )
    return Table("rates", words("national.rates"), columns, rows, words("national.no_rates"))


def _shared(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    rows = [{**row, "name": _cause(ask, row), "who": words.known("blames", row["blames"])} for row in rows]
    columns = (
        Column("name", words("columns.cause")),
        Column("who", words("columns.blames")),
        Column("provinces", words("columns.provinces"), "number"),
        Column("gaps", words("columns.gaps"), "number", bar=True),
        Column("oldest_days_since_receipt", words("columns.oldest_days"), "number"),
    )
    return Table("shared", words("national.shared"), columns, rows, words("national.no_shared"))


def _procedures(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    rows = [{**row, "title": row["name"] or row["procedure_family"]} for row in rows]
    columns = (
        Column("title", words("columns.procedure"), sub="procedure_family"),
        Column("provinces", words("columns.provinces"), "number"),
        Column("dossiers", words("columns.dossiers"), "number", bar=True),
        Column("on_portal", words("columns.on_portal"), "number"),
    )
    return Table("procedures", words("national.procedures"), columns, rows, words("national.no_procedures"))


def _cause(ask: Ask, row: Row) -> str:
    """A cause by the province's own label; an entry that has none by what it is."""
    return str(row["label"] or ask.words.known("entry_kinds", row["cause"]))
