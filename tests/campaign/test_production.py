"""docs/operations.md done for real, in its order, on docker-compose.yml's own services: install, a night, back up, restore ...

The document's command lines are taken out of it and run by bash; `docker` there is tests/support/docker, which runs each
service as a process with what the Compose file and the Dockerfile say of it. PostgreSQL, Redis, Airflow and the Celery
workers are real. One host is made and used by all tests, in the order of the file; a few minutes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
import yaml
from cryptography.fernet import Fernet
from doisoat.warehouse import connect
from standalone.postgres import Server
from support import nights_against_key as against
from support.docker.host import Host, host, lacks
from support.docker.tls import make_certificate
from support.production import (
    SANDBOX,
    airflow,
    blocks,
    logins,
    password_is_good,
    rows,
    secrets_of,
    set_clock,
    settings,
    wait_for,
    warehouse,
)
from support.provinces import CONFIG
from support.runbook import commands
from support.states import STATE
from support.upgrades import OLD, newest_revision

pytestmark = [pytest.mark.timeout(2400), pytest.mark.skipif(bool(lacks()), reason=lacks())]
PROJECT = Path(__file__).parents[2]
DOSSIERS = 300
PAGE_ALONE = "http://localhost:8090"
FIRST, SECOND = against.NIGHTS[:2]
_run: set[tuple[str, int]] = set()


def block(heading: str, number: int = 0) -> str:
    """One block of commands, to be run now."""
    _run.add((heading, number))
    return blocks()[heading][number]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with host(tmp_path_factory.mktemp("production")) as running:
        yield running


def content(dsn: str) -> dict[str, str]:
    """Table -> a digest of all its rows; generated views apart."""
    tables = rows(
        dsn,
        """select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')""",
    )
    digest = "select coalesce(md5(string_agg(t::text, chr(10) order by t::text)), 'empty') from {} t"
    return {table: rows(dsn, digest.format(table))[0][0] for (table,) in tables}


def files_below(directory: Path) -> dict[str, str]:
    """File -> its digest."""
    found = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


# a wrong file fails ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("right", "wrong", "service", "said"),
    [
        ("exec redis-server -", "exec redis-servant -", "redis", "redis-servant"),
        ("[orchestration.prepare, --with-warehouse]", "[orchestration.prepared]", "migrate", "No module named"),
        ("[airflow, celery, worker, --skip-serve-logs]", "[airflow, celery, work]", "worker-1", "invalid choice"),
    ],
)
def test_a_wrong_command_in_the_file_is_found(
    production: Host, right: str, wrong: str, service: str, said: str
) -> None:
    if not (production.project / ".env").exists():
        production.done(block("Install", 0))
    file = production.project / "docker-compose.yml"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong), encoding="utf-8")
    try:
        alone = "--no-deps" if service == "worker-1" else ""
        result = production.shell(f"docker compose up --detach --wait {alone} {service}")
    finally:
        file.write_text(text, encoding="utf-8")
        production.done("docker compose down --volumes")
    assert result.returncode == 1
    assert said in result.stderr


# install -----------------------------------------------------------------------------------------------------------
def test_secrets_are_made_for_their_owner_only(production: Host) -> None:
    (production.project / ".env").unlink(missing_ok=True)
    shutil.rmtree(production.project / "secrets", ignore_errors=True)
    refused = production.shell("docker compose config --quiet")
    assert "env file" in refused.stderr
    production.done(block("Install", 0))
    file = production.project / ".env"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (production.project / "secrets").stat().st_mode & 0o777 == 0o700
    made = secrets_of(production)
    assert len(set(made.values())) == len(made) == 6
    assert all(len(value) >= 40 for value in made.values())
    Fernet(made["AIRFLOW_FERNET_KEY"])
    with file.open("a", encoding="utf-8") as env:
        env.write(settings(DOSSIERS))


