"""Turns the problems recorded in the warehouse into messages and sends them."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg

from doisoat.errors import NewsNotSentError
from doisoat.hints import of_province
from doisoat.news.senders import CONNECTION_ID, Sender, senders
from doisoat.news.texts import HERE, NIGHTLY, Item, compose, test_message, told_once
from doisoat.province.file import ProvinceSettings
from doisoat.province.site import Site
from doisoat.warehouse.database import connect, run_file
from doisoat.warehouse.locks import sending_news

log = logging.getLogger(__name__)
#: The address of Airflow's UI: Airflow's own setting `[api] base_url`.
PAGE = "AIRFLOW__API__BASE_URL"


def due_night(settings: ProvinceSettings, at: dt.datetime) -> dt.date:
    """The last night that has to be published by then: the local date before, from the deadline (06:00) on.

    Args:
        at: a timestamp with its time zone.
    """
    local = at.astimezone(settings.timezone)
    days = 1 if local.time() >= settings.news.deadline else 2
    return local.date() - dt.timedelta(days=days)


def tell(
    site: Site,
    *,
    night: dt.date,
    due: dt.date | None = None,
    dag_id: str | None = None,
    run_id: str | None = None,
    failed: Sequence[str] = (),
) -> list[Item]:
    """Record the current problems and send what was not sent yet; returns the problems, open or just over, that were sent.

    Calling it again sends nothing twice. With alerts off (the default) problems are recorded and nothing is sent.

    Args:
        night: the night as of which alerts are sent; reminders are counted in nights.
        due: the last night that has to be published by now; None judges no deadline that was not judged before.
        dag_id: the Dag whose run has just ended, with `run_id` and its `failed` tasks; None if no run has.

    Raises:
        NewsNotSentError: a sender did not accept its message; what it has to send is kept for the next time.
        NightBusyError: somebody else has been sending for too long (doisoat.warehouse.locks).
        ConfigurationError: alerts are on and the connection `news` is missing or wrong.
    """
    news = site.settings.news
    facts = {
        "night": night,
        "due": due,
        "dag_id": dag_id,
        "run_id": run_id,
        "failed": list(failed),
        "stale_after": news.stale_after_nights,
    }
    with connect(site.dsn) as connection:
        connection.autocommit = True
        with sending_news(connection):
            with connection.transaction():
                _record(connection, facts)
            return _send_all(connection, site, night) if news.enabled else []


def _send_all(connection: psycopg.Connection, site: Site, night: dt.date) -> list[Item]:
    told: list[Item] = []
    refused = []
    for sender in senders(site.connections(CONNECTION_ID)):
        items = _due(connection, sender, night, site.settings.news.remind_after_days)
        if items and not _send(connection, site, sender, items, night):
            refused.append(sender.name)
        else:
            told += [item for item in items if item not in told]
    if refused:
        raise NewsNotSentError(
            f"news: {', '.join(refused)} did not accept the message; it is kept and sent the next time. See `doisoat news`, "
            "then check the address in the connection `news` and whether it can be reached (`doisoat tell --test`)"
        )
    return told


def test_senders(site: Site) -> dict[str, bool]:
    """Send a test message to every sender; returns which accepted it. Records nothing."""
    message = test_message(site.settings.province.name)
    return {sender.name: sender.send(message) for sender in senders(site.connections(CONNECTION_ID))}


def _record(connection: psycopg.Connection, facts: dict[str, Any]) -> None:
    found = [
        (path.stem, subject, json.dumps(said))
        for path in sorted((HERE / "troubles").glob("*.sql"))
        for subject, said in connection.execute(path.read_text(encoding="utf-8"), facts).fetchall()
    ]
    kinds, subjects, said = ([row[place] for row in found] for place in range(3))
    run_file(
        connection, HERE / "record.sql", {"night": facts["night"], "kinds": kinds, "subjects": subjects, "facts": said}
    )
    for kind, subject, _ in found:
        log.info("problem: %s %s", kind, subject)


def _due(connection: psycopg.Connection, sender: Sender, night: dt.date, remind_after: int) -> list[Item]:
    parameters = {"sender": sender.name, "night": night, "remind_after": remind_after, "told_once": told_once()}
    rows = connection.execute((HERE / "due.sql").read_text(encoding="utf-8"), parameters).fetchall()
    return [Item(*row) for row in rows]


def _send(connection: psycopg.Connection, site: Site, sender: Sender, items: list[Item], night: dt.date) -> bool:
    message = compose(items, province=site.settings.province.name, deadline=site.settings.news.deadline,
                      page=os.environ.get(PAGE), nightly=site.tenant.dag_id(NIGHTLY))  # fmt: skip
    is_sent = sender.send(replace(message, body=of_province(message.body, site.tenant.id)))
    with connection.transaction():
        for item in items:
            key = {"kind": item.kind, "subject": item.subject, "first_night": item.first_night}
            run_file(connection, HERE / "told.sql",
                     {**key, "sender": sender.name, "is_over": item.is_over, "is_sent": is_sent, "night": night})  # fmt: skip
    log.log(logging.INFO if is_sent else logging.WARNING, "news: %s items %s by %s", len(items),
            "sent" if is_sent else "not sent", sender.name)  # fmt: skip
    return is_sent
