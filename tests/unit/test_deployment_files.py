"""docker-compose.yml, the Dockerfile, .env.example and make's own settings: what can be said of them without running them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import airflow
import pytest
import yaml
from airflow.providers.celery.get_provider_info import get_provider_info
from orchestration.healthy import CHECKS
from orchestration.prepare import make_logins
from standalone.airflow import Airflow
from standalone.sandbox import Sandbox
from support.docker.container import Container
from support.docker.files import ComposeError, Dockerfile, against_specification, interpolate, read

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = Dockerfile.read(PROJECT / "Dockerfile")
SECRETS = {name: told["file"] for name, told in COMPOSE["secrets"].items()}


def known_settings() -> set[str]:
    """AIRFLOW__SECTION__OPTION of every option of the installed Airflow and of its Celery executor."""
    template = Path(airflow.__file__).parent / "config_templates" / "config.yml"
    sections = [*yaml.safe_load(template.read_text(encoding="utf-8")).items(), *get_provider_info()["config"].items()]
    return {f"AIRFLOW__{name.upper()}__{option.upper()}" for name, content in sections for option in content["options"]}


def settings_in(text: str) -> set[str]:
    return {re.sub("_CMD$", "", name) for name in re.findall(r"AIRFLOW__[A-Z_]+", text)}


@pytest.mark.parametrize("name", ["docker-compose.yml", "Dockerfile"])
def test_deployment_files_name_settings_that_airflow_has(name: str) -> None:
    used = settings_in((PROJECT / name).read_text(encoding="utf-8"))
    assert used
    assert used <= known_settings()


def test_the_laptop_names_settings_that_airflow_has(tmp_path: Path) -> None:
    environment = Airflow(tmp_path, 1, "postgresql://airflow:x@127.0.0.1/airflow").environment({}, is_scheduling=True)
    assert settings_in(" ".join(environment)) <= known_settings()


# secrets ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project directory with its settings; secrets are looked for when a container is made."""
    (tmp_path / "docker-compose.yml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "Dockerfile").write_text((PROJECT / "Dockerfile").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / ".env").touch()
    return tmp_path


def test_without_a_file_of_settings_nothing_starts(project: Path) -> None:
    (project / ".env").unlink()
    with pytest.raises(ComposeError, match=r"env file .*\.env not found"):
        read(project)


def test_without_a_secret_no_container_is_made_that_needs_it(project: Path) -> None:
    services = read(project)
    (project / "secrets").mkdir()
    for missing, without in SECRETS.items():
        for file in SECRETS.values():
            (project / file).write_text("x")
        (project / without).unlink()
        for service in services.values():
            container = Container(service, list(services), project, project)
            if missing in service.secrets:
                with pytest.raises(ComposeError, match=f"does not exist: {without}"):
                    container.begin()
            else:
                assert container.begin()


def test_no_secret_is_in_an_environment_or_a_command_line() -> None:
    """An environment and a command line are read by everybody who gets into the container; Docker keeps both."""
    assert re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)", TEXT) == []
    settings = {
        setting: value for service in SERVICES.values() for setting, value in service.get("environment", {}).items()
    }
    secret = r"PASSWORD(?!S_FILE)|_SECRET(?!S)|FERNET|SQL_ALCHEMY|BROKER_URL|RESULT_BACKEND|AIRFLOW_CONN"
    named = {setting: value for setting, value in settings.items() if re.search(secret, setting)}
    assert len(named) > 6
    assert [setting for setting, value in named.items() if "/run/secrets/" not in value] == []
    assert [setting for setting, value in settings.items() if re.search(r"://[^/ ]*:(?!%)[^/ ]*@", value)] == []


