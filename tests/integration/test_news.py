"""News of nights, on a real warehouse and over real HTTP: told once, reminded of, told to be over, lost by nobody."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doisoat import news
from doisoat.cli.app import commands
from doisoat.connections import Connection
from doisoat.errors import ConfigurationError, NewsNotSentError
from doisoat.news import telling
from doisoat.nights import steps
from doisoat.province.site import Site
from support.receivers import Receiver, receiving, receiving_mail
from support.world import World
from typer.testing import CliRunner

FIRST = dt.date(2024, 4, 17)
ROW = "code | status\nH37.21.01-240401-0001 | 4"
TOKEN = "s3cret-t0ken-of-the-channel"
RUN = "manual__2024-04-18T01:00:00+00:00"


def night(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number - 1)


class Newsroom(World):
    """A world with senders: one night after the other, and what was received after each."""

    def set_up(self, *addresses: str, **settings: Any) -> Newsroom:
        before = self.site
        connection = Connection("news", conn_type="generic", password="\n".join(addresses))
        self.site = Site(
            before.settings.model_copy(
                update={"news": before.settings.news.model_copy(update={"enabled": True, **settings})}
            ),
            lambda name: connection if name == "news" else before.connections(name),
            before.landing_root,
        )
        return self

    def go(self, number: int, *, down: tuple[str, ...] = (), publish: bool = True) -> None:
        """A night in which some sources give nothing."""
        sources = {"igate": ROW, "national_export": ROW, "national_statistics": "", "licences": ROW}
        for source_id, table in sources.items():
            if source_id not in down:
                self.land(night(number), source_id, table)
        steps.open_night(self.site, night(number), run_id=RUN)
        steps.load_night(self.site, night(number), run_id=RUN)
        if publish:  # what was compared is no news
            self.publish(night(number))

    def tell(self, number: int, **facts: Any) -> None:
        news.tell(self.site, night=night(number), **facts)

    def standing(self) -> list[tuple[str, str]]:
        return self.rows("select kind, subject from ops.news where over_night is null order by 1, 2")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def room(tmp_path: Path, warehouse_dsn: str, receiver: Receiver) -> Newsroom:
    return Newsroom(tmp_path, warehouse_dsn).set_up(f"json://{receiver.address}/{TOKEN}")


def titles(receiver: Receiver) -> list[str]:
    return [body["title"] for body in receiver.bodies()]


def test_a_good_night_is_no_news(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.tell(1)
    assert receiver.requests == []
    assert room.standing() == []


def test_a_trouble_is_told_once_then_reminded_of_then_told_to_be_over(room: Newsroom, receiver: Receiver) -> None:
    room.set_up(f"json://{receiver.address}/{TOKEN}", remind_after_days=3, stale_after_nights=99)
    room.go(1)
    said = []
    for number in range(2, 9):
        room.go(number, down=("licences",) if number < 8 else ())
        for _ in range(3):  # the task, its retry, the morning
            room.tell(number)
        said.append(titles(receiver))
    new, reminder, over = (f"Đối soát Lạng Sơn: 1 việc {what}" for what in ("mới", "nhắc lại", "đã xong"))
    assert said == [[new], [], [], [reminder], [], [], [over]]


def test_a_message_says_what_happened_what_to_do_and_where(
    room: Newsroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(telling.PAGE, "https://airflow.example/")
    room.go(1)
    room.go(2, down=("licences",))
    room.tell(2)
    (body,) = receiver.bodies()
    assert "Không lấy được dữ liệu của hệ thống licences cho đêm 18/04/2024" in body["message"]
    assert "đêm 17/04/2024" in body["message"]
    assert "Cần làm: Mở tác vụ licences.collect" in body["message"]
    link = "https://airflow.example/dags/nightly_reconciliation/runs/manual__2024-04-18T01%3A00%3A00%2B00%3A00"
    assert link in body["message"]


def test_a_source_that_never_gave_anything_is_told_too(room: Newsroom, receiver: Receiver) -> None:
    room.go(1, down=("licences",))
    room.tell(1)
    assert "(chưa có)" in receiver.bodies()[0]["message"]


def test_staleness_over_two_nights_is_news_of_its_own(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.go(2, down=("licences",))
    room.tell(2)
    assert room.standing() == [("source_failed", "licences")]
    assert len(receiver.bodies()) == 1
    room.go(3, down=("licences",))
    room.tell(3)
    assert room.standing() == [("source_failed", "licences"), ("source_stale", "licences")]
    (body,) = receiver.bodies()
    assert body["title"] == "Đối soát Lạng Sơn: 1 việc mới"
    assert "2 đêm liền" in body["message"]


@pytest.mark.parametrize(
    ("reason", "kinds"), [("held", ["pull_held"]), ("outage_planned", []), ("failed", ["source_failed"])]
)
def test_a_held_pull_and_a_planned_outage_are_no_failure(
    room: Newsroom, receiver: Receiver, reason: str, kinds: list[str]
) -> None:
    room.go(1)
    room.go(2, down=("licences",))
    room.rows("alter table ops.pull add column if not exists reason text")
    room.rows("update ops.pull set reason = %s where source_id = 'licences' and night = %s", [reason, night(2)])
    room.tell(2)
    assert room.standing() == [(kind, "licences") for kind in kinds]
    assert len(receiver.bodies()) == len(kinds)


def test_several_troubles_of_a_night_are_one_message(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.go(2, down=("licences", "national_export"))
    room.tell(2, dag_id="nightly_reconciliation", run_id=RUN, failed=["licences.collect", "reconcile"])
    assert titles(receiver) == ["Đối soát Lạng Sơn: 3 việc mới"]
    assert room.standing() == [
        ("source_failed", "licences"),
        ("source_failed", "national_export"),
        ("task_failed", "nightly_reconciliation/reconcile"),  # and not once more the task that collects
    ]


def test_a_blocked_publication_names_its_check_until_the_night_is_published(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.go(2, publish=False)
    room.rows("update ops.night set state = 'blocked' where night = %s", [night(2)])
    for check_id, severity, outcome in (("a", "critical", "failed"), ("b", "critical", "broken"), ("c", "warning", "failed"),
                                        ("d", "critical", "passed")):  # fmt: skip
        room.rows(
            """insert into ops.check_result (night, stage, check_id, severity, outcome, unexpected_count)
            values (%s, 'results', %s, %s, %s, 3)""",
            [night(2), check_id, severity, outcome],
        )
    room.tell(2)
    assert room.standing() == [("publication_blocked", "a"), ("publication_blocked", "b")]
    (body,) = receiver.bodies()
    assert "phép kiểm tra a không đạt (phát hiện trường hợp sai; số trường hợp sai: 3)" in body["message"]
    assert "bản thân phép kiểm tra bị hỏng" in body["message"]
    assert "doisoat checks --night 2024-04-18" in body["message"]
    room.rows("update ops.check_result set outcome = 'passed'")
    room.publish(night(2))
    room.tell(2)
    assert titles(receiver) == ["Đối soát Lạng Sơn: 2 việc đã xong"]


def test_a_night_that_was_never_collected_is_told_once(room: Newsroom, receiver: Receiver) -> None:
    room.set_up(f"json://{receiver.address}/{TOKEN}", remind_after_days=1)
    room.go(1)
    room.go(4)
    room.tell(4)
    (body,) = receiver.bodies()
    assert "Có 2 đêm không được thu thập, từ đêm 18/04/2024 đến đêm 19/04/2024" in body["message"]
    for number in (5, 6):
        room.go(number)
        room.tell(number)
    assert receiver.bodies() == []


# the deadline -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2024-04-19T05:59:59+07:00", "2024-04-17"),
        ("2024-04-19T06:00:00+07:00", "2024-04-18"),
        ("2024-04-18T22:59:59+00:00", "2024-04-17"),  # the same moments, told in UTC
        ("2024-04-18T23:00:00+00:00", "2024-04-18"),
        ("2024-04-19T23:59:59+07:00", "2024-04-18"),
        ("2024-04-20T00:00:00+07:00", "2024-04-18"),
        ("2024-03-01T06:00:00+07:00", "2024-02-29"),
    ],
)
def test_a_night_has_to_be_published_by_six_in_the_morning_after(room: Newsroom, at: str, due: str) -> None:
    assert news.due_night(room.site.settings, dt.datetime.fromisoformat(at)) == dt.date.fromisoformat(due)


@pytest.mark.parametrize("state", ["reconciled", "blocked", "never opened"])
def test_a_night_that_is_late_is_told_until_it_is_published(room: Newsroom, receiver: Receiver, state: str) -> None:
    room.go(1)
    if state != "never opened":
        room.go(2, publish=False)
        room.rows("update ops.night set state = %s where night = %s", [state, night(2)])
    for _ in range(2):
        steps.tell_late(room.site, dt.datetime.combine(night(3), dt.time(6), room.site.settings.timezone))
    (body,) = receiver.bodies()
    assert "Đến hạn 06:00 mà đêm 18/04/2024 chưa được công bố" in body["message"]
    if state == "never opened":
        room.go(2, publish=False)
    room.tell(2)  # the run's own last task judges no deadline anew, and takes none back
    assert receiver.bodies() == []
    room.publish(night(2))
    room.tell(2)
    assert titles(receiver) == ["Đối soát Lạng Sơn: 1 việc đã xong"]


def test_a_night_that_is_published_in_time_is_not_late(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    steps.tell_late(room.site, dt.datetime.combine(night(2), dt.time(6), room.site.settings.timezone))
    assert receiver.requests == []
    room.tell(1)  # and before its deadline nobody asks
    assert receiver.requests == []


def test_a_late_look_at_an_older_night_does_not_end_the_news_of_the_newest(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.tell(3, due=night(3))
    room.tell(1, due=night(1))  # the callback of a run by hand, say
    assert titles(receiver) == ["Đối soát Lạng Sơn: 1 việc mới"]
    assert room.standing() == [("deadline_missed", "publication")]


def test_a_warehouse_without_nights_misses_none(room: Newsroom, receiver: Receiver) -> None:
    room.tell(1, due=night(1))
    assert receiver.requests == []


def test_nothing_is_called_over_while_a_night_is_at_work(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.go(2, down=("licences",))
    room.tell(2)
    receiver.bodies()
    room.go(3, publish=False)
    room.tell(2, due=night(2))
    assert receiver.bodies() == []
    room.publish(night(3))
    room.tell(3)
    assert titles(receiver) == ["Đối soát Lạng Sơn: 1 việc đã xong"]


def test_a_failed_task_of_another_dag_stands_until_that_dag_runs_again(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    steps.tell_run(room.site, dt.datetime(2024, 4, 18, 20, tzinfo=dt.UTC), dag_id="sync_catalogues", run_id="r",
                   failed=["igate.sync"])  # fmt: skip
    assert "Tác vụ igate.sync của Dag sync_catalogues" in receiver.bodies()[0]["message"]
    room.tell(1, dag_id="nightly_reconciliation", run_id=RUN)
    assert room.standing() == [("task_failed", "sync_catalogues/igate.sync")]
    room.tell(1, dag_id="sync_catalogues", run_id="r2")
    assert titles(receiver) == ["Đối soát Lạng Sơn: 1 việc đã xong"]


def test_a_run_that_is_mended_says_so_and_one_that_breaks_again_is_news_again(
    room: Newsroom, receiver: Receiver
) -> None:
    room.go(1)
    said = []
    for failed in (["load"], [], ["load"]):
        room.tell(1, dag_id="nightly_reconciliation", run_id=RUN, failed=failed)
        said += titles(receiver)
    assert [title.split(": ")[1] for title in said] == ["1 việc mới", "1 việc đã xong", "1 việc mới"]


# senders ----------------------------------------------------------------------------------------------------------
def test_two_tasks_at_once_send_one_message(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.go(2, down=("licences",))
    receiver.hold.clear()  # so that the first is still sending when the others come
    threads = [threading.Thread(target=room.tell, args=(2,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    while len(room.rows("select 1 from pg_locks where relation = 'lock.sending'::regclass and not granted")) < 2:
        time.sleep(0.05)
    receiver.hold.set()
    for thread in threads:
        thread.join()
    assert len(receiver.bodies()) == 1


def test_a_sender_that_is_down_keeps_its_message_and_the_others_get_theirs_once(
    room: Newsroom, receiver: Receiver
) -> None:
    with receiving() as other:
        room.set_up(f"json://{receiver.address}/{TOKEN}", f"json://{other.address}/{TOKEN}")
        other.status = 503
        room.go(1)
        room.go(2, down=("licences",))
        for _ in range(2):
            with pytest.raises(NewsNotSentError, match="json 2"):
                room.tell(2)
        assert len(receiver.bodies()) == 1
        assert len(other.bodies()) == 2  # tried twice
        room.go(3)  # meanwhile the trouble is over
        other.status = 200
        room.tell(3)
        assert titles(other) == titles(receiver) == ["Đối soát Lạng Sơn: 1 việc đã xong"]
        room.tell(3)
        assert other.requests == receiver.requests == []


def test_a_sender_that_is_down_fails_no_night(room: Newsroom, receiver: Receiver) -> None:
    receiver.status = 500
    room.go(1)
    room.go(2, down=("licences",))
    with pytest.raises(NewsNotSentError):
        steps.tell_night(room.site, night(2), run_id=RUN)
    assert room.rows("select state from ops.night order by night") == [("published",), ("published",)]
    assert room.rows("select attempts, sent_at, failed_at is not null from ops.news_telling") == [(1, None, True)]


def test_with_news_off_troubles_are_recorded_and_nothing_is_sent(room: Newsroom, receiver: Receiver) -> None:
    room.set_up(f"json://{receiver.address}/{TOKEN}", enabled=False)
    room.go(1)
    room.go(2, down=("licences",))
    room.go(3)
    room.go(4, down=("national_export",))
    for number in (2, 3, 4):
        room.tell(number)
    assert room.standing() == [("source_failed", "national_export")]
    assert receiver.requests == []
    room.set_up(f"json://{receiver.address}/{TOKEN}")  # once on, what stands is told, not what was
    room.tell(4)
    assert titles(receiver) == ["Đối soát Lạng Sơn: 1 việc mới"]


def test_news_are_off_by_default(tmp_path: Path, warehouse_dsn: str) -> None:
    assert World(tmp_path, warehouse_dsn).site.settings.news.enabled is False


@pytest.mark.parametrize(
    "addresses", [(), ("json://127.0.0.1/" + TOKEN, "nosuchthing://user:" + TOKEN + "@host"), (f"tgram://{TOKEN}",)]
)
def test_a_wrong_address_is_said_without_itself(
    room: Newsroom, addresses: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    room.set_up(*addresses)
    with pytest.raises(ConfigurationError, match=r"AIRFLOW_CONN_NEWS|address . of") as caught:
        room.tell(1)
    assert TOKEN not in f"{caught.value!r} {caplog.text}"


def test_an_address_is_in_no_log_table_or_error(
    room: Newsroom, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    room.go(1)
    room.go(2, down=("licences",))
    room.set_up(
        f"json://user:{TOKEN}@{receiver.address}/{TOKEN}",
        f"json://127.0.0.1:1/{TOKEN}",
        f"tgram://123456789:{TOKEN}/42/",
    )
    with pytest.raises(NewsNotSentError) as caught:
        room.tell(2)
    kept = room.rows("select row_to_json(n), row_to_json(t) from ops.news n left join ops.news_telling t using (kind)")
    assert TOKEN not in f"{caught.value!r} {kept} {caplog.text}"
    assert receiver.requests  # the first of them was sent


def test_every_sender_is_tried_by_a_test_message(room: Newsroom, receiver: Receiver) -> None:
    room.set_up(f"json://{receiver.address}/{TOKEN}", "json://127.0.0.1:1/")
    assert news.test_senders(room.site) == {"json 1": True, "json 2": False}
    assert "tin thử" in titles(receiver)[0]


def test_a_mail_is_a_mail_in_vietnamese_with_its_marks(room: Newsroom) -> None:
    with receiving_mail() as (port, mails):
        room.set_up(
            f"mailto://127.0.0.1:{port}?from=doisoat@province.example&to=official@province.example&mode=insecure"
        )
        room.go(1)
        room.go(2, down=("licences",))
        for _ in range(2):
            room.tell(2)
    (mail,) = mails
    assert mail["subject"] == "Đối soát Lạng Sơn: 1 việc mới"
    assert "official@province.example" in mail["to"]
    assert "Không lấy được dữ liệu của hệ thống licences" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_the_command_tells_from_outside_airflow_and_lists_what_stands(
    room: Newsroom, warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, receiver: Receiver
) -> None:
    file = tmp_path / "province.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "\nnews: {enabled: true}\n", encoding="utf-8")
    monkeypatch.setenv("DOISOAT_PROVINCE", str(file))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", warehouse_dsn)
    monkeypatch.setenv(
        "AIRFLOW_CONN_NEWS", json.dumps({"conn_type": "generic", "password": f"json://{receiver.address}/"})
    )
    room.go(1)
    said = [CliRunner().invoke(commands, ["tell", "--due", str(night(2))]).stdout for _ in range(2)]
    assert said == ["1 alerts sent\n", "0 alerts sent\n"]
    assert titles(receiver) == ["Đối soát Lạng Sơn: 1 việc mới"]
    (row,) = json.loads(CliRunner().invoke(commands, ["news", "--format", "json"]).stdout)
    assert (row["kind"], row["told_by"], row["failing"]) == ("deadline_missed", "json 1", None)
    assert CliRunner().invoke(commands, ["tell", "--test"]).stdout == "ok    json 1\n"
    receiver.status = 500
    result = CliRunner().invoke(commands, ["tell", "--test"])
    assert (result.exit_code, result.stdout) == (1, "WRONG json 1\n")


# nobody's data ----------------------------------------------------------------------------------------------------
def test_no_word_that_may_name_a_person_is_sent(room: Newsroom, receiver: Receiver) -> None:
    """Whatever a query may one day take for a subject or a fact: only names of ours, nights and numbers get through."""
    room.go(1)
    people = ["Nguyễn Văn Sáu", "nguyen@example.vn", "020123456789", "ba 0912345678", "x" * 300]
    for person in people:
        room.rows(
            """insert into ops.news (kind, subject, first_night, last_night, facts) values ('task_failed', %(p)s, '2024-04-17',
            '2024-04-17', jsonb_build_object('dag_id', 'x', 'task_id', %(p)s::text, 'night', %(p)s::text))""",
            {"p": person},
        )
    room.tell(1)
    (body,) = receiver.bodies()
    assert body["title"] == "Đối soát Lạng Sơn: 5 việc mới"
    text = f"{body['title']} {body['message']}"
    assert not [person for person in people if person in text]
    assert not re.search(r"\d{9}", text)
    assert text.count("[withheld]") == 10


def test_many_troubles_are_one_readable_message(room: Newsroom, receiver: Receiver) -> None:
    room.go(1)
    room.tell(1, dag_id="nightly_reconciliation", run_id=RUN, failed=[f"task_{n}" for n in range(50)])
    (body,) = receiver.bodies()
    assert body["title"] == "Đối soát Lạng Sơn: 50 việc mới"
    assert body["message"].count("● MỚI") == 20
    assert "và 30 việc khác" in body["message"]
    room.tell(1)
    assert receiver.bodies() == []
