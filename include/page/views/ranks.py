"""Ranks (Xếp hạng): where the province stands among all by what the portal publishes, and what those above do better."""

from __future__ import annotations

from typing import Any

from doisoat.charts import Stroke, stroke

from page.asking import Ask
from page.reader import Row
from page.tables import Column, Table
from page.views.board import COLUMNS, GROUPS, flags_of
from page.views.periods import published_period
from page.views.shown import Shown
from page.views.sorting import Sorting, sorting_of

#: What the provinces are sorted by -> the column of sql/ranks.sql.
SORTED = {"place": "p.place", "name": "p.name", "gained": "p.place_before - p.place", "total": "p.total", "to_next": "p.to_next",
          **{column: f"p.{column}" for column in COLUMNS}}  # fmt: skip
DOWNWARD = ("gained", "total", *COLUMNS)


def ranks(ask: Ask) -> Shown:
    """All provinces in a period, and ours in each group."""
    period = published_period(ask, "ranks_periods")
    sorting = sorting_of(ask, SORTED, DOWNWARD, "place")
    context: dict[str, Any] = {
        "period": period,
        "sorting": sorting,
        "said": None,
        "week": None,
        "code": ask.province_code,
    }
    if period is None:
        return Shown("ranks.html", context)
    asked = {"period_kind": period.kind, "period_start": period.start, "code": ask.province_code}
    own = ask.mart.rows("ranks_own", asked)
    rows = ask.mart.rows("ranks", asked, sorting_value=sorting.order)
    context["said"] = _sentences(ask, own)
    context["week"] = rows[0]["week"] if rows else None
    return Shown(
        "ranks.html", context, {"own": _own_table(ask, own), "provinces": _provinces_table(ask, rows, sorting)}
    )


def _sentences(ask: Ask, own: list[Row]) -> list[str]:
    """Where we stand, how far the next place is, and which group makes the difference to those above."""
    words = ask.words
    total = next((row for row in own if row["group_code"] == "total"), None)
    if total is None or total["place"] is None:
        return [words("ranks.no_place")]
    said = [words("ranks.stands", province=ask.province, place=total["place"], provinces=total["provinces"],
                  points=words.number(total["score"], 2))]  # fmt: skip
    if total["to_next_place"] is not None:
        said.append(words("ranks.to_next", points=words.number(total["to_next_place"], 2)))
    most = _furthest_behind(own)
    if most:
        said.append(words("ranks.makes_the_difference", group=words.known("score_groups", most["group_code"]),
                          points=words.number(most["above_by"], 2)))  # fmt: skip
    return said


def _furthest_behind(own: list[Row]) -> Row | None:
    """The group that makes the difference to those above; None if they are ahead in none."""
    behind = [row for row in own if row["group_code"] != "total" and (row["above_by"] or 0) > 0]
    return max(behind, key=lambda row: row["above_by"], default=None)


def _own_table(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    for row in rows:
        row["name"] = (
            words("columns.all_points")
            if row["group_code"] == "total"
            else words.known("score_groups", row["group_code"])
        )
        row["of"] = _place(ask, row)
        row["moved"] = words("ranks.moved", before=row["place_before"]) if row["place_before"] is not None else None
        row["said"] = flags_of(ask, row)
    none = words("board.null")
    most = _furthest_behind(rows)

    def behind(row: Row) -> str | None:
        return "warn" if row is most else None

    columns = (
        Column("name", words("columns.score_group"), sub="said"),
        Column("of", words("columns.place"), "words", missing=none),
        Column("gained", words("columns.gained"), "signed", sub="moved", missing=words("ranks.not_before")),
        Column("score", words("columns.published_points"), "decimal", missing=none),
        Column("max_score", words("columns.most_points"), "decimal", missing=none),
        Column("points_gained", words("columns.points_gained"), "signed_decimal", missing=words("ranks.not_before")),
        Column("to_next_place", words("columns.to_next"), "decimal", missing=words("ranks.best")),
        Column("best_score", words("columns.best"), "decimal", missing=none),
        Column("above_by", words("columns.above_by"), "signed_decimal", tone=behind, missing=words("ranks.none_above")),
    )
    return Table("own", words("ranks.own"), columns, rows, words("ranks.none"),
                 row_tone=lambda row: "group" if row["group_code"] == "total" else None)  # fmt: skip


def _place(ask: Ask, row: Row) -> str | None:
    return None if row["place"] is None else f"{ask.words.number(row['place'])} / {ask.words.number(row['provinces'])}"


def _provinces_table(ask: Ask, rows: list[Row], sorting: Sorting) -> Table:
    words = ask.words
    courses = _courses(ask, len(rows))
    for row in rows:
        row["is_ours"] = row["province_code"] == ask.province_code
        row["ours"] = words("ranks.ours") if row["is_ours"] else None
        row["course"] = courses.get(row["province_code"])
        row["group"] = _ahead(ask, row)
    none = words("board.null")
    columns = (
        Column("place", words("columns.place"), "number", sort="place", missing=words("ranks.without")),
        Column("name", words("columns.province"), sort="name", sub="ours"),
        Column("gained", words("columns.gained"), "signed", sort="gained", missing=words("ranks.not_before")),
        Column("course", words("columns.course"), "stroke", missing=words("ranks.no_course")),
        Column("total", words("columns.all_points"), "decimal", sort="total", missing=none),
        Column("beyond_ours", words("columns.beyond_ours"), "signed_decimal", missing=none),
        Column("to_next", words("columns.to_next"), "decimal", sort="to_next", missing=words("page.dash")),
        *(Column(column, words(f"group_names.{group}"), "decimal", sort=column, missing=none)
          for group, column in zip(GROUPS, COLUMNS, strict=True)),
        Column("group", words("columns.ahead_in")),
    )  # fmt: skip
    return Table("provinces", words("ranks.provinces"), columns, rows, words("ranks.none"),
                 row_tone=lambda row: "ours" if row["is_ours"] else None)  # fmt: skip


def _ahead(ask: Ask, row: Row) -> str:
    """In which group a province is furthest ahead of ours, and by how much; nothing if in none."""
    if not row["ahead_in"]:
        return ""
    group = ask.words.known("group_names", row["ahead_in"])
    return f"{group} +{ask.words.number(row['ahead_by'], 2)}"


def _courses(ask: Ask, provinces: int) -> dict[str, Stroke | None]:
    """Each province's places over the months, the first place on top; of provinces that were compared in two months or more."""
    rows = ask.mart.rows("ranks_course", {})
    months = sorted({row["month"] for row in rows})
    if len(months) < 2:
        return {}
    of: dict[str, dict[Any, int]] = {}
    for row in rows:
        if row["place"] is not None:
            of.setdefault(row["province_code"], {})[row["month"]] = row["place"]
    found = {}
    for code, places in of.items():
        values = [(float(places[month]), float(places[month])) if month in places else None for month in months]
        said = "; ".join(f"{ask.words.month(month)}: {places[month]}" for month in months if month in places)
        found[code] = stroke(values, said, provinces, 1)
    return found