#: What each service reads; a task's, that is a worker's, opens the sources, the warehouse and the queue.
READS = {
    "postgres": "airflow_db_password warehouse_password",
    "redis": "redis_password",
    "migrate": "airflow_db_password airflow_fernet_key connections.json page.json",
    "api-server": "airflow_db_password airflow_fernet_key airflow_jwt_secret airflow_secret_key page.json",
    "scheduler": "airflow_db_password airflow_fernet_key airflow_jwt_secret connections.json redis_password",
    "dag-processor": "airflow_db_password airflow_fernet_key",
    "triggerer": "airflow_db_password airflow_fernet_key airflow_jwt_secret connections.json",
    "worker-1": "connections.json redis_password",
    "worker-2": "connections.json redis_password",
    "page": "page.json",
    "sandbox": "",
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_reads_the_secrets_that_it_needs_and_no_other(name: str) -> None:
    assert sorted(SERVICES[name].get("secrets", [])) == READS[name].split()
    used = set(re.findall(r"/run/secrets/([\w.]+)", str(SERVICES[name])))
    by_script = {"postgres": {"airflow_db_password"}}.get(name, set())
    assert used | by_script == set(READS[name].split())


def test_every_variable_is_told_of_in_the_example() -> None:
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    for name in re.findall(r"\$\{(\w+)", TEXT):
        assert re.search(rf"^#{name}=", example, re.MULTILINE), name


# the specification -------------------------------------------------------------------------------------------------
def test_the_file_is_what_the_compose_specification_says(project: Path) -> None:
    assert set(read(project, is_checked=True)) == set(SERVICES)
    assert {"api-server", "scheduler", "dag-processor", "triggerer", "worker-1", "worker-2", "postgres", "redis"} < set(
        SERVICES
    )
    assert {name: told["profiles"] for name, told in SERVICES.items() if "profiles" in told} == {
        "page": ["page"],
        "sandbox": ["sandbox"],
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"healthchek": {}},
        {"ports": [{"publish": 1}]},
        {"depends_on": {"postgres": {"condition": "service_is_well"}}},
        {"command": 5},
    ],
)
def test_what_the_specification_does_not_know_is_found(wrong: dict) -> None:
    filled = interpolate(COMPOSE, {})
    assert against_specification(filled) == []
    filled["services"]["scheduler"] = {**filled["services"]["scheduler"], **wrong}
    assert against_specification(filled)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("$A ${A} $$A", "a a $A"),
        ("${EMPTY:-b} ${EMPTY-b}", "b "),
        ("${NONE:-b} ${NONE-b} ${NONE}", "b b "),
        ("${A:+c} ${EMPTY:+c} ${EMPTY+c} ${NONE+c}", "c  c "),
        ("${EMPTY?said}", ""),
    ],
)
def test_variables_are_filled_in_as_compose_does(text: str, filled: str) -> None:
    assert interpolate(text, {"A": "a", "EMPTY": ""}) == filled


# services ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_no_root_limited_and_looked_after(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert ("healthcheck" in service) == (name != "migrate")
    if "healthcheck" in service and "build" in service:
        assert service["healthcheck"]["test"][-1] == ("worker" if name.startswith("worker-") else name)
        assert service["healthcheck"]["test"][-1] in CHECKS
    if "build" not in service:
        assert re.fullmatch(r"\w+:\d[\w.]*", service["image"])  # a version, and not whatever is newest


def test_everything_that_lasts_is_on_a_volume() -> None:
    targets = {volume.rsplit(":", 1)[-1] for name in ("postgres", "redis") for volume in SERVICES[name]["volumes"]}
    assert {"/var/lib/postgresql", "/data"} <= targets
    assert "state:/var/lib/doisoat" in SERVICES["worker-1"]["volumes"]
    assert SERVICES["worker-1"]["environment"]["DOISOAT_HOME"] == "/var/lib/doisoat"
    assert DOCKERFILE.environment["AIRFLOW_HOME"].startswith("/var/lib/doisoat/")


def test_only_the_pages_are_published_and_only_on_loopback() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"api-server": ["127.0.0.1:8080:8080"], "page": ["127.0.0.1:8090:8090"]}


def test_the_superuser_has_no_password_that_anybody_is_told() -> None:
    script = (PROJECT / "docker" / "postgres" / "create_warehouse.sh").read_text(encoding="utf-8")
    assert "ALTER ROLE postgres PASSWORD NULL" in script
    assert "POSTGRES_USER" not in SERVICES["postgres"]["environment"]


# the image ---------------------------------------------------------------------------------------------------------
def test_the_image_is_pinned_and_no_root() -> None:
    assert re.fullmatch(r"python:3\.\d+-slim-bookworm", DOCKERFILE.all("FROM")[-1])
    assert DOCKERFILE.accounts[DOCKERFILE.all("USER")[-1]] == 50000
    assert DOCKERFILE.instructions[-1][0] == "CMD"
    assert {owner for owner, _ in DOCKERFILE.made_directories.values()} == {"doisoat"}
    assert {mode for _, mode in DOCKERFILE.made_directories.values()} == {0o700}


