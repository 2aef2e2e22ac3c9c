"""`python -m standalone run|up|down|night`, as called by `make`. Settings come from the environment.

DOISOAT_HOME      state directory (default .doisoat/run for run, .doisoat/up for the others)
PROVINCE          province file (default config/lang_son.yaml), or the name of one in config/provinces
NIGHTS_END        last of the three nights of `run` (default 2024-04-19)
DOSSIERS          approximate number of dossiers in the sandbox (default 20000)
PORT              port of Airflow's UI for `up` (default 8080)
NIGHT             the night that `night` runs

`up`, `down` and `night` also read `.env`, which holds the connections of real systems. `run` never does.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from doisoat.errors import ConfigurationError
from doisoat.province import tenants
from dotenv import dotenv_values

from standalone import postgres
from standalone.airflow import LOGIN, PROJECT, SERVICES, Airflow, PortTakenError, check_port
from standalone.home import own
from standalone.laptop import READ_AT, Laptop
from standalone.nights import AirflowApiError
from standalone.processes import ProcessError
from standalone.sandbox import NAME as SANDBOX
from standalone.sandbox import Sandbox

WORKERS = ("api-server", "dag-processor", "scheduler")  # no triggerer: nothing here is deferrable
NIGHTS = 3
CHANGING_NIGHTS = 30  # with this many, an `up` left running sees something new every night for about a month


class UsageError(Exception):
    """Raised when a command makes no sense; the message says what would."""


def run() -> int:
    """Three nights of a simulated province, from nothing to the summary of the last; stops what it started."""
    home, province = _home("run", os.environ), _province(os.environ)
    last = _date("NIGHTS_END", "2024-04-19")
    sandbox = Sandbox(home, last_night=last, nights=NIGHTS, dossiers=_dossiers())
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_CONN_")}
    with _alone(home):
        _same_world(home, sandbox)
        ours = {"DOISOAT_RETRY_SECONDS": "5", **inherited, "DOISOAT_ENV_FILE": os.devnull}
        laptop = Laptop(home, province, ours, sandbox, "make run")
        laptop.stop_processes()  # what a killed run left behind
        with _stopping(laptop):
            airflow = laptop.start(port=postgres.free_port(), is_scheduling=False, services=WORKERS)
            state = laptop.run_nights(airflow, _nights_until(last))
            laptop.processes.stop()
            code = laptop.summary(last)
    return code if state == "success" else 1


def up() -> int:
    """The same, left running: Airflow's UI, the nightly schedule, and time that passes."""
    environment = _environment()
    home, province = _home("up", environment), _province(environment)
    port = int(environment.get("PORT") or 8080)
    laptop = Laptop(home, province, environment, used_by="make up")
    with _alone(home):
        if laptop.is_up():
            print(f"already up: {_told(laptop, _airflow_that_is_up(home, province))}")
            return 0
        check_port(port)
        last = _last_night(laptop)
        if not any(f"AIRFLOW_CONN_{source_id.upper()}" in environment for source_id in laptop.settings.sources):
            laptop = Laptop(home, province, environment, _world_of(home, last), "make up")
        laptop.stop_processes()
        with _stopping(laptop, only_on_error=True):
            airflow = laptop.start(port=port, is_scheduling=laptop.sandbox is None, services=SERVICES)
            (home / "up.json").write_text(json.dumps({"port": port, "province": str(province)}), encoding="utf-8")
            state = "success"
            if laptop.sandbox:
                state = laptop.run_nights(airflow, _nights_until(last))
                _let_time_pass(laptop, airflow)
    print(_told(laptop, airflow))
    return 0 if state == "success" else 1


def down() -> int:
    """Stop what `up` left running."""
    environment = _environment()
    home = _home("up", environment)
    with _alone(home):
        laptop = Laptop(home, _province(environment), environment)
        was_up = laptop.is_up()
        laptop.stop()
    print(f"stopped; the data stay in {home}" if was_up else f"nothing was running in {home}")
    return 0


def night() -> int:
    """One night against the systems that .env's connections name, through Airflow's scheduler."""
    which, environment = _date("NIGHT", ""), _environment()
    home, province = _home("up", environment), _province(environment)
    laptop = Laptop(home, province, environment, used_by="make night")
    with _alone(home):
        if laptop.is_up():
            airflow = _airflow_that_is_up(home, province)
            laptop.start_warehouse()
            state = laptop.run_nights(airflow, [which], collect_late=True)
            code = laptop.summary(which)
        else:
            laptop.stop_processes()
            with _stopping(laptop):
                airflow = laptop.start(port=postgres.free_port(), is_scheduling=False, services=WORKERS)
                state = laptop.run_nights(airflow, [which], collect_late=True)
                code = laptop.summary(which)
    return code if state == "success" else 1


def _let_time_pass(laptop: Laptop, airflow: Airflow) -> None:
    """Switch from the three nights to every night: the sandbox's clock becomes ours, and the schedule is switched on."""
    assert laptop.sandbox is not None  # noqa: S101 - the caller asked
    laptop.processes.stop(SANDBOX, "scheduler")
    laptop.sandbox.start(laptop.processes, laptop.environment, clock="wall")
    inside = airflow.environment(laptop.environment, is_scheduling=True)
    airflow.start(laptop.processes, inside, names=("scheduler",))
    laptop.sandbox.wait(laptop.processes)
    airflow.wait(laptop.processes)
    laptop.progress.say("the nightly schedule is on")


