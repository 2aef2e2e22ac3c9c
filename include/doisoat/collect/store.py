"""Where landings lie: in a folder, or in an object store (`s3://...`, through fsspec), and what differs between the two.

In a folder a landing is written beside its place and renamed. An object store renames nothing, so there the manifest alone is the
seal: the files are put below a name of the writer's own, and the manifest last, only if there is none yet. Whoever puts it
first has sealed the landing; what lies beside it without being named in it counts for nothing.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from doisoat.errors import LandingStoreError

#: Clients of object stores, whose errors are not of the operating system's kind.
_CLIENTS = frozenset({"aiobotocore", "aiohttp", "azure", "botocore", "gcsfs", "google", "s3fs"})


def is_folder(path: Path) -> bool:
    """Whether it is on a file system, and not in an object store (a upath.UPath, which asks like a Path)."""
    return isinstance(path, Path)


@contextmanager
def told(place: Path, asked: str) -> Iterator[None]:
    """What an object store's client raises becomes one of our errors; a folder's errors stay what they are.

    Args:
        asked: what was asked for, as in "to read".

    Raises:
        LandingStoreError: the store refused, did not answer, or an object is gone.
    """
    try:
        yield
    except Exception as error:
        if is_folder(place) or not is_of_a_store(error):
            raise
        raise LandingStoreError(
            f"landings: asked {asked} {place}; got: {code_of(error)}; do: make sure that the store answers and that the "
            "connection `landing` may read, write, list and delete there, then clear the task"
        ) from None


def is_of_a_store(error: Exception) -> bool:
    """Whether an error is one that file systems and clients of object stores raise."""
    return isinstance(error, OSError) or type(error).__module__.split(".")[0] in _CLIENTS


def code_of(error: BaseException | None) -> str:
    """What a store calls its refusal (NoSuchBucket, AccessDenied), else the kind of the error: its text may say too much."""
    while error is not None:
        if found := getattr(error, "response", None):
            return str(found.get("Error", {}).get("Code") or "an error without a code")
        if error.__cause__ is None:
            return type(error).__name__
        error = error.__cause__
    return "nothing"


@contextmanager
def reading(path: Path) -> Iterator[IO[bytes]]:
    """A file of a landing, to be read from its beginning.

    Raises:
        LandingStoreError: as `told`.
    """
    with told(path, "to read"), path.open("rb") as stream:
        yield stream


def content(path: Path) -> bytes:
    """All that a file of a landing holds.

    Raises:
        LandingStoreError: as `told`.
    """
    with reading(path) as stream:
        return stream.read()


def is_there(path: Path) -> bool:
    """Whether there is such a file. Of an object store, only its word that there is none counts as that: a path's own
    `is_file` takes any failure for it.

    Raises:
        LandingStoreError: as `told`.
    """
    if is_folder(path):
        return path.is_file()
    remote: Any = path
    with told(path, "whether there is"):
        try:
            return bool(remote.fs.info(remote.path)["type"] == "file")
        except FileNotFoundError as error:
            if code_of(error) == "NoSuchBucket":
                raise
            return False


def entries(shelf: Path) -> list[Path]:
    """What lies in a shelf of landings, by night and name: `<night>/<source>`, hidden leftovers included."""
    if is_folder(shelf):
        return sorted(shelf.glob("????-??-??/*"))
    found = {tuple(key.split("/")[:2]) for key in keys(shelf) if key.count("/") > 1}
    return [shelf / night / name for night, name in sorted(found)]


def nights(shelf: Path) -> set[str]:
    """The names of the nights that have anything in a shelf."""
    if is_folder(shelf):
        return {path.name for path in shelf.glob("????-??-??")}
    return {key.split("/")[0] for key in keys(shelf)}


def sealed(shelf: Path, manifest: str) -> set[str]:
    """The names of the nights that have a landing with a manifest."""
    if is_folder(shelf):
        return {path.parent.parent.name for path in shelf.glob(f"[0-9]*/[!.]*/{manifest}")}
    parts = [key.split("/") for key in keys(shelf)]
    return {part[0] for part in parts if len(part) == 3 and part[2] == manifest and not part[1].startswith(".")}


def keys(directory: Path) -> list[str]:
    """The keys below a place of an object store, relative to it: asked for at once, whatever there is."""
    remote: Any = directory
    start = remote.path.rstrip("/") + "/"
    with told(directory, "to list"):
        return [key.removeprefix(start) for key in remote.fs.find(remote.path) if key.startswith(start)]


def put_sealed(source: Path, names: list[str], final: Path, part: str, manifest: str) -> bool:
    """Put a landing that lies in a folder into an object store: its files below `part`, then the manifest, if there is none.

    Returns whether we have sealed it; if not, somebody else has, and ours is gone.
    """
    remote: Any = final
    with told(final, "to write"):
        for name in names:
            remote.fs.put_file(str(source / name), f"{remote.path}/{part}/{name}")
        try:
            remote.fs.pipe_file(f"{remote.path}/{manifest}", (source / manifest).read_bytes(), mode="create")
            is_ours = True
        except FileExistsError:
            is_ours = False
        others = {key.split("/")[0] for key in keys(final)} - {manifest, part}
        # what runs left that died or came later than we; or ours, if somebody else was first
        for doomed in others if is_ours else {part}:
            remote.fs.rm(f"{remote.path}/{doomed}", recursive=True)
    return is_ours


def size_of(directory: Path) -> int:
    """Bytes of all files below a directory; 0 if it does not exist. A file that disappears meanwhile is not counted."""
    if not is_folder(directory):
        remote: Any = directory
        with told(directory, "to list"):
            return int(sum(found["size"] for found in remote.fs.find(remote.path, detail=True).values()))
    total = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                total += (Path(folder) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


def delete(directory: Path, manifest: str) -> None:
    """Delete a landing so that a crash leaves nothing that could be taken for a damaged one: first it is no longer sealed."""
    if not is_folder(directory):
        remote: Any = directory
        with told(directory, "to delete"):
            for path in (f"{remote.path}/{manifest}", remote.path):
                if remote.fs.find(path):
                    remote.fs.rm(path, recursive=True)
        return
    going = directory
    if not directory.name.startswith("."):
        going = directory.rename(directory.with_name(f".{directory.name}.{uuid.uuid4().hex}.tmp"))
    shutil.rmtree(going)
    if not any(directory.parent.iterdir()):
        directory.parent.rmdir()


def set_aside(directory: Path, name: str, manifest: str) -> Path:
    """Keep a landing under another, hidden name beside its own; returns where it is. Its manifest is the first to go."""
    kept = directory.with_name(name)
    if is_folder(directory):
        return directory.rename(kept)
    remote: Any = directory
    with told(directory, "to copy"):
        for key in keys(directory):
            remote.fs.cp_file(f"{remote.path}/{key}", f"{kept.path}/{key}")  # type: ignore[attr-defined]
    delete(directory, manifest)
    return kept


def hidden_leftovers(final: Path) -> Iterator[Path]:
    """What a run that crashed has left beside the place of a landing, in a folder."""
    if is_folder(final):
        yield from final.parent.glob(f".{final.name}.*.tmp")
