"""The score board (Bảng điểm 766): the six groups as the portal publishes them, beside what they follow from and ours."""

from __future__ import annotations

import datetime as dt
from typing import Any

from doisoat.months import Period as Months

from page.asking import Ask
from page.errors import NotThereError
from page.reader import Row
from page.tables import Column, Table
from page.views.periods import Period, published_period
from page.views.shown import Shown
from page.views.sorting import Sorting, sorting_of
from page.views.units import tone_of

#: The six groups of decision 766, in its order; their columns are named in small letters.
GROUPS = ("CKMB", "TDGQ", "MDSH", "CLGQ", "TTTT", "MDHL")
COLUMNS = tuple(group.lower() for group in GROUPS)
#: What the units are sorted by -> the column of sql/board_units.sql.
SORTED = {"name": "name", "total": "total", **{column: column for column in COLUMNS}}
#: The portal's own counts of what was received, which disagree: columns of mart.portal_received, as it names them itself.
RECEIVED = {"total_received": "totalReceived", "channel_total": "channelTotalSum", "sync_numerator": "DOSSIER_SYNC (numerator)",
            "sync_denominator": "DOSSIER_SYNC (denominator)", "hs_total": "HS_TOTAL", "db_total": "DB_TOTAL"}  # fmt: skip


def board(ask: Ask) -> Shown:
    """The board of the province or of one unit, and the points of every unit."""
    period = published_period(ask, "board_periods")
    agency = ask.text("agency")
    way = ask.remembered("unit_way", {"agency": agency, "month": ask.night.replace(day=1)}) if agency else []
    if agency and not way:
        raise NotThereError
    sorting = sorting_of(ask, SORTED, ("total", *COLUMNS), "-total")
    context = {"period": period, "way": way, "agency": agency, "sorting": sorting, "flagged": [], "source": None}
    if period is None or period.start is None:
        return Shown("board.html", context)
    asked = {"night": ask.night, "period_kind": period.kind, "period_start": period.start, "agency": agency}
    rows = ask.remembered("board", asked)
    source = rows[0]["source_id"] if rows else None
    rows = [row for row in rows if row["source_id"] == source]
    context["source"] = rows[0]["source_name"] if rows else None
    context["flagged"] = [
        {"name": metric_name(ask, row), "said": flags_of(ask, row)} for row in rows if row["flags"] or row["message"]
    ]
    tables = {"board": _board_table(ask, rows), "units": _units_table(ask, asked, source, period, sorting)}
    end = Months(period.kind, period.start).last_day + dt.timedelta(days=1)
    received = ask.mart.row("board_received", {**asked, "period_end": end})
    if received:
        tables["received"] = _received_table(ask, received)
    return Shown("board.html", context, tables)


def metric_name(ask: Ask, row: Row) -> str:
    """A metric or a group in words; one that we do not know by the portal's own code."""
    return (
        ask.words.known("metrics", row["metric"])
        if row["metric"]
        else ask.words.known("score_groups", row["group_code"])
    )


def flags_of(ask: Ask, row: Row) -> str:
    """The portal's own flags in words, and its message as published."""
    said = [ask.words.known("flags", flag) for flag in row["flags"] or ()]
    return "; ".join([*said, *([f"“{row['message']}”"] if row.get("message") else [])])


