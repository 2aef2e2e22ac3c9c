"""Makes the warehouse that upgrades to later releases are tested from: tests/fixtures/warehouse_VERSION.dump.

    python tools/make_upgrade_fixture.py     with the code of a release, when it is tagged

It holds the nights of 17 and 18 April of the sandbox's world of 60 dossiers. Views are left out: each release makes them anew.
What personal data the sandbox gave out is searched for in all that the file holds; where any is found no file is made.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from doisoat.warehouse import migrate
from sandbox.world import canaries
from standalone import postgres

PROJECT = Path(__file__).parents[1]
DOSSIERS = 60
DUMP = ["pg_dump", "--format=custom", "--exclude-schema=mart*"]


def fill(dsn: str, home: Path) -> None:
    """Run the two nights."""
    sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]
    from support import nights_against_key as against
    from support.provinces import CONFIG

    migrate(dsn)
    with against.served(home / "sandbox", DOSSIERS) as sandbox:
        site = against.site_of(CONFIG / "lang_son.yaml", home, dsn, sandbox.connections())
        for night in against.NIGHTS[:2]:
            against.run_night(site, sandbox, night)


def personal(dump: bytes) -> list[str]:
    """What of the sandbox's personal data stands in a dump."""
    words = subprocess.run([tool("pg_restore"), "--file=-"], input=dump, check=True, capture_output=True).stdout
    return canaries.PATTERN.findall(words.decode())


def tool(name: str) -> str:
    return str(postgres.INSTALLATION / "bin" / name)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="doisoat-fixture-") as directory:
        home = Path(directory)
        server = postgres.start(home, postgres.THROWAWAY_SETTINGS)
        try:
            dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
            fill(dsn, home)
            dump = subprocess.run([tool(DUMP[0]), *DUMP[1:], dsn], check=True, capture_output=True).stdout
        finally:
            postgres.stop(home)
    if found := personal(dump):
        raise SystemExit(f"no file is made: it would hold personal data, {len(found)} times")
    path = PROJECT / "tests" / "fixtures" / f"warehouse_{version('doisoat')}.dump"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(dump)
    print(f"{path.relative_to(PROJECT)}: {len(dump) // 1000} kB")


if __name__ == "__main__":
    main()
