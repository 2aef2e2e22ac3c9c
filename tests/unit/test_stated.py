"""Which fields a source does not state at all: by its columns where it has some, else by many records."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from doisoat.model import DossierRecord, Page
from doisoat.sources.contract import COMPARED, MANY, Stated
from support.drops import drop

AT = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
EACH = DossierRecord(record_id="1", status_code="4", received_at=AT, due_at=AT)


@pytest.fixture
def stated(tmp_path: Path) -> Stated:
    return Stated(drop(tmp_path))


def test_what_none_of_many_records_states_is_unstated(stated: Stated) -> None:
    stated.take(Page([EACH] * (MANY - 1)))
    assert stated.unstated(of_changes=False) == set(), "a few open dossiers have no finish"
    stated.take(Page([EACH]))
    assert stated.unstated(of_changes=False) == {"finished_at"}
    stated.take(Page([DossierRecord(record_id="2", finished_at=AT)]))
    assert stated.unstated(of_changes=False) == set()


def test_of_changes_every_field_that_none_states_however_few(stated: Stated) -> None:
    assert stated.unstated(of_changes=True) == COMPARED
    stated.take(Page([EACH]))
    assert stated.unstated(of_changes=True) == {"finished_at"}


def test_a_column_that_is_there_may_be_empty(stated: Stated) -> None:
    stated.take(Page([EACH] * MANY, unstated=frozenset()))
    assert stated.unstated(of_changes=False) == set()
    stated.take(Page([EACH] * MANY, unstated=frozenset({"due_at"})))
    assert stated.unstated(of_changes=False) == {"due_at"}