def test_everything_starts_and_says_that_it_works(production: Host) -> None:
    production.done("docker compose build")
    production.done(block("Try it on simulated systems"))
    running = production.done("docker compose ps").split()
    production.done(block("Install", 1))  # finds everything as it should be
    assert production.done("docker compose ps").split() == running
    assert len(running) == 9
    users = production.done(
        "for service in $(docker compose ps); do docker compose exec -T $service id -u; done"
    ).split()
    assert set(users) == {"999", "50000"}


def test_the_login_is_generated_and_in_no_log(production: Host) -> None:
    (password,) = json.loads(production.done(block("Install", 2))).values()
    assert len(password) >= 24
    assert production.inside(lambda: password_is_good(password))
    assert not production.inside(lambda: password_is_good("admin"))
    file = production.volumes / "state" / "secrets" / "logins.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (production.volumes / "state").stat().st_mode & 0o777 == 0o700
    wanted = [password, *(value for name, value in secrets_of(production).items() if "PASSWORD" in name)]
    for log in (production.home / "logs").iterdir():
        assert not any(secret in log.read_text(errors="replace") for secret in wanted), log


def test_every_source_answers(production: Host) -> None:
    said = production.done(block("Install", 3))
    assert len(re.findall(r"^ok ", said, re.MULTILINE)) == 12
    assert "WRONG" not in said


# a night -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, postgres_server: Server) -> dict[dt.date, Any]:
    """Night -> what both nights make of the same world without Airflow, workers and accidents."""
    from doisoat.warehouse import migrate
    from standalone import postgres

    dsn = postgres.ensure_database(postgres_server, "undisturbed", may_create_roles=True)
    migrate(dsn)
    found = {}
    home = tmp_path_factory.mktemp("undisturbed")
    for night in (FIRST, SECOND):
        with against.served(home / str(night), DOSSIERS) as sandbox:  # a new one each night, as in production here
            site = against.site_of(CONFIG / "lang_son.yaml", home, dsn, sandbox.connections())
            against.run_night(site, sandbox, night)
        found[night] = rows(dsn, STATE)
    return found


def test_a_night_survives_the_death_of_a_worker(production: Host, undisturbed: dict[dt.date, Any]) -> None:
    slow = {"system": "igate", "kind": "latency", "seconds": 2, "count": None}

    def tasks() -> list[dict[str, Any]]:
        client = airflow(production)
        (run,) = client._call("GET", "/dags/nightly_reconciliation/dagRuns")["dag_runs"]
        path = f"/dags/nightly_reconciliation/dagRuns/{run['dag_run_id']}/taskInstances"
        return [{**task, "run": run["state"]} for task in client._call("GET", path)["task_instances"]]

    def collecting() -> dict[str, Any] | None:
        return next((t for t in tasks() if t["task_id"] == "igate.collect" and t["state"] == "running"), None)

    production.inside(lambda: set_clock(FIRST))
    production.inside(lambda: requests.post(f"{SANDBOX}/control/faults", json=slow, timeout=60).raise_for_status())
    production.inside(lambda: airflow(production).wait_for_dag())
    trigger, look = block("Install", 4).splitlines()
    production.done(trigger)
    victim = production.inside(lambda: wait_for(collecting))["hostname"]
    assert victim in ("worker-1", "worker-2")
    production.done(f"docker compose kill {victim}")
    production.inside(lambda: requests.delete(f"{SANDBOX}/control/faults", timeout=60).raise_for_status())
    wait_for(lambda: production.inside(tasks)[0]["run"] in ("success", "failed"), seconds=900)
    ended = {task["task_id"]: task for task in production.inside(tasks)}
    assert {task["state"] for task in ended.values()} == {"success"}
    assert ended["igate.collect"]["try_number"] == 2
    assert ended["igate.collect"]["hostname"] != victim
    assert "published" in production.done(look)
    assert production.inside(lambda: rows(warehouse(production), STATE)) == undisturbed[FIRST]
    production.done(f"docker compose up --detach --wait {victim}")  # as its restart policy would have done