def test_what_the_image_copies_exists_and_is_not_ignored() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [source.removeprefix("./") for source, _ in DOCKERFILE.copies]
    assert len(copied) > 4
    for path in copied:
        assert (PROJECT / path).exists(), path
        assert f"!{path}" in ignored


def test_what_the_image_installs_is_what_is_pinned() -> None:
    """The line of the Dockerfile, asked what it would do to this environment, in which all that is pinned is installed."""
    (line,) = [rest for rest in DOCKERFILE.all("RUN") if "requirements.txt" in rest]
    command = line.split("&& uv ")[1].replace("--system", "").split()
    uv = str(Path(sys.executable).with_name("uv"))
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    done = subprocess.run(
        [uv, *command, "--dry-run", "--offline"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Would make no changes" in done.stderr


@pytest.mark.parametrize("name", ["requirements.txt", "bench/requirements.txt"])
def test_every_file_that_is_installed_has_a_hash(name: str) -> None:
    """A mirror that gives another file under a pinned version is refused."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    pinned = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(pinned) > 10
    assert [one.split()[0] for one in pinned if not re.search(r"--hash=sha256:[0-9a-f]{64}$", one, re.MULTILINE)] == []


def test_another_file_than_the_pinned_one_is_not_installed(tmp_path: Path) -> None:
    text = (PROJECT / "requirements.txt").read_text(encoding="utf-8")
    (tmp_path / "requirements.txt").write_text(re.sub(r"sha256:[0-9a-f]{4}", "sha256:0000", text), encoding="utf-8")
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "pip", "install", "--offline", "--no-deps", "--target", str(tmp_path / "made")]
    done = subprocess.run(
        [*command, "--constraint", str(tmp_path / "requirements.txt"), "msgspec"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert not (tmp_path / "made" / "msgspec").exists()


# logins, laptop, sandbox -------------------------------------------------------------------------------------------
def test_logins_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "logins.json"
    assert make_logins(["admin:admin"], file) == ["admin"]
    first = yaml.safe_load(file.read_text())
    assert make_logins(["admin:admin", "thu:viewer"], file) == ["thu"]
    both = yaml.safe_load(file.read_text())
    assert both["admin"] == first["admin"]
    assert len(both["thu"]) >= 24
    assert both["thu"] != both["admin"]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_passwords_are_generated_for_each_home_and_kept(tmp_path: Path) -> None:
    one, other = (Airflow(tmp_path / name, 1, "postgresql://x").password for name in ("one", "other"))
    assert one != other
    assert len(one) >= 24
    assert Airflow(tmp_path / "one", 2, "postgresql://y").password == one


def test_the_sandbox_shows_its_secret_to_no_log(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, date(2024, 4, 19), nights=3, dossiers=20)
    assert sandbox.client_secret not in repr(sandbox)
    assert sandbox.client_secret in sandbox.connections()["AIRFLOW_CONN_IGATE"]


def test_the_sandboxs_connections_are_those_of_its_profile() -> None:
    names = {name: f"${{SANDBOX_{name.upper()}}}" for name in ("client_id", "client_secret", "api_key")}
    sandbox = Sandbox(Path("/var/lib/doisoat"), date(2024, 4, 19), nights=3, dossiers=20, port=8900, **names)
    wanted = {name: json.loads(value.replace("127.0.0.1", "sandbox")) for name, value in sandbox.connections().items()}
    for connection in wanted.values():
        if "login" in connection:  # on another machine than ours, over plain http: that has to be said
            connection["extra"] = {**connection.get("extra", {}), "plain_http": True}
    given = json.loads((PROJECT / "docker" / "sandbox_connections.json").read_text(encoding="utf-8"))
    assert given.pop("warehouse") == "postgresql://warehouse:${WAREHOUSE_PASSWORD}@postgres/warehouse"
    del wanted["AIRFLOW_CONN_OPENCPS"]
    assert given == {name.removeprefix("AIRFLOW_CONN_").lower(): connection for name, connection in wanted.items()}
