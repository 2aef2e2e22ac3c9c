"""The commits of the open table: one small file a province and night, which names the files that are the night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from doisoat.errors import ConfigurationError
from doisoat.open_table.schema import load_schema
from doisoat.open_table.store import Store

#: The folder of the commits within a version; readers of Parquet pass over what begins with an underscore.
NIGHTS = "_nights"


class File(msgspec.Struct, frozen=True):
    """A file of a night: the rows of one table. Its path is relative to the folder of the version."""

    table: str
    path: str
    rows: int
    bytes: int


class Commit(msgspec.Struct, frozen=True):
    """What the open table holds of a province's night.

    Attributes:
        schema_version: of all its files.
        revision, published_at: of the warehouse, when it was published there; together they say what the files hold.
        written_at: when this became the night (our clock).
        doisoat: the version of the code that wrote it.
        files: one for each table; none if the night was withdrawn.
    """

    schema_version: int
    province: str
    province_name: str
    night: dt.date
    revision: int
    published_at: dt.datetime
    written_at: dt.datetime
    doisoat: str
    files: list[File]

    @property
    def path(self) -> str:
        """Where it is, relative to the root."""
        return commit_path(self.province, self.night)

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files)


def version_folder() -> str:
    """The folder of the version that is written and read, below the root."""
    return f"v{load_schema().version}"


def commit_path(province: str, night: dt.date) -> str:
    """Where a night's commit is, relative to the root."""
    return f"{version_folder()}/{NIGHTS}/province={province}/night={night}.json"


def read_commit(store: Store, province: str, night: dt.date) -> Commit | None:
    """What stands of a night, None if it was never written."""
    path = commit_path(province, night)
    content = store.read(path)
    return _decoded(path, content) if content is not None else None


def read_commits(store: Store, province: str | None = None) -> list[Commit]:
    """All commits, or a province's, in order of province and night; also of nights that were withdrawn."""
    folder = f"{version_folder()}/{NIGHTS}" + (f"/province={province}" if province else "")
    found = [(path, store.read(path)) for path in store.list(folder) if path.endswith(".json")]
    commits = [_decoded(path, content) for path, content in found if content is not None]
    return sorted(commits, key=lambda commit: (commit.province, commit.night))


def put_commit(store: Store, commit: Commit) -> None:
    """From now on this is the night."""
    store.put(commit.path, msgspec.json.encode(commit) + b"\n")


def latest(commits: Iterable[Commit]) -> list[Commit]:
    """Of each province the last night that it shows."""
    last = {commit.province: commit for commit in commits if commit.files}
    return list(last.values())


def _decoded(path: str, content: bytes) -> Commit:
    try:
        return msgspec.json.decode(content, type=Commit)
    except msgspec.DecodeError:
        raise ConfigurationError(
            f"open table: asked for the commit {path}; got: something else; do: delete it, and write the night again "
            "(`doisoat table write`)"
        ) from None
