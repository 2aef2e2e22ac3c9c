"""The drawings of the warehouse are Mermaid that can be drawn, and lead nowhere that is not drawn."""

from __future__ import annotations

import re
from pathlib import Path

GENERATED = Path(__file__).parents[2] / "docs" / "generated"
ENTITY = re.compile(r" {4}(\w+) \{")
ATTRIBUTE = re.compile(r" {8}\w+ \w+")
RELATION = re.compile(r' {4}(\w+) \|\|--o\{ (\w+) : "\w+"')
ARROW = re.compile(r" {4}\w+\[(\w+\.\w+)\] --> \w+\((mart\.\w+)\)")


def drawings(page: str) -> list[list[str]]:
    text = (GENERATED / page).read_text("utf-8")
    return [found.splitlines() for found in re.findall(r"```mermaid\n(.*?)\n```", text, flags=re.DOTALL)]


def test_every_relation_of_the_entities_leads_to_a_drawn_one() -> None:
    pages = drawings("entities.md")
    assert len(pages) == 3
    for head, *lines in pages:
        assert head == "erDiagram"
        drawn = {found[1] for line in lines if (found := ENTITY.fullmatch(line))}
        related = {name for line in lines if (found := RELATION.fullmatch(line)) for name in found.groups()}
        assert related <= drawn
        other = [line for line in lines if not (ENTITY.fullmatch(line) or RELATION.fullmatch(line) or line == "    }")]
        assert [line for line in other if not ATTRIBUTE.fullmatch(line)] == []


def test_the_lineage_draws_from_where_every_view_comes() -> None:
    ((head, *lines),) = drawings("lineage.md")
    assert head == "flowchart LR"
    arrows = [ARROW.fullmatch(line) for line in lines]
    assert None not in arrows
    told = {(found[1], found[2]) for found in arrows if found}
    assert {("recon.finding", "mart.gap"), ("recon.indicator_cell", "mart.fact_holding")} <= told
    # through a function, whose text the catalogue does not look into
    assert ("recon.verdict", "mart.union_entry") in told
