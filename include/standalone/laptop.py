"""Everything one home needs: PostgreSQL, the warehouse, Airflow, and optionally the sandbox.

Startups that do not depend on each other overlap: Airflow's migration, the warehouse's and the generation of the world.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from doisoat.connections import WAREHOUSE_CONNECTION_ID
from doisoat.province import tenants
from doisoat.province.file import ProvinceSettings

from standalone import homes, keeper, postgres
from standalone.airflow import PROJECT, SERVICES, Airflow
from standalone.nights import DAG_ID, Nights
from standalone.processes import ProcessError, Processes
from standalone.progress import Progress
from standalone.sandbox import Sandbox

DOISOAT = str(Path(sys.executable).with_name("doisoat"))
READ_AT = dt.time(1)  # a night is read at 01:00 of the day after, as the schedule does


class Laptop:
    """One running home.

    Args:
        home: the state directory.
        province: the province file.
        environment: what our processes inherit; connections in it win over those made here.
        sandbox: the simulated systems, None if the connections lead to others.
        used_by: the command that this is for, as somebody types it.
        executor: how Airflow runs tasks (Airflow.executor).
    """

    def __init__(
        self,
        home: Path,
        province: Path,
        environment: Mapping[str, str],
        sandbox: Sandbox | None = None,
        used_by: str = "make",
        executor: Mapping[str, str] | None = None,
    ) -> None:
        self.home, self.sandbox, self.used_by, self._executor = home, sandbox, used_by, executor or {}
        self.processes = Processes(home)
        self.tenant = tenants.at(province)
        self.settings: ProvinceSettings = self.tenant.settings()
        self.progress = Progress()
        self._beside: list[tenants.Tenant] = []  # the other provinces whose warehouses are here
        self._is_ours = False  # whether we started its Airflow just now
        self.environment = {
            **environment,
            "DOISOAT_HOME": str(home),
            "DOISOAT_PROVINCE": str(province),
            "DOISOAT_LANDING": environment.get("DOISOAT_LANDING", str(home / "landing")),
            **(self.tenant.environment(sandbox.connections()) if sandbox else {}),
        }

    def start(self, *, port: int, is_scheduling: bool, services: Sequence[str]) -> Airflow:
        """Start everything and wait until it works; returns the Airflow.

        Raises:
            PostgresError, ProcessError: something did not come up.
        """
        server = self.start_warehouse()
        airflow = Airflow(self.home, port, postgres.ensure_database(server, "airflow"), self._executor)
        inside = airflow.environment(self.environment, is_scheduling=is_scheduling)
        if self.sandbox:
            self.sandbox.start(self.processes, self.environment)
        self._migrate("warehouse-migrate", self.tenant)
        with self.progress.doing("upgrading warehouse and Airflow database to their newest schema"):
            self._prepare(airflow, inside)
            self.processes.finish("warehouse-migrate")
            self._migrate_beside()
        self.progress.say("warehouse and Airflow database are at their newest schema")
        airflow.start(self.processes, inside, names=tuple(services))
        self.progress.say("starting Airflow, about a minute on a slow machine")
        if sandbox := self.sandbox:
            with self.progress.doing(sandbox.says):
                sandbox.wait(self.processes)
            self.progress.say(f"sandbox: about {sandbox.dossiers:,} dossiers in the source systems on {sandbox.url}")
        with self.progress.doing("Airflow is starting"):
            airflow.wait(self.processes)
        self._is_ours = True
        self.progress.say(f"Airflow on {airflow.url}: {', '.join(services)}")
        return airflow

    def start_warehouse(self) -> postgres.Server:
        """Start PostgreSQL; the warehouse is in it unless the environment names another."""
        server = postgres.start(self.home)
        dsn = postgres.ensure_database(server, self.tenant.called(WAREHOUSE_CONNECTION_ID), may_create_roles=True)
        is_here = self.environment.setdefault(self.tenant.variable(WAREHOUSE_CONNECTION_ID), dsn) == dsn
        for other in tenants.tenants(self.tenant):
            there = other.id != self.tenant.id and postgres.database(server, other.called(WAREHOUSE_CONNECTION_ID))
            if there and self.environment.setdefault(other.variable(WAREHOUSE_CONNECTION_ID), there) == there:
                self._beside.append(other)
        homes.remember(self.home, used_by=self.used_by, province=self.settings.path, has_warehouse=is_here)
        if is_here:
            self.progress.say(f"PostgreSQL 18 on 127.0.0.1:{server.port}, data in {self.home / 'postgres'}")
        else:
            self.progress.say("the warehouse is where AIRFLOW_CONN_WAREHOUSE says; Airflow's own database is here")
        return server

    def run_nights(self, airflow: Airflow, nights: Sequence[dt.date], *, collect_late: bool = False) -> str:
        """Run these nights one after the other; returns the last one's state. A failed night ends it."""
        client = Nights(airflow, self.processes.check, self.progress, self.tenant.dag_id(DAG_ID))
        with self.progress.doing("Airflow reads the Dags"):
            client.wait_for_dag()
        if self._is_ours:
            client.fail_leftovers()
        state = "success"
        for night in nights:
            self.progress.say(f"night {night}")
            if self.sandbox:
                read_at = dt.datetime.combine(night + dt.timedelta(days=1), READ_AT, tzinfo=self.settings.timezone)
                with self.progress.doing(f"moving the source systems to {read_at:%Y-%m-%d %H:%M}"):
                    self.sandbox.set_clock(read_at)
            state = client.run(night, collect_late=collect_late)
            if state != "success":
                self.progress.say(f"night {night}: the run {'failed' if state == 'failed' else 'is undecided'}")
                break
        return state

    def summary(self, night: dt.date) -> int:
        """Print the library's summary of a night; returns 0 published, 1 failed or blocked, 2 published with stale sources."""
        return self.doisoat("summary", "--night", str(night))

    def doisoat(self, *arguments: str) -> int:
        """Run the library's command line here; returns its exit code. Its hints name this home if another could be meant."""
        known = homes.at(self.home)
        others = [home for home in homes.of(PROJECT) if home.path != self.home]
        environment = dict(self.environment)
        if known and known.has_warehouse:
            for tenant in (self.tenant, *self._beside):  # the home says more of it than an address
                del environment[tenant.variable(WAREHOUSE_CONNECTION_ID)]
            is_ours = self.home.parent == PROJECT / homes.FOLDER and self.home.name in homes.NAMES
            if others or not is_ours:
                arguments = ("--home", self.home.name if is_ours else str(self.home), *arguments)
        return subprocess.run([DOISOAT, *arguments], env=environment, cwd=PROJECT, check=False).returncode

    def is_up(self) -> bool:
        """Whether Airflow's scheduler runs in this home."""
        return "scheduler" in self.processes.running()

    def stop(self) -> None:
        """Stop everything that runs in this home, whoever started it."""
        self.stop_processes()
        postgres.stop(self.home)

    def stop_processes(self) -> None:
        """Stop Airflow and the sandbox, whoever started them; the server may be needed by others."""
        self.processes.stop(*SERVICES)
        self.processes.stop()

    def leave(self) -> None:
        """Stop what runs in this home; the server once nobody else is connected to it."""
        self.stop_processes()
        keeper.leave(self.home)

    def _migrate_beside(self) -> None:
        """Upgrade the warehouses of the other provinces; what becomes of them holds nobody up."""
        for other in self._beside:
            process = f"{other.called(WAREHOUSE_CONNECTION_ID)}-migrate"
            self._migrate(process, other)
            try:
                self.processes.finish(process)
            except ProcessError as error:
                self.progress.say(f"{other.id}: {error}")

    def _migrate(self, process: str, tenant: tenants.Tenant) -> None:
        """Start upgrading the warehouse of a province."""
        self.processes.start(process, [DOISOAT, "--province", str(tenant.file), "migrate"], self.environment)

    def _prepare(self, airflow: Airflow, inside: Mapping[str, str]) -> None:
        """Bring Airflow's database up to date; importing Airflow for nothing would cost ten seconds."""
        state = f"{version('apache-airflow')} {sorted(tenants.pools(self.tenant))}"
        stamp = self.home / "airflow" / "prepared"
        fingerprint = hashlib.sha256(state.encode()).hexdigest()
        if stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
            return
        airflow.prepare(self.processes, inside)
        self.processes.finish("airflow-prepare")
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(fingerprint, encoding="utf-8")
