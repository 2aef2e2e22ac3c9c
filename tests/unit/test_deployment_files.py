"""docker-compose.yml, the Dockerfile and make's own settings name things that exist."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import airflow
import pytest
import yaml
from standalone.airflow import Airflow
from standalone.sandbox import Sandbox

PROJECT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text(encoding="utf-8"))


def known_settings() -> set[str]:
    """AIRFLOW__SECTION__OPTION of every option of the installed Airflow."""
    template = Path(airflow.__file__).parent / "config_templates" / "config.yml"
    sections = yaml.safe_load(template.read_text(encoding="utf-8"))
    return {
        f"AIRFLOW__{section.upper()}__{option.upper()}"
        for section, content in sections.items()
        for option in content["options"]
    }


def settings_in(text: str) -> set[str]:
    return set(re.findall(r"AIRFLOW__[A-Z_]+", text))


@pytest.mark.parametrize("name", ["docker-compose.yml", "Dockerfile"])
def test_deployment_files_name_settings_that_airflow_has(name: str) -> None:
    used = settings_in((PROJECT / name).read_text(encoding="utf-8"))
    assert used
    assert used <= known_settings()


def test_the_laptop_names_settings_that_airflow_has(tmp_path: Path) -> None:
    environment = Airflow(tmp_path, 1, "postgresql://airflow:x@127.0.0.1/airflow").environment({}, is_scheduling=True)
    assert settings_in(" ".join(environment)) <= known_settings()


def test_no_service_has_a_default_password() -> None:
    text = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)", text):
        assert f"${{{name}:?" in text
        assert not re.search(rf"\${{{name}(?!:\?)", text), name
        assert f"#{name}=\n" in (PROJECT / ".env.example").read_text(encoding="utf-8")


def test_only_the_page_is_published_and_only_on_loopback() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert ports == {"api-server": ["127.0.0.1:8080:8080"]}


def test_what_the_image_copies_exists_and_is_not_ignored() -> None:
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    copied = [path for line in re.findall(r"^COPY (.+) \S+$", dockerfile, re.M) for path in line.split()]
    assert len(copied) > 4
    for path in copied:
        assert (PROJECT / path).exists(), path
        assert f"!{path}" in ignored


def test_passwords_are_generated_for_each_home_and_kept(tmp_path: Path) -> None:
    one, other = (Airflow(tmp_path / name, 1, "postgresql://x").password for name in ("one", "other"))
    assert one != other
    assert len(one) >= 24
    assert Airflow(tmp_path / "one", 2, "postgresql://y").password == one


def test_the_sandbox_shows_its_secret_to_no_log(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, date(2024, 4, 19), nights=3, dossiers=20)
    assert sandbox.client_secret not in repr(sandbox)
    assert sandbox.client_secret in sandbox.connections()["AIRFLOW_CONN_IGATE"]
