"""Which night a run is about: the local calendar date before 01:00 in the province, whatever UTC says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import DagRunInfo, TimeRestriction, Timetable

UTC = dt.UTC
PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def timetable() -> Timetable:
    """The schedule as the scheduler gets it: through serialisation."""
    dag = DagBag(str(PROJECT / "dags")).dags["nightly_reconciliation"]
    return DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable


def next_run(timetable: Timetable, earliest: dt.datetime) -> DagRunInfo:
    import pendulum

    restriction = TimeRestriction(earliest=pendulum.instance(earliest), latest=None, catchup=True)
    info = timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=restriction)
    assert info is not None
    return info


@pytest.mark.parametrize(
    ("earliest", "runs_at", "night"),
    [
        # 01:00 in Viet Nam is 18:00 the day before in UTC
        (dt.datetime(2024, 4, 19, 17, 59, tzinfo=UTC), dt.datetime(2024, 4, 19, 18, tzinfo=UTC), "2024-04-19"),
        (dt.datetime(2024, 4, 19, 18, 0, tzinfo=UTC), dt.datetime(2024, 4, 19, 18, tzinfo=UTC), "2024-04-19"),
        (dt.datetime(2024, 4, 19, 18, 1, tzinfo=UTC), dt.datetime(2024, 4, 20, 18, tzinfo=UTC), "2024-04-20"),
        # local midnight, UTC midnight
        (dt.datetime(2024, 4, 19, 17, 0, tzinfo=UTC), dt.datetime(2024, 4, 19, 18, tzinfo=UTC), "2024-04-19"),
        (dt.datetime(2024, 4, 20, 0, 0, tzinfo=UTC), dt.datetime(2024, 4, 20, 18, tzinfo=UTC), "2024-04-20"),
        # the ends of a month, of a leap February and of a year
        (dt.datetime(2024, 4, 30, 12, 0, tzinfo=UTC), dt.datetime(2024, 4, 30, 18, tzinfo=UTC), "2024-04-30"),
        (dt.datetime(2024, 2, 29, 12, 0, tzinfo=UTC), dt.datetime(2024, 2, 29, 18, tzinfo=UTC), "2024-02-29"),
        (dt.datetime(2024, 12, 31, 12, 0, tzinfo=UTC), dt.datetime(2024, 12, 31, 18, tzinfo=UTC), "2024-12-31"),
    ],
)
def test_a_run_reports_the_local_date_before_it(
    timetable: Timetable, earliest: dt.datetime, runs_at: dt.datetime, night: str
) -> None:
    info = next_run(timetable, earliest)
    assert info.run_after == runs_at
    assert info.partition_key == night


def test_a_run_by_hand_may_name_any_night(timetable: Timetable) -> None:
    assert timetable.partitioned
    assert timetable.resolve_partition_date("2024-04-17") is not None
