"""A container as a process: an overlay over our file system, its mounts, its user, its name; needs root."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from support.docker.files import ComposeError, Service
from support.docker.images import Image, image

ADDRESS = "10.77.0.{}"  # of the containers, on the loopback interface of their host


class Container:
    """How the container of a service is begun, and how another program is run in it.

    Args:
        service: what the Compose file says of it.
        names: of all services, in their order: they know each other by name.
        project: the directory of the Compose file.
        volumes: the directory in which named volumes are.
    """

    def __init__(self, service: Service, names: Sequence[str], project: Path, volumes: Path) -> None:
        self.service, self.project, self.volumes = service, project, volumes
        self.image: Image = image(service.image, service.is_built, project)
        self._names = names
        user, _, group = service.user.partition(":")
        self.user, self.group = int(user or self.image.user), int(group or user or self.image.user)

    @property
    def environment(self) -> dict[str, str]:
        return {**self.image.environment, **self.service.environment, "HOSTNAME": self.service.hostname}

    def begin(self, command: Sequence[str] | None = None, entrypoint: Sequence[str] | None = None) -> list[str]:
        """The command line that makes the container and runs the service's command, or another, in it."""
        first = self.image.entrypoint if entrypoint is None else entrypoint
        words = [*first, *(command or (self.service.command if entrypoint is None else ()) or self.image.command)]
        lines = ["set -e", *self._file_system(), f"hostname {shlex.quote(self.service.hostname)}"]
        inside = f"cd {self.image.workdir} && exec " + shlex.join(self._as_user(words))
        lines.append(f"exec chroot $R/root sh -c {shlex.quote(inside)}")
        return ["unshare", "--mount", "--uts", "--propagation", "private", "bash", "-c", "\n".join(lines)]

    def enter(self, pid: int, command: Sequence[str]) -> list[str]:
        """The command line that runs another program in the container whose first process is `pid`."""
        inside = f"cd {self.image.workdir} && exec " + shlex.join(self._as_user(command))
        return ["nsenter", f"--target={pid}", "--mount", "--uts", "--root", "--wdns=/", "sh", "-c", inside]

    def _as_user(self, command: Sequence[str]) -> list[str]:
        identity = [f"--reuid={self.user}", f"--regid={self.group}", "--clear-groups"]
        return ["setpriv", *identity, "--no-new-privs", "--bounding-set=-all", *command]

    def _file_system(self) -> list[str]:
        root = f"/tmp/container-{self.service.name}-{os.getpid()}"
        lines = [
            f"R={root}; mkdir -p $R; mount -t tmpfs tmpfs $R; mkdir $R/up $R/work $R/root",
            "mount -t overlay overlay -o lowerdir=/,upperdir=$R/up,workdir=$R/work $R/root",
            "for d in proc dev sys; do mount --rbind /$d $R/root/$d; done",
        ]
        lines += [f"chmod o+x $R/root{parent}" for parent in _closed_parents()]
        hosts = "".join(f"{ADDRESS.format(n)} {name}\n" for n, name in enumerate(self._names, start=2))
        accounts = "".join(f"{name}:x:{uid}:{uid}::/home/{name}:/bin/sh\n" for name, uid in self.image.accounts.items())
        for name, added in (
            ("hosts", "127.0.0.1 localhost\n" + hosts),
            ("passwd", "root:x:0:0::/root:/bin/sh\n" + accounts),
        ):
            lines.append(f"rm -f $R/root/etc/{name}; printf %s {shlex.quote(added)} > $R/root/etc/{name}")
        for path, (owner, mode) in self.image.directories.items():
            at = _inside(path)
            lines.append(f"mkdir -p {at}; chown {owner}:{owner} {at}; chmod {mode:o} {at}")
        for source, target in self.image.copies:
            lines += self._bound(self.project / source, target, is_read_only=True)
        for source, target, is_read_only in sorted(self.service.volumes, key=lambda volume: volume[1]):
            lines += self._bound(self._volume(source, target), target, is_read_only=is_read_only)
        for name, file in self.service.secrets.items():
            if not (self.project / file).is_file():
                raise ComposeError(f"bind source path does not exist: {file}")
            lines += self._bound(self.project / file, f"/run/secrets/{name}", is_read_only=True)
        for entry in self.service.tmpfs:
            path, _, options = entry.partition(":")
            lines.append(f"mkdir -p {_inside(path)}; mount -t tmpfs -o {options or 'mode=1777'} tmpfs {_inside(path)}")
        return [*lines, *(["mount -o remount,ro $R/root"] if self.service.is_read_only else [])]

    def _bound(self, source: Path, target: str, *, is_read_only: bool) -> list[str]:
        at = _inside(target)
        made = f"mkdir -p {at}" if source.is_dir() else f"mkdir -p $(dirname {at}); : >> {at}"
        lines = [made, f"mount --bind {shlex.quote(str(source.resolve()))} {at}"]
        return [*lines, *([f"mount -o remount,bind,ro {at}"] if is_read_only else [])]

    def _volume(self, source: str, target: str) -> Path:
        """The directory of a volume; a new one begins with what the image has there."""
        if source.startswith(("/", ".")):
            path = self.project / source
            if not path.exists():
                path.mkdir(parents=True)
            return path
        path = self.volumes / source
        if not path.exists():
            path.mkdir(parents=True, mode=0o755)
            for directory, (owner, mode) in sorted(self.image.directories.items()):
                if directory == target or directory.startswith(target + "/"):
                    inside = path / directory.removeprefix(target).lstrip("/")
                    inside.mkdir(exist_ok=True)
                    os.chown(inside, owner, owner)
                    inside.chmod(mode)
        return path


def _inside(path: str) -> str:
    """Where a path of the container is for the script that makes it: a symbolic link would lead out of the container."""
    return f"$R/root{os.path.realpath(path)}"


def _closed_parents() -> list[str]:
    """The directories above our Python that only their owner may pass through: a container's user has to."""
    parents = {parent for start in (sys.executable, os.path.realpath(sys.executable)) for parent in Path(start).parents}
    return sorted(str(parent) for parent in parents if not parent.stat().st_mode & 0o001)
