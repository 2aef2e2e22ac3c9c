"""What a view gives: a template, what stands in it, and the tables that leave as files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from doisoat.charts import sparkline, svg
from markupsafe import Markup

from page.asking import Ask
from page.rendering import render
from page.tables import Table


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
    """Start what draws charts: it takes a second, which the first reader need not wait."""
    svg(sparkline([0, 1], ""))


def drawn(spec: dict[str, Any], ask: Ask) -> Markup:
    """A chart as markup: our own specification, drawn by our own renderer, which escapes all texts."""
    return Markup(svg(spec, ask.words.language))  # noqa: S704 - see above


def wide_and_narrow(wide: dict[str, Any], narrow: dict[str, Any], ask: Ask) -> dict[str, Markup]:
    """A chart twice: the style sheet shows the one that fits the screen."""
    return {"wide": drawn(wide, ask), "narrow": drawn(narrow, ask)}
