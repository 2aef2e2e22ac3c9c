"""What readers wait for once nights are published: every `doisoat` command that asks, as a process of its own, and every view.

A view is read whole for the latest night, every column of it, and counted by the server: what a client does with rows is its own.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median

import psycopg

TURNS = 3
DOISOAT = str(Path(sys.executable).with_name("doisoat"))
_VIEWS = """select c.relname::text, exists (select from pg_attribute where attrelid = c.oid and attname = 'is_latest')
    from pg_class c where relnamespace = 'mart'::regnamespace and relkind = 'v' order by 1"""


def waits(environment: Mapping[str, str], dsn: str, night: dt.date) -> list[tuple[str, float]]:
    """What was asked and the seconds until it was answered: the median of a few turns, the longest first."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("set timezone = 'Asia/Ho_Chi_Minh'")
        asked = [(name, _median(partial(connection.execute, query))) for name, query in _views(connection)]
        commands = list(_commands(connection, night))
    asked += [(f"doisoat {' '.join(words)}", _median(partial(_run, words, environment))) for words in commands]
    return sorted(asked, key=lambda one: -one[1])


def _views(connection: psycopg.Connection) -> Iterator[tuple[str, str]]:
    for name, has_latest in connection.execute(_VIEWS).fetchall():
        yield f"mart.{name}", f"select count(v) from mart.{name} v" + (" where v.is_latest" if has_latest else "")


def _commands(connection: psycopg.Connection, night: dt.date) -> Iterator[tuple[str, ...]]:
    """Every command that asks the warehouse, with what a reader would give it."""
    month, day = f"{night:%Y-%m}", night.isoformat()
    row = connection.execute(
        "select dossier_id, owner_id from mart.gap where is_latest order by opened_on, dossier_id limit 1"
    ).fetchone()
    dossier, owner = row or ("", "")
    yield from (
        ("--help",), ("sources",), ("checks",), ("nights",), ("news",), ("summary",), ("catalogues",), ("disk",),
        ("bridge",), ("bridge", "--with-ministries"), ("ministries",), ("ministries", "--by-month"), ("causes",), ("gaps",),
        ("gaps", "--owner", owner), ("groups",), ("explain", dossier), ("score",), ("score", "--by", "procedure"),
        ("services", "--month", month), ("walk", "--month", month), ("rates",), ("rates", "--by", "agency"),
        ("rates", "--by", "procedure", "--from", month, "--to", month), ("reported",), ("reported", "--measure", "all"),
        ("form", "--from", f"{month}-01", "--to", day),
    )  # fmt: skip
    for grain in ("month", "agency", "cause", "procedure", "channel"):
        yield "bridge", "--by", grain


def _run(words: tuple[str, ...], environment: Mapping[str, str]) -> None:
    done = subprocess.run([DOISOAT, *words], env=dict(environment), capture_output=True, text=True, check=False)
    if "error" in done.stderr or "Traceback" in done.stderr:
        raise SystemExit(f"doisoat {' '.join(words)}: {done.stderr.strip().splitlines()[-1]}")


def _median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(TURNS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return median(taken)
