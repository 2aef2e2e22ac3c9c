"""The embedded server: found again while it runs, closed to those without the password, up again after a crash."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from standalone import keeper, postgres


@pytest.fixture
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="doisoat-home-"))
    yield path
    postgres.stop(path)
    shutil.rmtree(path, ignore_errors=True)


def server_pid(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split()[0])


def test_it_is_a_recent_postgresql_on_loopback_only(postgres_dsn: str) -> None:
    with psycopg.connect(postgres_dsn) as connection:
        assert connection.info.server_version >= 160000
        row = connection.execute("SELECT current_setting('listen_addresses'), lower('ĐỐI SOÁT')").fetchone()
    assert row == ("127.0.0.1", "đối soát")


def test_nobody_gets_in_without_the_password(postgres_server: postgres.Server) -> None:
    wrong = f"postgresql://postgres:wrong@127.0.0.1:{postgres_server.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_secrets_are_readable_by_their_owner_only(postgres_server: postgres.Server) -> None:
    files = list((postgres_server.home / "secrets").iterdir())
    assert files
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_nobody_else_on_the_machine_reads_what_lies_in_a_home(home: Path) -> None:
    """Also in a home that was made open to all, as it used to be; if we are root, others may pass through it to the server."""
    home.chmod(0o755)
    files = [home / name / "of_a_night" for name in ("landing", "inbox", "airflow", "logs")]
    for file in files:
        file.parent.mkdir(mode=0o755)
        file.write_text("what was collected")
        file.chmod(0o644)
    (home / "up.json").write_text("{}")
    postgres.start(home, postgres.THROWAWAY_SETTINGS)
    assert home.stat().st_mode & 0o066 == 0
    opened = {path.name: oct(path.stat().st_mode & 0o777) for path in home.iterdir() if path.stat().st_mode & 0o077}
    assert opened == {}
    if os.geteuid() == 0:
        for path in [*files, home / "logs" / "postgres.log", home / "up.json", home / "postgres" / "PG_VERSION"]:
            reading = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "cat", str(path)]
            done = subprocess.run(reading, capture_output=True, text=True, check=False, cwd="/")
            assert "Permission denied" in done.stderr, path


def test_starting_twice_is_starting_once(home: Path) -> None:
    first = postgres.start(home, postgres.THROWAWAY_SETTINGS)
    pid = server_pid(home)
    assert postgres.start(home, postgres.THROWAWAY_SETTINGS) == first
    assert server_pid(home) == pid


def test_data_outlive_a_stop_and_a_stop_is_a_stop(home: Path) -> None:
    dsn = postgres.ensure_database(postgres.start(home, postgres.THROWAWAY_SETTINGS), "kept")
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    postgres.stop(home)
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(dsn)
    dsn = postgres.ensure_database(postgres.start(home, postgres.THROWAWAY_SETTINGS), "kept")
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (7,)


def test_commands_share_a_server_and_it_stops_when_nobody_needs_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address stays the same, and whoever is connected is waited for: by the keeper, and by what started it."""
    kept: list[Path] = []
    monkeypatch.setattr(keeper, "keep", kept.append)
    first = keeper.start_kept(home)
    assert keeper.start_kept(home) == first
    assert kept == [home]  # one keeper
    with psycopg.connect(first.dsn()) as reader:
        keeper.leave(home)
        assert kept == [home, home]
        assert reader.execute("SELECT 1").fetchone() == (1,)
        reader.rollback()
        at_work = threading.Thread(target=keeper.watch, args=(home,), kwargs={"idle": 0.0, "every": 0.05})
        at_work.start()
        assert reader.execute("SELECT pg_sleep(0.3)").fetchone() == ("",)
        assert at_work.is_alive()
    at_work.join(30)
    assert not postgres.is_running(home)
    assert postgres.start(home, postgres.THROWAWAY_SETTINGS).port == first.port
    keeper.leave(home)
    assert not postgres.is_running(home)


@pytest.mark.parametrize("stale_pid", ["its own", "another living process"])
def test_it_starts_after_a_crash_whatever_the_pid_file_says(home: Path, stale_pid: str) -> None:
    postgres.start(home, postgres.THROWAWAY_SETTINGS)
    process = psutil.Process(server_pid(home))
    children = process.children()
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process, *children], timeout=30)
    if stale_pid == "another living process":
        pid_file = home / "postgres" / "postmaster.pid"
        pid_file.write_text("\n".join([str(os.getppid()), *pid_file.read_text().splitlines()[1:]]) + "\n")
    server = postgres.start(home, postgres.THROWAWAY_SETTINGS)
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_interrupted_initdb_leaves_nothing_that_is_taken_for_data(home: Path) -> None:
    (home / "postgres.unfinished").mkdir()
    (home / "postgres.unfinished" / "PG_VERSION").write_text("18\n")
    server = postgres.start(home, postgres.THROWAWAY_SETTINGS)
    with psycopg.connect(server.dsn()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_owner_may_not_make_roles_unless_told_so(postgres_server: postgres.Server) -> None:
    dsn = postgres.ensure_database(postgres_server, "plain")
    with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE ROLE reader")


def test_nobody_but_its_owner_is_let_into_a_database(postgres_server: postgres.Server) -> None:
    postgres.ensure_database(postgres_server, "plain")
    postgres.ensure_database(postgres_server, "other")
    for database in ("other", "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(postgres_server.dsn(database, "plain"))
