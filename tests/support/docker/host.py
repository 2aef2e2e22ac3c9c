"""A machine of its own for the containers: its network, its processes, a copy of the project, `docker` on its PATH.

`python -m support.docker.host` is its first process; when that ends, the kernel ends all others.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from support.docker.container import ADDRESS

PROJECT = Path(__file__).parents[3]
COPIED = ("docker-compose.yml", "Dockerfile", ".env.example", "docker", "config", "docs/queries")
LINKED = ("include", "dags", "plugins", "requirements.txt", "pyproject.toml")
SIOCSIFADDR, SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x8913, 0x8914, 1
#: Nothing of ours goes in, but what finds programs and packages.
KEPT = ("PATH", "LANG", "TZ")


T = TypeVar("T")


@dataclass(frozen=True)
class Host:
    """A running host."""

    pid: int
    project: Path
    home: Path

    def shell(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run lines of bash on it, in the project's directory; the first that fails ends them."""
        command = ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid", "--wd=" + str(self.project)]
        given = {name: os.environ[name] for name in KEPT if name in os.environ}
        given["PATH"] = f"{self.home / 'bin'}:{given['PATH']}"
        result = subprocess.run(
            [*command, "bash", "-euo", "pipefail", "-c", script],
            env={**given, "HOME": str(self.home), "DOCKER_HOME": str(self.home), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        print(script, result.stdout, result.stderr, sep="\n")  # shown when a test fails
        return result

    def done(self, script: str, **environment: str) -> str:
        """The same, which must succeed; returns what it printed."""
        result = self.shell(script, **environment)
        assert result.returncode == 0, f"{script}\nexit code {result.returncode}\n{result.stderr[-3000:]}"
        return result.stdout

    def inside(self, function: Callable[[], T]) -> T:
        """Call a function of ours with the host's network for ours."""

        def work() -> T:
            with open(f"/proc/{self.pid}/ns/net") as network:
                if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), 0):
                    raise OSError(ctypes.get_errno(), "setns")
            return function()

        with ThreadPoolExecutor(1) as pool:  # a thread of its own: only that moves over, and it is not used again
            return pool.submit(work).result()

    @property
    def volumes(self) -> Path:
        return self.home / "volumes"


#: What a container needs of the kernel.
PROBE = """mount -t tmpfs tmpfs /mnt && mkdir /mnt/up /mnt/work /mnt/root &&
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work /mnt/root"""


@cache
def lacks() -> str:
    """Why no host can be made here, or nothing."""
    if os.geteuid() != 0:
        return "containers as processes need root"
    if Path(tempfile.gettempdir()).resolve() in Path(sys.executable).parents:
        return "this clone lies in the folder of temporary files, of which each container has one of its own: it sees no Python"
    programs = ("unshare", "nsenter", "setpriv", "chroot")
    missing = [name for name in programs if not shutil.which(name)]
    if not (shutil.which("redis-server", path=str(Path(sys.executable).parent)) or shutil.which("redis-server")):
        missing.append("redis-server (Debian's package of that name)")
    if missing:
        return f"not found: {', '.join(missing)}"
    probe = ["unshare", "--net", "--mount", "--pid", "--fork", "sh", "-c", PROBE]
    done = subprocess.run(probe, capture_output=True, text=True, check=False)
    return f"the kernel refuses namespaces or an overlay: {done.stderr.strip()}" if done.returncode else ""


@contextmanager
def host(directory: Path) -> Iterator[Host]:
    """A host with a copy of the project, until the block ends."""
    project, home = directory / "project", directory / "docker"
    (home / "bin").mkdir(parents=True)
    project.mkdir()
    directory.chmod(0o755)
    for name in COPIED:
        source = PROJECT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, project / name)
    for name in LINKED:
        (project / name).symlink_to(PROJECT / name)
    docker = home / "bin" / "docker"
    path = f"{PROJECT / 'include'}:{PROJECT / 'tests'}"
    docker.write_text(f'#!/bin/sh\nPYTHONPATH={path} exec {sys.executable} -m support.docker "$@"\n')
    docker.chmod(0o755)
    command = [
        "unshare",
        "--net",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        "--propagation",
        "private",
    ]
    environment = {**os.environ, "PYTHONPATH": path}
    process = subprocess.Popen([*command, sys.executable, "-m", __name__, str(home / "ready")], env=environment)
    try:
        while not (home / "ready").exists():
            assert process.poll() is None, "the host did not come up"
            time.sleep(0.05)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield Host(int(children[0]), project, home)
    finally:
        process.kill()
        process.wait()


def main(ready: Path) -> None:
    """Give the loopback interface its addresses, then wait; what nobody waits for is cleared away by the kernel."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket() as control:
        _set_address(control, "lo", "127.0.0.1")
        _set_address(control, "lo:1", ADDRESS.format(1))
    ready.touch()
    while True:
        signal.pause()


def _set_address(control: socket.socket, name: str, address: str) -> None:
    fcntl.ioctl(
        control, SIOCSIFADDR, struct.pack("16sHH4s8x", name.encode(), socket.AF_INET, 0, socket.inet_aton(address))
    )
    (flags,) = struct.unpack_from("H", fcntl.ioctl(control, SIOCGIFFLAGS, struct.pack("16s16x", name.encode())), 16)
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", name.encode(), flags | IFF_UP))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
