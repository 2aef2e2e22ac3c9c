"""`doisoat province add` and `list`, and that every command says and knows which province it is about."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from doisoat.warehouse import connect, making, readers
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from standalone import postgres
from support.commands import typed
from support.tenants import Installation

_numbers = itertools.count()
SECRET = "hue's password, 'quoted'"


@pytest.fixture
def installation(tmp_path: Path, warehouse_dsn: str) -> Installation:
    return Installation(tmp_path, warehouse_dsn)


@pytest.fixture
def names(postgres_server: postgres.Server) -> Iterator[list[str]]:
    """Names of provinces; what is made for them goes with the test."""
    number = next(_numbers)
    made = [f"hue_{number}", f"da_nang_{number}"]
    yield made
    with psycopg.connect(postgres_server.dsn(), autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database if exists warehouse_{name} with (force)")
            for role in (f"analyst_of_{name}", f"reads_warehouse_{name}", f"warehouse_{name}"):
                if connection.execute("select from pg_roles where rolname = %s", [role]).rowcount:
                    connection.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(role)))


def connection_of(server: postgres.Server, name: str) -> str:
    """The connection of a warehouse that is not made yet."""
    return json.dumps(
        {"conn_type": "postgres", "host": "127.0.0.1", "port": server.port, "login": f"warehouse_{name}",
         "password": SECRET, "schema": f"warehouse_{name}"}
    )  # fmt: skip


def test_a_province_is_added_by_a_superuser_or_by_what_is_printed_for_one(
    installation: Installation, names: list[str], postgres_server: postgres.Server
) -> None:
    hue, da_nang = names
    here = {**installation.environment, "AIRFLOW_CONN_SERVER": postgres_server.dsn()}
    nobody = typed(here, "province", "add", hue)
    assert nobody.returncode == 1
    assert f"there are lang_son; do: write {installation.folder}/{hue}.yaml" in nobody.stderr
    for name in names:
        installation.write(name)
    unset = typed(here, "province", "add", hue)
    assert (unset.returncode, f"set AIRFLOW_CONN_WAREHOUSE_{hue.upper()} in .env" in unset.stderr) == (1, True)
    here |= {f"AIRFLOW_CONN_WAREHOUSE_{name.upper()}": connection_of(postgres_server, name) for name in names}
    refused = typed(here, "province", "add", hue)
    assert refused.returncode == 1
    assert f"`doisoat province add {hue} --server CONNECTION`" in refused.stderr

    made = typed(here, "province", "add", hue, "--server", "server")
    assert made.returncode == 0, made.stderr
    assert f"made  role warehouse_{hue}\nmade  database warehouse_{hue}\nok    warehouse: " in made.stdout
    assert f"LOOK  connection 'igate_{hue}' is not set" in made.stdout
    assert f"`doisoat --province {hue} analyst add page_{hue}`" in made.stdout
    assert f"its nights: nightly_reconciliation.{hue}" in made.stdout
    assert SECRET not in made.stdout + made.stderr
    again = typed(here, "province", "add", hue)
    assert (again.returncode, "made " in again.stdout) == (0, False)

    printed = typed(here, "province", "add", da_nang, "--sql").stdout
    assert SECRET not in printed
    program = [str(postgres.INSTALLATION / "bin" / "psql"), postgres_server.dsn(), "--quiet", "--set=ON_ERROR_STOP=1"]
    for _ in range(2):  # running it again changes nothing
        subprocess.run(program, input=printed, text=True, check=True, capture_output=True)
    assert typed(here, "province", "add", da_nang).returncode == 0
    apart(here, names, postgres_server)

    listed = json.loads(typed(here, "province", "list", "--format", "json").stdout)
    assert [one["province"] for one in listed] == ["lang_son", da_nang, hue]
    assert listed[2]["warehouse"].endswith(f"/warehouse_{hue}")
    (installation.folder / f"{da_nang}.yaml").write_text("province: [", encoding="utf-8")
    table = typed(here, "province", "list").stdout
    assert "not YAML" in table


def apart(here: dict[str, str], names: list[str], server: postgres.Server) -> None:
    """A reader of one province is let into its warehouse, and not into the other's on the same server."""
    hue, da_nang = names
    made = typed(here, "--province", hue, "analyst", "add", f"analyst_of_{hue}")
    assert made.returncode == 0, made.stderr
    said = dict(line.split(": ", 1) for line in made.stdout.splitlines())
    address = psycopg.conninfo.make_conninfo(said["address"].strip(), password=said["password"].strip())
    with psycopg.connect(address) as reader:
        assert reader.execute("select count(*) from mart.night").fetchone() == (0,)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(address, dbname=f"warehouse_{da_nang}")
    assert f"analyst_of_{hue}" in typed(here, "--province", hue, "analyst", "list").stdout
    assert f"analyst_of_{hue}" not in typed(here, "--province", da_nang, "analyst", "list").stdout


