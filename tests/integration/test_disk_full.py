"""A disk that is full in the middle: an error that says what to do, nothing half written, and a clean rerun."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from doisoat.errors import StorageFullError
from doisoat.nights import steps
from doisoat.warehouse import migrate
from standalone import postgres
from support.crashes import differing, everything, sealed_content
from support.province import NIGHTS, Province
from support.sandboxes import StandingClock, serve
from support.world import World

NIGHT = NIGHTS[0]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of one megabyte; a test that wants another size mounts it again."""
    path = Path(tempfile.mkdtemp(prefix="doisoat-disk-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(path)], check=False).returncode:
        path.rmdir()
        pytest.skip("no file system can be mounted here: it takes root")
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
        path.rmdir()


def resize(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Fill what is left of the disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        try:
            while stream.write(b"\0" * 4096):
                pass
        except OSError:
            return filler
    return filler


@pytest.mark.parametrize("kept_free", ["4k", "12k", "28k"])
def test_the_disk_of_the_landing(small_disk: Path, tmp_path: Path, warehouse_dsn: str, kept_free: str) -> None:
    """Full when the first files are made, in the middle of the records, and at the seal."""
    with serve(dossiers=400, clock=StandingClock) as served:
        served.move_to(served.world.cut_offs[0])
        there, here = Province(served, tmp_path, warehouse_dsn), Province(served, small_disk, warehouse_dsn)
        there.open(NIGHT)
        steps.collect_source(there.site, NIGHT, "igate")
        resize(small_disk, kept_free)
        with pytest.raises(
            StorageFullError, match=r"landing: asked to write .* No space left on device; do: make room"
        ):
            steps.collect_source(here.site, NIGHT, "igate")
        assert here.sealed(NIGHT) == []
        resize(small_disk, "8m")
        steps.collect_source(here.site, NIGHT, "igate")
    assert sealed_content(here.site.landing_root) == sealed_content(there.site.landing_root) != {}


@pytest.fixture
def cramped_dsn(small_disk: Path) -> Iterator[str]:
    """A warehouse whose tables lie on the small disk, of a server of its own."""
    home = Path(tempfile.mkdtemp(prefix="doisoat-cramped-"))
    resize(small_disk, "64m")
    try:
        server = postgres.start(home, postgres.THROWAWAY_SETTINGS)
        space = small_disk / "space"
        space.mkdir()
        small_disk.chmod(0o755)
        shutil.chown(space, postgres.SYSTEM_ACCOUNT, postgres.SYSTEM_ACCOUNT)
        dsn = postgres.ensure_database(server, "warehouse", may_create_roles=True)
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"create tablespace small location '{space}'")
            connection.execute("alter database warehouse set tablespace small")
        migrate(dsn)
        yield dsn
    finally:
        postgres.stop(home)
        shutil.rmtree(home, ignore_errors=True)


def test_the_disk_of_the_warehouse(small_disk: Path, tmp_path: Path, cramped_dsn: str, warehouse_dsn: str) -> None:
    def codes(first: int, last: int) -> str:
        return "code\n" + "\n".join(f"H37.21.01-240401-{number:04d}" for number in range(first, last))

    there, here = World(tmp_path, warehouse_dsn), World(tmp_path, cramped_dsn)
    there.land(NIGHT, "igate", codes(0, 2000))
    there.land(NIGHT, "national_export", codes(1000, 3000))
    there.run(NIGHT)
    filler = fill(small_disk)
    with pytest.raises(StorageFullError, match=r"warehouse: .* No space left on device; do: make room"):
        here.open_and_load(NIGHT)
    filler.unlink()
    steps.open_night(here.site, NIGHT, run_id="test")
    loaded = steps.load_night(here.site, NIGHT, run_id="test")
    assert loaded["igate"]["inserted"] == 2000
    filler = fill(small_disk)
    before = everything(cramped_dsn)
    with pytest.raises(StorageFullError):
        here.reconcile(NIGHT)
    assert everything(cramped_dsn) == before
    filler.unlink()
    here.run(NIGHT)
    assert differing(everything(cramped_dsn), everything(warehouse_dsn)) == {}