def test_a_reader_is_let_in_and_reads_what_is_published(production: Host) -> None:
    said = dict(line.split(": ", 1) for line in production.done(block("Readers")).splitlines())
    production.done(block("Readers", 1))  # once more changes nothing

    def read(query: str) -> Any:
        return rows(f"postgresql://superset:{said['password'].strip()}@10.77.0.2/warehouse", query)

    assert production.inside(lambda: read("select count(*) from mart.night")) == [(1,)]
    assert production.inside(lambda: read("show temp_file_limit")) == [("2GB",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        production.inside(lambda: read("create temporary table mine (x int)"))


def test_the_page_takes_the_single_sign_on_and_knows_two_logins_alone(production: Host) -> None:
    file = production.project / "secrets" / "page.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    assert known.keys() == {"warehouse_page", "warehouse_page_forms"}
    alone = production.shell("docker compose --profile page up --detach --wait --no-deps page")
    assert alone.returncode == 1  # without a single sign-on nobody could come in
    extra = {"issuer": "http://localhost:9400"}
    login = {"conn_type": "http", "login": "doisoat", "password": "the-client's-secret", "extra": extra}
    file.write_text(json.dumps({**known, "page_login": login}), encoding="utf-8")
    server = f"{sys.executable} -m support.openid_provider 9400 admin http://localhost:8090/login/back"
    path = f"{PROJECT / 'include'}:{PROJECT / 'tests'}"
    production.done(f"setsid {server} > openid.log 2>&1 &", PYTHONPATH=path)
    production.done(block("The page"))
    assert production.inside(lambda: requests.get(f"{PAGE_ALONE}/gaps", timeout=30).status_code) == 401
    let_in = production.inside(lambda: wait_for(lambda: _let_in(requests.Session())))
    assert (let_in.status_code, let_in.url) == (200, f"{PAGE_ALONE}/gaps")
    last = "select to_char(max(night), 'DD/MM/YYYY') from mart.night"
    ((night,),) = production.inside(lambda: rows(warehouse(production), last))
    assert (f"Đêm {night}" if night else "Chưa có đêm nào được công bố") in let_in.text
    secret = production.done("docker compose --profile page exec -T page ls /run/secrets").split()
    assert secret == ["page.json"]
    production.done("docker compose --profile page stop page")
    said = "select rolname from pg_roles where rolname in ('page', 'page_forms') order by 1"
    assert production.inside(lambda: rows(warehouse(production), said)) == [("page",), ("page_forms",)]


def _let_in(session: requests.Session) -> requests.Response | None:
    """The page after a login; None while the provider does not answer yet."""
    answer = session.get(f"{PAGE_ALONE}/login?to=/gaps", timeout=30)
    return answer if answer.ok else None


# several provinces -------------------------------------------------------------------------------------------------
HUE = "hue"
#: The sources of the second province: those that are asked over HTTP. An inbox is one province's own.
ASKED = ("igate", "national_statistics", "national_adapter")


def of_hue(production: Host) -> str:
    """The DSN of the second province's warehouse."""
    known = json.loads((production.project / "secrets" / "connections.json").read_text(encoding="utf-8"))
    return str(known["warehouse_hue"]).replace("@postgres/", "@10.77.0.2/")


def test_a_province_is_added_and_its_night_runs_beside_the_first(production: Host) -> None:
    settings_of_hue = yaml.safe_load((CONFIG / "lang_son.yaml").read_text(encoding="utf-8"))
    settings_of_hue["province"] |= {"id": HUE, "name": "Huế", **{
        name: f"../{settings_of_hue['province'][name]}" for name in ("agencies", "procedures")}}  # fmt: skip
    settings_of_hue["sources"] = {name: settings_of_hue["sources"][name] for name in ASKED}
    file = production.project / "config" / "provinces" / "hue.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(settings_of_hue, allow_unicode=True), encoding="utf-8")
    production.done(block("Several provinces", 0))
    connections = production.project / "secrets" / "connections.json"
    known = json.loads(connections.read_text(encoding="utf-8"))
    connections.write_text(json.dumps({**known, **{f"{name}_hue": known[name] for name in ASKED}}), encoding="utf-8")
    said = production.done(block("Several provinces", 1))
    assert "ok    pools: one for each source" in said
    assert re.search(r"hue +Huế +hue.yaml +warehouse postgres/warehouse_hue", said)

    first = production.inside(lambda: content(warehouse(production)))
    production.inside(lambda: set_clock(FIRST))
    client = production.inside(lambda: airflow(production))
    client.dag_id = "nightly_reconciliation.hue"
    production.inside(client.wait_for_dag)
    assert production.inside(lambda: client.run(FIRST, collect_late=True)) == "success"
    nights = "select night::text, state from ops.night"
    assert production.inside(lambda: rows(of_hue(production), nights)) == [(str(FIRST), "published")]
    assert production.inside(lambda: content(warehouse(production))) == first


def test_one_province_is_restored_and_the_other_goes_on(production: Host) -> None:
    first, hue = (production.inside(lambda d=d: content(d)) for d in (warehouse(production), of_hue(production)))
    landing = production.volumes / "state" / "landing"
    sealed = files_below(landing)
    production.done(block("Several provinces", 2))
    shutil.rmtree(landing / HUE)
    production.done(block("Several provinces", 3))
    assert production.inside(lambda: content(of_hue(production))) == hue
    assert production.inside(lambda: content(warehouse(production))) == first
    assert files_below(landing) == sealed
    shutil.rmtree(production.project / "backup")
    (production.project / "config" / "provinces" / "hue.yaml").unlink()
    production.done("docker compose build")  # what follows is about one province


# back up, restore --------------------------------------------------------------------------------------------------
def test_what_is_restored_is_what_was_backed_up_and_the_next_night_runs(
    production: Host, undisturbed: dict[dt.date, Any]
) -> None:
    landing = production.volumes / "state" / "landing"
    production.done("docker compose stop scheduler dag-processor triggerer worker-1 worker-2 api-server")
    before = {
        name: production.inside(lambda n=name: content(warehouse(production, n))) for name in ("airflow", "warehouse")
    }
    sealed = files_below(landing)
    assert len(sealed) > 20
    production.done("docker compose up --detach --wait scheduler")
    production.done(block("Back up"))
    (backup,) = (production.project / "backup").iterdir()
    assert {path.stat().st_mode & 0o077 for path in [backup, *backup.iterdir()]} == {0}

    production.done(block("Restore", 0))
    assert not production.volumes.exists()
    (production.project / ".env").unlink()
    shutil.rmtree(production.project / "secrets")
    production.done(block("Restore", 1).replace("docker compose up --detach --wait\n", ""))  # all but its last line
    after = {
        name: production.inside(lambda n=name: content(warehouse(production, n))) for name in ("airflow", "warehouse")
    }
    assert after["warehouse"] == before["warehouse"]
    assert set(after["airflow"]) == set(before["airflow"])
    for table in ("public.dag_run", "public.task_instance", "public.slot_pool"):
        assert after["airflow"][table] == before["airflow"][table]
    assert files_below(landing) == sealed
    assert block("Restore", 1).endswith("docker compose up --detach --wait\n")
    mkdir = re.search(
        r"docker compose run .*? mkdir .*?reporting_system\n", block("Try it on simulated systems"), re.DOTALL
    )
    production.done(mkdir[0] + "docker compose --profile sandbox up --detach --wait")

    production.inside(lambda: set_clock(SECOND))
    state = production.inside(lambda: airflow(production).run(SECOND))
    assert state == "success"
    assert production.inside(lambda: rows(warehouse(production), STATE)) == undisturbed[SECOND]


# secrets -----------------------------------------------------------------------------------------------------------
def test_secrets_are_changed_and_the_old_ones_are_refused(production: Host) -> None:
    old, old_login = secrets_of(production), logins(production)["admin"]
    connection = {"connection_id": "kept", "conn_type": "http", "password": "kept-in-the-database"}
    production.inside(lambda: airflow(production)._call("POST", "/connections", json=connection))

    production.done(block("Change secrets", 0))
    production.done(block("Change secrets", 1), DOCKER_ONLY="api-server")
    production.done(block("Change secrets", 2))
    new = secrets_of(production)
    changed = {name for name in old if old[name] != new[name]}
    assert changed == {name for name in old if re.fullmatch(r"AIRFLOW_\w+_KEY|\w+_PASSWORD|AIRFLOW_JWT_SECRET", name)}
    stored = "select password from connection where conn_id = 'kept'"
    ((locked,),) = production.inside(lambda: rows(warehouse(production, "airflow"), stored))
    assert Fernet(new["AIRFLOW_FERNET_KEY"]).decrypt(locked.encode()) == b"kept-in-the-database"
    for role, name in (("airflow", "AIRFLOW_DB_PASSWORD"), ("warehouse", "WAREHOUSE_PASSWORD")):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            production.inside(lambda r=role, n=name: rows(f"postgresql://{r}:{old[n]}@10.77.0.2/{r}", "select 1"))
    assert production.inside(lambda: password_is_good(logins(production)["admin"]))
    assert not production.inside(lambda: password_is_good(old_login))


def test_a_source_behind_a_private_authority_is_trusted_once_it_is_named(production: Host) -> None:
    authority = production.project / "authority.pem"
    make_certificate(production.home / "server.pem", "sandbox")
    authority.write_bytes((production.home / "server.crt").read_bytes())
    server = f"{sys.executable} -m support.docker.tls 8443 8900 {production.home / 'server.pem'}"
    production.done(f"setsid {server} > tls.log 2>&1 &", PYTHONPATH=str(PROJECT / "tests"))
    file = production.project / "secrets" / "connections.json"
    connection: dict[str, Any] = {"conn_type": "http", "host": "https://sandbox", "port": 8443}

    def write() -> None:
        known = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**known, "national_statistics": connection}), encoding="utf-8")

    write()
    check = "docker compose run -T --rm --no-deps --entrypoint doisoat scheduler check"
    result = production.shell(check)
    assert re.search(
        r"^WRONG national_statistics: .* a TLS certificate that is not trusted", result.stdout, re.MULTILINE
    )
    connection["extra"] = {"verify": "/etc/doisoat/certificates/authority.pem"}
    write()
    said = production.done(block("A proxy, a private authority"), DOCKER_ONLY="scheduler")
    assert re.search(r"^ok +national_statistics: ", said, re.MULTILINE)


