"""What a view gives: a template, what stands in it, and the tables that leave as files."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from doisoat.charts import bars, lines, looked_into, script, svg
from markupsafe import Markup

from page.asking import Ask
from page.kept import Kept, key_of
from page.reader import Row
from page.rendering import render
from page.tables import Table

#: Drawings by what they show: a page of a night is made again whenever something is decided or a later night comes on, and
#: what it draws is mostly the same.
_DRAWINGS: Kept[str] = Kept(16 * 1024 * 1024)


@dataclass(slots=True)
class Shown:
    """A view's answer.

    Attributes:
        template: its file.
        context: by name, besides `ask`, `t` and the tables.
        tables: by name, as in the address of their files.
    """

    template: str
    context: dict[str, Any]
    tables: dict[str, Table] = field(default_factory=dict)

    def html(self, ask: Ask) -> bytes:
        """The page."""
        return render(
            self.template, ask.words, ask.province, ask.root, ask=ask, tables=self.tables, **self.context
        )  # fmt: skip


def begin_to_draw() -> None:
    """Start what draws charts, and bundle it for browsers: it takes seconds, which the first reader need not wait."""
    svg(bars([{"label": "", "value": 1}], ""))
    script()


def drawn(spec: dict[str, Any], ask: Ask) -> Markup:
    """A chart as markup: our own specification, drawn by our own renderer, which escapes all texts."""
    language = ask.words.language
    return Markup(_DRAWINGS.get(key_of(spec, language), lambda: svg(spec, language)))  # noqa: S704 - see above


def wide_and_narrow(wide: dict[str, Any], narrow: dict[str, Any], ask: Ask) -> dict[str, Any]:
    """A chart twice: the style sheet shows the one that fits the screen."""
    return {"wide": drawn(wide, ask), "narrow": drawn(narrow, ask)}


def looked_into_course(
    ask: Ask, rows: list[Row], title: str, widths: tuple[int, int], number: str = ",d", height: int = 170
) -> dict[str, Any] | None:
    """A course of `at`, `series`, `value` (and `most`) that a browser with scripts can look into; None if it has one day alone.

    Args:
        widths: of the wide and the narrow drawing.
        number: a d3 format.
    """
    if len({row["at"] for row in rows}) < 2:
        return None
    told = [{**row, "said": _said(ask, row, number)} for row in rows]
    wide, narrow = (lines(told, title, width, height, number) for width in widths)
    language = ask.words.language
    return {
        **wide_and_narrow(wide, narrow, ask),
        "wide_spec": json.dumps(looked_into(wide, language), ensure_ascii=False, default=str),
        "narrow_spec": json.dumps(looked_into(narrow, language), ensure_ascii=False, default=str),
    }


def _said(ask: Ask, row: Row, number: str) -> str:
    """A point in words: whose, when, how much."""
    words = ask.words
    at = dt.date.fromisoformat(str(row["at"]))
    value, most = row["value"], row.get("most", row["value"])
    if number.endswith("%"):
        return f"{row['series']}, {words.month(at)}: {words.bounds(value, most)}"
    return f"{row['series']}, {words.day(at)}: {words.number(value)}"