def _board_table(ask: Ask, rows: list[Row]) -> Table:
    words = ask.words
    for row in rows:
        row["name"] = metric_name(ask, row)
        row["counted"] = _counted(ask, row)
        row["published"] = None if row["ratio"] is None else words.share(float(row["ratio"]) / 100, 2)
        row["how"] = words.known("formulas", row["formula"]) if row["formula"] else words("board.no_formula")
        least, most = row["our_ratio_least"], row["our_ratio_most"]
        row["ours"] = None if least is None else words.bounds(least, most, 2)
        row["our_name"] = words.known("indicators", row["our_indicator"]) if row["our_indicator"] else None
        row["said"] = flags_of(ask, row) or ""
        row["besides"] = "; ".join([row["metric"] or row["group_code"], *_stated(ask, row)])
    none, not_ours = words("board.null"), words("board.not_ours")
    columns = (
        Column("name", words("columns.metric"), sub="besides"),
        Column("score", words("columns.published_points"), "decimal", missing=none),
        Column("max_score", words("columns.most_points"), "decimal", missing=none),
        Column("counted", words("columns.counted"), "words", missing=none),
        Column("published", words("columns.ratio"), "words", missing=none),
        Column("recomputed", words("columns.recomputed"), "decimal", sub="how", missing=words("board.not_recomputed")),
        Column("difference", words("columns.score_difference"), "signed_decimal", missing="–",
               tone=lambda row: "warn" if row["difference"] and abs(row["difference"]) > 0.01 else None),
        Column("ours", words("columns.ours"), "words", sub="our_name", missing=not_ours),
        Column("said", words("columns.flags"), tone=lambda row: "warn" if row["flags"] else None),
    )  # fmt: skip
    return Table("board", words("board.title"), columns, rows, words("board.none"),
                 row_tone=lambda row: None if row["metric"] else "group")  # fmt: skip


def _counted(ask: Ask, row: Row) -> str | None:
    """Numerator over denominator as published; None where neither is."""
    if row["numerator"] is None and row["denominator"] is None:
        return None
    return " / ".join(
        ask.words("board.null") if row[name] is None else ask.words.number(int(row[name]))
        for name in ("numerator", "denominator")
    )


def _stated(ask: Ask, row: Row) -> list[str]:
    """What a group states besides, under the portal's own names."""
    numbers = row["numbers"] or {}
    return [f"{name} {_number(ask, value)}" for name, value in numbers.items()]


def _number(ask: Ask, value: Any) -> str:
    if not isinstance(value, (int, float)):
        return ask.words.plain(value)
    return ask.words.number(value, 0 if float(value).is_integer() else 2)


def _units_table(ask: Ask, asked: Row, source: str | None, period: Period, sorting: Sorting) -> Table:
    words = ask.words
    rows = ask.remembered("board_units", {**asked, "source": source}, sorting_value=sorting.order)

    def tone(column: str) -> Any:
        def of(row: Row) -> str | None:
            most = row[f"{column}_most"]
            return tone_of(row[column] / most) if row[column] is not None and most else None

        return of

    none = words("board.null")
    columns = (
        Column("name", words("columns.unit"), sort="name",
               href=lambda row: ask.here(agency=row["agency_id"], period=period.value)),
        *(Column(column, words(f"group_names.{group}"), "decimal", sort=column, tone=tone(column), missing=none)
          for group, column in zip(GROUPS, COLUMNS, strict=True)),
        Column("total", words("columns.all_points"), "decimal", sort="total", tone=tone("total"), missing=none),
    )  # fmt: skip
    return Table("units", words("board.units"), columns, rows, words("board.no_units"))


def _received_table(ask: Ask, row: Row) -> Table:
    words = ask.words
    rows = [
        {"name": words(f"received.{column}"), "code": code, "value": row[column], "more": _less(row[column], row["received"])}
        for column, code in RECEIVED.items()
        if row[column] is not None
    ]  # fmt: skip
    rows += [
        {
            "name": words(f"received.{column}"),
            "code": None,
            "value": row[column],
            "more": _less(row[column], row["received"]),
        }
        for column in ("received", "on_portal")
    ]
    columns = (
        Column("name", words("columns.count"), sub="code"),
        Column("value", words("columns.number"), "number"),
        Column("more", words("columns.beyond_ours"), "signed"),
    )
    return Table("received", words("board.received"), columns, rows, words("board.none"), stacks=False)


def _less(value: Any, ours: Any) -> int | None:
    return None if value is None or ours is None else int(value) - int(ours)