def test_what_the_runbook_says_of_services_works(production: Host) -> None:
    for line in commands("docker compose", S="triggerer"):
        said = production.done(line)
        assert said or " logs " not in line, line
    running = production.done("docker compose ps").split()
    assert {"triggerer", "worker-1", "worker-2"} <= set(running)


# turn off, upgrade -------------------------------------------------------------------------------------------------
def test_turned_off_nothing_runs_and_the_data_stay(production: Host) -> None:
    production.done(block("Turn off"))
    assert production.done("docker compose ps").split() == []
    assert len(files_below(production.volumes / "state" / "landing")) > 20


def test_a_filled_warehouse_of_the_release_before_is_upgraded(production: Host) -> None:
    production.done(block("Try it on simulated systems", 1))
    production.done("docker compose up --detach --wait postgres")
    made = "'set role warehouse; create role analyst'"  # by the owner, as the migration of that release did
    production.done(f"docker compose exec -T postgres psql --username postgres --quiet --command {made}")
    restore = "docker compose exec -T postgres pg_restore --username postgres --exit-on-error --dbname warehouse"
    production.done(f"{restore} < {OLD}")
    nights = "select night::text, state from ops.night order by night"
    before = production.inside(lambda: rows(warehouse(production), nights))
    assert before == [(str(FIRST), "published"), (str(SECOND), "published")]
    production.done(block("Upgrade"), DOCKER_ONLY="api-server")
    assert production.inside(lambda: rows(warehouse(production), nights)) == before
    with production.inside(lambda: connect(warehouse(production))) as connection:
        assert connection.execute("select version_num from doisoat_migration").fetchone() == (newest_revision(),)
        assert connection.execute("select count(*) from mart.night").fetchone() == (2,)
    production.done("docker compose down --volumes")


def test_every_block_of_the_document_has_been_run() -> None:
    told = {(heading, number) for heading, found in blocks().items() for number in range(len(found))}
    assert told - _run == set()
