"""One night on docker-compose.yml's own services, through Celery: PostgreSQL, Redis, a worker, each a process of its own.

tests/campaign/test_production.py does the rest of docs/operations.md, and kills a worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from doisoat.warehouse import connect
from standalone.nights import DAG_ID
from standalone.sandbox import Sandbox
from support import nights_against_key as against
from support.docker.host import Host, host, lacks
from support.production import SANDBOX, airflow, blocks, rows, secrets_of, set_clock, settings, warehouse

# Not run only where a machine cannot make containers out of processes: the reason is printed, and in CI it is a failure.
pytestmark = [pytest.mark.timeout(900), pytest.mark.skipif(bool(lacks()), reason=lacks())]
DOSSIERS = 150
NIGHT = against.NIGHTS[0]
#: What a night needs; `up` starts what they depend on. The second worker and the triggerer have nothing to do in it.
SERVICES = "scheduler dag-processor api-server worker-1 sandbox"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The services that a night needs, installed as the document says."""
    with host(tmp_path_factory.mktemp("celery")) as running:
        running.done(blocks()["Install"][0])
        with (running.project / ".env").open("a", encoding="utf-8") as env:
            env.write(settings(DOSSIERS))
        running.done("docker compose build")
        prepare, up, end = blocks()["Try it on simulated systems"][0].rpartition("docker compose --profile sandbox up")
        running.done(prepare)
        running.done(f"{up} {end.strip()} {SERVICES}")
        yield running


def test_a_night_through_celery_is_published_and_agrees_with_the_answer_key(production: Host) -> None:
    production.inside(lambda: set_clock(NIGHT))
    production.inside(lambda: airflow(production).wait_for_dag())
    trigger, look = blocks()["Install"][4].splitlines()
    assert str(NIGHT) in trigger
    production.done(trigger)

    def ended() -> tuple[str, dict[str, tuple[str, int, str]]]:
        client = airflow(production)
        (run,) = client._call("GET", f"/dags/{DAG_ID}/dagRuns")["dag_runs"]
        state = client.follow(run["dag_run_id"])
        tasks = client._call("GET", f"/dags/{DAG_ID}/dagRuns/{run['dag_run_id']}/taskInstances")["task_instances"]
        return state, {task["task_id"]: (task["state"], task["try_number"], task["hostname"]) for task in tasks}

    state, tasks = production.inside(ended)
    assert state == "success"
    assert set(tasks.values()) == {("success", 1, "worker-1")}
    assert "published" in production.done(look)
    production.inside(lambda: agrees_with_the_key(production))


def test_a_task_is_told_no_secret_but_those_of_sources_warehouse_and_queue(production: Host) -> None:
    """Neither in its environment nor in a file that it can read."""
    secrets = secrets_of(production)
    for service in ("worker-1", "scheduler", "dag-processor", "api-server"):
        known = environment_of(production, service)
        assert not [name for name, value in secrets.items() if value in known], service
    seen = production.done("docker compose exec -T worker-1 ls /run/secrets").split()
    assert sorted(seen) == ["connections.json", "redis_password"]
    told = production.done("docker compose exec -T worker-1 sh -c 'cat /run/secrets/*'")
    assert {name for name, value in secrets.items() if value in told} == {"REDIS_PASSWORD", "WAREHOUSE_PASSWORD"}


def test_no_role_of_ours_is_the_databases_superuser(production: Host) -> None:
    """Each opens its own database, and neither the other one nor the server."""
    passwords = {secrets_of(production)[name] for name in ("AIRFLOW_DB_PASSWORD", "WAREHOUSE_PASSWORD")}

    def opened() -> set[tuple[str, str, bool]]:
        found = set()
        for role in ("airflow", "warehouse", "postgres"):
            for database in ("airflow", "warehouse", "postgres", "template1"):
                for password in passwords:
                    with suppress(psycopg.OperationalError):
                        address = f"postgresql://{role}:{password}@10.77.0.2/{database}"
                        ((is_superuser,),) = rows(address, "select rolsuper from pg_roles where rolname = current_user")
                        found.add((role, database, is_superuser))
        return found

    assert production.inside(opened) == {("airflow", "airflow", False), ("warehouse", "warehouse", False)}


def environment_of(production: Host, service: str) -> str:
    return production.done(f"docker compose exec -T {service} env")


def agrees_with_the_key(production: Host) -> None:
    """What the night says is what the simulated systems know to be true."""
    sandbox = Sandbox(production.home, against.NIGHTS[-1], nights=3, dossiers=DOSSIERS, port=int(SANDBOX[-4:]))
    key = against.key_of(sandbox)
    assert len(key) > DOSSIERS / 2
    with connect(warehouse(production)) as connection:
        assert (
            against.held_otherwise(connection, key, ["business_registration", "driving_licence", "judicial_record"])
            == {}
        )
        wrong = against.wrongly_present(connection, key)
        assert {case for case in wrong if case not in against.UNLINKED} == set()