def test_readers_from_before_there_was_a_role_for_each_warehouse_are_still_let_in(
    warehouse_dsn: str, postgres_server: postgres.Server
) -> None:
    from doisoat.warehouse import migrate

    database = str(conninfo_to_dict(warehouse_dsn)["dbname"])
    name = f"former_{database}"
    with connect(warehouse_dsn) as connection:
        password = readers.add(connection, name, "Asia/Ho_Chi_Minh")
        connection.execute(f"revoke all on database {database} from public")
        connection.execute(f"grant connect on database {database} to analyst, gap_writer")
    try:
        for _ in range(2):
            migrate(warehouse_dsn)
            psycopg.connect(warehouse_dsn, user=name, password=password).close()
        with connect(warehouse_dsn) as connection:
            assert connection.execute(
                "select has_database_privilege('analyst', current_database(), 'CONNECT')"
            ).fetchone() == (False,)
    finally:
        with connect(warehouse_dsn) as connection:
            readers.remove(connection, name)


def test_a_command_says_which_province_and_writes_only_where_it_is_told(
    installation: Installation, other_warehouse_dsn: str
) -> None:
    installation.add("hue", other_warehouse_dsn)
    here = installation.environment
    said = typed(here, "nights")
    assert said.named.startswith("Lạng Sơn, warehouse ")
    assert "; other provinces: --province hue" in said.named
    assert typed(here, "--province", "hue", "nights").named.startswith("Hue, warehouse ")
    assert "other provinces" not in typed(here, "--province", "lang_son", "nights").named
    assert typed({**here, "DOISOAT_PROVINCE": "hue"}, "nights").named.startswith("Hue, warehouse ")

    refused = typed(here, "retain")
    assert refused.returncode == 1
    assert "several provinces (Lạng Sơn: --province lang_son; hue), and none is named" in refused.stderr
    for named in ("lang_son", "hue"):
        assert typed(here, "--province", named, "retain").returncode == 0
    hint = typed(here, "--province", "hue", "summary")
    assert "`doisoat --province hue nights`" in hint.stderr
    nowhere = {name: value for name, value in here.items() if name != "AIRFLOW_CONN_WAREHOUSE_HUE"}
    unset = typed(nowhere, "--province", "hue", "nights")
    assert (unset.returncode, "'warehouse_hue' is not set" in unset.stderr) == (1, True)  # and not another's instead


def test_the_verifier_is_that_of_the_server(postgres_dsn: str) -> None:
    """What PostgreSQL would keep of the same password and salt."""
    with psycopg.connect(postgres_dsn) as connection:
        connection.execute("set scram_iterations = 4096")
        connection.execute("create role verified login password 'mật khẩu'")
        (kept,) = connection.execute("select rolpassword from pg_authid where rolname = 'verified'").fetchone() or ("",)
        connection.rollback()
    import base64

    salt = base64.b64decode(kept.split(":")[1].split("$")[0])
    assert making.verifier("mật khẩu", salt) == kept
