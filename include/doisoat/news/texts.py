"""The text of each kind of problem (texts.yaml), and a message composed of them. Vietnamese, without personal data."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict

from doisoat.privacy import WITHHELD

HERE = Path(__file__).parent
#: Nobody reads more than this in one message; the rest is counted, and `doisoat news` lists it.
MOST_ITEMS = 20
NIGHTLY = "nightly_reconciliation"
_NAME = re.compile(r"(?!.*\d{9})[A-Za-z0-9_.:/+ \-]{1,200}")


class Text(BaseModel):
    """The text of one kind: what happened, what to do, and that it is over (None: an event, sent once)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    todo: str
    over: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """One problem to send, as due.sql returns it."""

    kind: str
    subject: str
    first_night: dt.date
    last_night: dt.date
    is_over: bool = False
    is_reminder: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A title and a plain-text body."""

    title: str
    body: str


@cache
def load_texts() -> dict[str, Text]:
    """Kind -> its text."""
    given = yaml.safe_load((HERE / "texts.yaml").read_text(encoding="utf-8"))
    return {kind: Text.model_validate(text) for kind, text in given.items() if kind != "words"}


def told_once() -> list[str]:
    """The kinds that are events: they have no reminder and no end."""
    return [kind for kind, text in load_texts().items() if text.over is None]


def compose(
    items: Sequence[Item], *, province: str, deadline: dt.time, page: str | None, nightly: str = NIGHTLY
) -> Message:
    """One message with everything that a sender has to send.

    Args:
        items: in the order in which they appear; at least one.
        province: the province's name, as its file spells it.
        deadline: when a night has to be published.
        page: the address of Airflow's UI, for links; None leaves them out.
        nightly: the province's Dag of the nights, to which a problem of no run leads.
    """
    blocks = [_block(item, deadline, page, nightly) for item in items[:MOST_ITEMS]]
    if len(items) > MOST_ITEMS:
        blocks.append(f"… và {len(items) - MOST_ITEMS} việc khác: chạy `doisoat news`.")
    counts = [
        (sum(not item.is_over and not item.is_reminder for item in items), "việc mới"),
        (sum(item.is_reminder for item in items), "việc nhắc lại"),
        (sum(item.is_over for item in items), "việc đã xong"),
    ]
    title = f"Đối soát {province}: " + ", ".join(f"{count} {what}" for count, what in counts if count)
    return Message(title, "\n\n".join([*blocks, "Tin tự động, không chứa dữ liệu cá nhân."]))


def test_message(province: str) -> Message:
    """What `doisoat tell --test` sends."""
    return Message(f"Đối soát {province}: tin thử", "Tin thử: kênh nhận tin này hoạt động. Không cần làm gì.")


def _block(item: Item, deadline: dt.time, page: str | None, nightly: str) -> str:
    text, facts = load_texts()[item.kind], _said(item, deadline)
    since = f"{item.first_night:%d/%m/%Y}"
    if item.is_over and text.over is not None:
        return f"✔ ĐÃ XONG: {text.over.format_map(facts)}\nTừ đêm {since} đến đêm {item.last_night:%d/%m/%Y}."
    head = f"● NHẮC LẠI (từ đêm {since})" if item.is_reminder else "● MỚI"
    lines = [f"{head}: {text.what.format_map(facts)}", f"Cần làm: {text.todo.format_map(facts)}"]
    if page:
        lines.append(f"Xem: {_link(item.facts, page, nightly)}")
    return "\n".join(lines)


def _link(facts: Mapping[str, Any], page: str, nightly: str) -> str:
    """The run in Airflow's UI, or the Dag if the run is not known."""
    dag_id, run_id = facts.get("dag_id", nightly), facts.get("run_id")
    run = f"/runs/{quote(str(run_id), safe='')}" if run_id else ""
    return f"{page.rstrip('/')}/dags/{quote(str(dag_id), safe='')}{run}"


def _said(item: Item, deadline: dt.time) -> Mapping[str, Any]:
    facts = {"subject": item.subject, "deadline": f"{deadline:%H:%M}", **item.facts}
    return _Facts({name: _fact(value) for name, value in facts.items()})


def _fact(value: Any) -> Any:
    words = _words()
    if value is None:
        return "(chưa có)"
    if isinstance(value, bool | int | float):
        return value
    if value in words:
        return words[value]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        return _Night(dt.date.fromisoformat(value))
    return value if isinstance(value, str) and _NAME.fullmatch(value) else WITHHELD


class _Facts(dict[str, Any]):
    """A fact that a query does not return is unknown, which must not keep the others from being sent."""

    def __missing__(self, name: str) -> str:
        return "(không rõ)"


class _Night:
    """A night as people write it, or as commands expect it with `:iso`."""

    def __init__(self, night: dt.date) -> None:
        self._night = night

    def __format__(self, how: str) -> str:
        return self._night.isoformat() if how == "iso" else f"{self._night:%d/%m/%Y}"


@cache
def _words() -> dict[str, str]:
    return dict(yaml.safe_load((HERE / "texts.yaml").read_text(encoding="utf-8"))["words"])