def _told(laptop: Laptop, airflow: Airflow) -> str:
    return "\n".join(
        [
            f"Airflow's page: http://localhost:{airflow.port}  login {LOGIN}  password {airflow.password}",
            f"Đối Soát's page: http://localhost:{airflow.port}/doisoat/  with the same login",
            f"every night at {READ_AT:%H:%M} {laptop.settings.province.timezone}; stop with: make down",
        ]
    )


def _airflow_that_is_up(home: Path, province: Path) -> Airflow:
    known = json.loads((home / "up.json").read_text(encoding="utf-8"))
    if known["province"] != str(province):
        raise UsageError(f"{home} is up with {known['province']}; make down, or choose another DOISOAT_HOME")
    return Airflow(home, known["port"], database="")


def _home(name: str, environment: Mapping[str, str]) -> Path:
    home = (PROJECT / (environment.get("DOISOAT_HOME") or f".doisoat/{name}")).resolve()
    own(home)
    return home


def _province(environment: Mapping[str, str]) -> Path:
    given = environment.get("PROVINCE") or environment.get("DOISOAT_PROVINCE") or "config/lang_son.yaml"
    named = tenants.folder() / f"{given}.yaml"
    return (named if named.is_file() else PROJECT / given).resolve()


def _environment() -> dict[str, str]:
    """Our environment, plus what `.env` adds to it."""
    added: Mapping[str, str | None] = dotenv_values(PROJECT / ".env")
    if folder := added.get("DOISOAT_PROVINCES"):
        os.environ.setdefault("DOISOAT_PROVINCES", folder)  # which provinces there are is asked in this process too
    return {**{name: value for name, value in added.items() if value}, **os.environ}


def _date(name: str, default: str) -> dt.date:
    text = os.environ.get(name) or default
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{name}={text or '?'}: give a date, {name}=YYYY-MM-DD") from None


def _dossiers() -> int:
    return int(os.environ.get("DOSSIERS") or 20_000)


def _nights_until(last: dt.date) -> list[dt.date]:
    return [last - dt.timedelta(days=back) for back in reversed(range(NIGHTS))]


def _last_night(laptop: Laptop) -> dt.date:
    """The night that the schedule ran last: yesterday, or the day before until 01:00."""
    now = dt.datetime.now(laptop.settings.timezone)
    return (now - dt.timedelta(days=1, hours=READ_AT.hour)).date()


def _world_of(home: Path, last: dt.date) -> Sandbox:
    """The world of this home: built at the first `up`, the same at every later one."""
    file = home / "world.json"
    if not file.exists():
        end = last + dt.timedelta(days=CHANGING_NIGHTS - NIGHTS)
        file.write_text(json.dumps({"last_night": str(end), "dossiers": _dossiers()}), encoding="utf-8")
    known = json.loads(file.read_text(encoding="utf-8"))
    return Sandbox(home, dt.date.fromisoformat(known["last_night"]), CHANGING_NIGHTS, known["dossiers"])


def _same_world(home: Path, sandbox: Sandbox) -> None:
    """Refuse another world in the same home: its nights would look like thousands of deletions."""
    file = home / "world.json"
    asked = {"last_night": str(sandbox.last_night), "dossiers": sandbox.dossiers}
    if not file.exists():
        file.write_text(json.dumps(asked), encoding="utf-8")
    known = json.loads(file.read_text(encoding="utf-8"))
    if known != asked:
        raise UsageError(
            f"{home} holds nights until {known['last_night']} of {known['dossiers']} dossiers; run `make clean` first, "
            "or name another DOISOAT_HOME"
        )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Lock the home for this command."""
    with (home / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise UsageError(
                f"{lock.read() or 'another command is running'} in {home}; wait for it, or end it"
            ) from None
        lock.truncate(0)
        night = f" NIGHT={os.environ['NIGHT']}" if os.environ.get("NIGHT") else ""
        command = f"make {sys.argv[1] if len(sys.argv) > 1 else '?'}{night}"
        lock.write(f"{command} is running (process {os.getpid()}, since {dt.datetime.now().astimezone():%H:%M})")
        lock.flush()
        yield


@contextmanager
def _stopping(laptop: Laptop, *, only_on_error: bool = False) -> Iterator[None]:
    """Stop everything at the end, whatever happened; a second Ctrl-C does not interrupt the stopping."""
    is_done = False
    try:
        yield
        is_done = True
    finally:
        if not (is_done and only_on_error):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            laptop.leave()
            laptop.progress.say("stopped everything that was started")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


COMMANDS: dict[str, Callable[[], int]] = {"run": run, "up": up, "down": down, "night": night}


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__)
        return 64
    os.umask(0o077)  # what we and our children write is for us alone (standalone.home)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too: a shell's background job ignores it
        signal.signal(number, _interrupt)
    try:
        return COMMANDS[arguments[0]]()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads us has enough, as `head` does; what was started has been stopped
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (
        AirflowApiError,
        ConfigurationError,
        PortTakenError,
        ProcessError,
        UsageError,
        postgres.PostgresError,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
