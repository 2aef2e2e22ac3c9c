"""What a report prints is what it says, whatever program opens it."""

from __future__ import annotations

import json

import pytest
from doisoat.reports.query import Report, as_csv, as_json


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_is_never_a_formula_in_a_spreadsheet(text: str) -> None:
    report = Report(("text", "number", "share", "unknown"), [(text, -1, -0.5, None), ("a=b", 2, 0.5, None)])
    assert as_csv(report) == f"text,number,share,unknown\n'{text},-1,-0.5,\na=b,2,0.5,\n"
    assert json.loads(as_json(report))[0] == {"text": text, "number": -1, "share": -0.5, "unknown": None}
