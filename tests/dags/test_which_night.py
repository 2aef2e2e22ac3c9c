"""Which night a run is about that somebody triggered by hand, and what becomes of one that is no night."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from doisoat.errors import ConfigurationError
from orchestration.deadline import MorningAfter
from orchestration.params import OF_A_NIGHT
from orchestration.which_night import night_of, night_to_tell_of, refuse_unknown

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
#: 01:00 on the 20th in Viet Nam, where it is still the 19th in UTC.
DUE = dt.datetime(2024, 4, 19, 18, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("params", "partition_key", "run_after", "night"),
    [
        ({"night": "2024-04-17"}, "2024-04-19", DUE, "2024-04-17"),
        ({"night": None}, "2024-04-19", DUE, "2024-04-19"),
        ({"night": ""}, "2024-04-19", DUE, "2024-04-19"),
        ({}, "2024-04-19", DUE, "2024-04-19"),
        # the form as it is offered: no night, no partition
        ({"night": None}, None, DUE, "2024-04-19"),
        ({"night": None}, None, dt.datetime(2024, 4, 19, 16, 59, tzinfo=dt.UTC), "2024-04-18"),
        ({"night": None}, None, dt.datetime(2024, 4, 19, 17, 0, tzinfo=dt.UTC), "2024-04-19"),
    ],
)
def test_the_night_is_the_one_named_or_the_runs_own_or_the_last_that_ended(
    params: dict, partition_key: str | None, run_after: dt.datetime, night: str
) -> None:
    assert night_of(params, partition_key, run_after, LOCAL) == dt.date.fromisoformat(night)
    assert night_to_tell_of(params, partition_key, run_after, LOCAL) == dt.date.fromisoformat(night)


@pytest.mark.parametrize("asked", ["yesterday", "2024-02-30", "19/04/2024", "2024-04-19T00:00", "None", "0000-00-00"])
def test_what_is_no_day_is_an_error_of_ours_that_names_what_to_give(asked: str) -> None:
    with pytest.raises(ConfigurationError, match=r"YYYY-MM-DD.*2024-04-19") as refused:
        night_of({"night": asked}, None, DUE, LOCAL)
    assert asked not in str(refused.value)  # whatever somebody typed, it is not repeated in a log
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("asked", ["yesterday", "2099-01-01", "9999-12-31"])
def test_a_run_about_no_night_that_has_ended_is_told_as_of_the_last_one(asked: str) -> None:
    assert night_to_tell_of({"night": asked}, None, DUE, LOCAL) == dt.date(2024, 4, 19)


class Run:
    def __init__(self, conf: dict | None, partition_key: str | None) -> None:
        self.conf, self.partition_key, self.run_after = conf, partition_key, dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("conf", "has_deadline"),
    [({"night": "9999-12-31"}, False), ({"night": "no day"}, False), ({"night": "2024-04-19"}, False), ({}, True), (None, True)],
)  # fmt: skip
def test_making_a_run_never_fails_of_its_deadline(conf: dict | None, has_deadline: bool) -> None:
    """The scheduler and the API ask for it whenever a run is made: what was raised there was a 500 with a traceback."""

    class Session:
        def scalars(self, _: object) -> Session:
            return self

        def one(self) -> Run:
            return Run(conf, None)

    reference = MorningAfter("23:59")
    found = reference._evaluate_with(session=Session(), dag_id="nightly_reconciliation", run_id="manual")
    assert (found is not None) is has_deadline


@pytest.mark.parametrize("conf", [None, {}, {"night": "2024-04-17"}, {"night": None, "collect_late": True}])
def test_what_a_run_may_be_given_is_taken(conf: dict | None) -> None:
    refuse_unknown(conf, known=OF_A_NIGHT)


@pytest.mark.parametrize("known", [OF_A_NIGHT, {}])
def test_what_a_dag_does_not_know_is_refused_and_not_repeated(known: dict) -> None:
    with pytest.raises(ConfigurationError, match=r"1 of its keys are no parameter .*delete the run") as refused:
        refuse_unknown({**dict.fromkeys(known), "Nguyễn Văn Thử 0912345678": "012345678901"}, known=known)
    assert not any(part in str(refused.value) for part in ("Nguyễn", "0912345678", "012345678901"))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("night", ["9999-12-31", "0001-01-01"])
def test_the_last_and_the_first_day_are_nights_to_refuse_later_and_no_traceback(night: str) -> None:
    """The night itself is refused when it is opened (test_impossible_nights); its alerts and its deadline live on."""
    assert night_of({"night": night}, None, DUE, LOCAL) == dt.date.fromisoformat(night)
    assert night_to_tell_of({"night": night}, None, DUE, LOCAL) <= dt.date(2024, 4, 19)
