"""Charts: what a specification holds, and that it is drawn with everything a page without scripts and styles allows."""

from __future__ import annotations

import re

import pytest
from doisoat.charts import bars, bounds, lines, looked_into, png, script, stroke, svg, waterfall

STEPS = (
    {"label": "Tỉnh", "amount": 20164, "kind": "total", "href": "/a?x=1&y=2"},
    {"label": "Quá hạn mà chưa đồng bộ", "amount": -248, "kind": "step", "href": "/b"},
    {"label": "Nộp trên Cổng <DVCQG>", "amount": 398, "kind": "step"},
    {"label": "Cổng DVCQG", "amount": 20314, "kind": "total"},
)
COURSE = [
    {"at": f"2024-04-{day}", "series": "Tỉnh", "value": day, "most": day + 2, "said": f"Tỉnh, {day}/04/2024: {day}"}
    for day in (17, 18, 19)
]
DRAWN = {
    "waterfall": waterfall(STEPS, "Cầu nối"),
    "bars": bars([{"label": "Tỉnh", "value": 248, "tone": "province", "href": "/c"}], "Theo bên"),
    "bounds": bounds([{"label": "Tỷ lệ", "least": 0.912, "most": 0.955, "target": 0.9}], "Tỷ lệ"),
    "lines": lines(COURSE, "Diễn biến"),
    "narrow": waterfall(STEPS, "Cầu nối", width=320, above=True),
}


def test_each_step_of_a_waterfall_begins_where_the_one_before_ended() -> None:
    steps = DRAWN["waterfall"]["data"]["values"]
    assert [(one["to"], one["tone"]) for one in steps] == [
        (20164, "total"), (20164, "minus"), (20314, "plus"), (20314, "total"),
    ]  # fmt: skip
    assert [one["from"] for one in steps[1:3]] == [19916, 19916]
    assert [one["broken"] for one in steps] == [True, False, False, True]  # an axis that does not begin at zero says so


def test_an_axis_that_begins_at_zero_shows_no_break() -> None:
    steps = waterfall([{"label": "a", "amount": 3, "kind": "total"}, {"label": "b", "amount": -3, "kind": "step"}], "x")
    assert [(one["from"], one["broken"]) for one in steps["data"]["values"]] == [(0, False), (0, False)]


@pytest.mark.parametrize(("number", "written"), [(",d", "01/03/2024"), (".0%", "03/2024")])
def test_a_course_of_rates_is_told_by_month_and_any_other_by_day(number: str, written: str) -> None:
    course = [{"at": f"2024-0{month}-01", "series": "Tỉnh", "value": 0.9} for month in (2, 3)]
    assert f">{written}<" in svg(lines(course, "Diễn biến", number=number))


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_holds_no_script_and_no_style(name: str) -> None:
    drawn = svg(DRAWN[name])
    assert drawn.startswith("<svg")
    assert re.findall(r"<script|<style|\sstyle=|\son\w+=|javascript:", drawn) == []
    assert set(re.findall(r"https?://[^\"]*", drawn)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert png(DRAWN[name], scale=1).startswith(b"\x89PNG")


def test_a_bar_leads_where_its_row_says_and_words_are_escaped() -> None:
    drawn = svg(DRAWN["waterfall"])
    assert re.findall(r'<a href="([^"]*)"', drawn) == ["/a?x=1&amp;y=2", "/b"]
    assert "&lt;DVCQG&gt;" in drawn
    assert "<DVCQG>" not in drawn


@pytest.mark.parametrize(("language", "written"), [("vi", "20.164"), ("en", "20,164")])
def test_numbers_are_written_as_the_reader_writes_them(language: str, written: str) -> None:
    assert f">{written}</text>" in svg(DRAWN["waterfall"], language)


def test_vietnamese_letters_are_drawn_where_no_font_is_installed() -> None:
    """A letter that no font has would be left out: the two drawings would be the same."""
    one, other = (bars([{"label": label, "value": 1}], "x") for label in ("ễ", "ộ"))
    assert png(one, scale=1) != png(other, scale=1)


def test_a_point_of_a_course_is_told_in_words() -> None:
    assert re.findall(r'aria-label="(Tỉnh, [^"]*)"', svg(DRAWN["lines"])) == [row["said"] for row in COURSE]


def test_what_a_browser_looks_into_is_the_same_drawing_and_asks_for_no_eval() -> None:
    live = looked_into(DRAWN["lines"], "vi")
    assert live["data"] == DRAWN["lines"]["data"]
    options = live["usermeta"]["embedOptions"]
    assert (options["ast"], options["actions"], options["defaultStyle"]) == (True, False, False)
    assert options["formatLocale"]["decimal"] == ","
    assert "params" not in str(DRAWN["lines"]), "what is drawn here has nothing to choose"


def test_the_script_for_browsers_is_bundled_here_with_an_interpreter() -> None:
    bundled = script()
    assert b"window.drawChart=" in bundled.replace(b" ", b"")
    assert b"expressionInterpreter" in bundled
    assert len(bundled) > 500_000


def test_a_stroke_is_broken_where_nothing_is_known_and_ranks_hang_from_the_top() -> None:
    drawn = stroke([(0.5, 0.5), None, (0.75, 1.0), (1.0, 1.0)], "x", 0.5, 1.0)
    assert drawn is not None
    assert drawn.line == "M3 21M63 12L93 3"
    assert drawn.band == "M63 12L93 3L93 3L63 3Z"
    assert drawn.end == (93.0, 3.0)
    first = stroke([(1, 1)], "x", 34, 1)
    assert first is not None
    assert first.end[1] == 3.0
    assert stroke([None, None], "x", 0, 1) is None


def test_a_number_stands_where_no_target_crosses_it() -> None:
    rows = [
        {"label": "crossed", "least": 0.53, "most": 0.53, "target": 0.5},
        {"label": "free", "least": 0.53, "most": 0.53, "target": 1.0},
        {"label": "no room", "least": 0.02, "most": 0.98, "target": 0.01},
    ]
    assert [one["place"] for one in bounds(rows, "x")["data"]["values"]] == ["most", "least", "middle"]
