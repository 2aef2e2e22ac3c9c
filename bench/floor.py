"""What nobody can do without: the listing downloaded and parsed, the export file read, both sides copied and joined."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
import requests

from bench.reconcile import ROOT, YARDSTICK_PYTHON

TOKEN_PATH, SEARCH_PATH = "/auth/realms/digo/protocol/openid-connect/token", "/pa/dossier/search"
PAGE_SIZE = 200
_SIDE = """select dossier_code, agency_id, procedure_family, status, received_at, due_at, finished_at
    from core.dossier_record where source_id = '{}' and to_night = 'infinity' and not is_removed"""
_BARE = """create table bare_{} (dossier_code text, agency_id text, procedure_family text, status text,
    received_at timestamptz, due_at timestamptz, finished_at timestamptz)"""
_JOINED = """create table bare_differing as
    select l.*, r.dossier_code as other from bare_igate l full join bare_national_export r using (dossier_code)
    where l is distinct from r"""


def woken(url: str, client_id: str, client_secret: str) -> None:
    """Ask an iGate one count: the sandbox sorts all that it holds when its clock was moved, which is not for us to answer for."""
    session = _session(url, client_id, client_secret)
    session.get(url + SEARCH_PATH, params={"size": 1, "spec": "page"}, timeout=600).raise_for_status()


def _session(url: str, client_id: str, client_secret: str) -> requests.Session:
    session = requests.Session()
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    token = session.post(url + TOKEN_PATH, data=form, timeout=60).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def listing(url: str, client_id: str, client_secret: str) -> tuple[float, int]:
    """Seconds to download every page of an iGate once, on one connection, and parse it; and how many rows came."""
    session = _session(url, client_id, client_secret)
    query: dict[str, str | int] = {"size": PAGE_SIZE, "spec": "slice", "sort": "updatedDate,desc"}
    started, page, rows, is_last = time.perf_counter(), 0, 0, False
    while not is_last:
        answer = session.get(url + SEARCH_PATH, params={**query, "page": page}, timeout=600)
        if answer.status_code == requests.codes.unauthorized:
            session = _session(url, client_id, client_secret)
            continue
        content = json.loads(answer.content)
        rows, page, is_last = rows + len(content["content"]), page + 1, content["last"]
    return time.perf_counter() - started, rows


def export_read(path: Path) -> float:
    """Seconds in which polars reads an export file."""
    command = [str(YARDSTICK_PYTHON), str(ROOT / "bench" / "yardsticks.py"), "read", str(path)]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(json.loads(output.splitlines()[-1])["seconds"])


def joined(dsn: str, home: Path) -> float:
    """Seconds to copy both sides, as CSV, into bare tables of the same server and to join them there."""
    files = {source: home / f"{source}.csv" for source in ("igate", "national_export")}
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        for source, path in files.items():
            with path.open("wb") as stream, cursor.copy(f"copy ({_SIDE.format(source)}) to stdout csv") as rows:
                for chunk in rows:
                    stream.write(chunk)
        started = time.perf_counter()
        for source, path in files.items():
            cursor.execute(_BARE.format(source))
            with path.open("rb") as stream, cursor.copy(f"copy bare_{source} from stdin csv") as copy:
                shutil.copyfileobj(stream, copy, 1 << 20)  # type: ignore[misc]
            cursor.execute(f"analyze bare_{source}")
        cursor.execute(_JOINED)
        return time.perf_counter() - started
