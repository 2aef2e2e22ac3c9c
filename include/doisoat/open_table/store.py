"""Where the open table is: a folder, or an object store that fsspec knows; paths are relative to its root.

Of a store is asked only what each can do: put one object whole, so that a reader finds the one before or this one, list, and
delete. In a folder that is a rename; an object store does so by itself. What opens a store (keys, endpoints) is in the
environment, as fsspec and the store's own client read it, and never in our configuration.
"""

from __future__ import annotations

import datetime as dt
import os
import posixpath
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from doisoat.collect.store import code_of, is_of_a_store
from doisoat.errors import ConfigurationError, TableNotWrittenError

#: What a writer of an object store holds in memory.
_BLOCK = 8 << 20


class Store:
    """The store at an address.

    Args:
        address: a path, or what fsspec takes, such as s3://bucket/folder.

    Raises:
        ConfigurationError: nothing that is installed opens such an address.
    """

    def __init__(self, address: str) -> None:
        from fsspec.core import url_to_fs
        from fsspec.implementations.local import LocalFileSystem

        self.shown = _without_login(address)
        try:
            self.files, self.root = url_to_fs(address, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            raise ConfigurationError(
                f"open table: asked for {self.shown}; got: {str(error).splitlines()[0]}; do: name a folder or "
                "an address that fsspec knows, and install what opens it (for s3://, `pip install s3fs`)"
            ) from None
        self.is_folder = isinstance(self.files, LocalFileSystem)
        self.root = self.root.rstrip("/")

    def put(self, path: str, content: bytes) -> None:
        """Make this the object at the path, whole and at once."""
        with self.writing(path) as file:
            file.write(content)

    @contextmanager
    def writing(self, path: str) -> Iterator[BinaryIO]:
        """A file to write, which is there once the block has ended well."""
        whole = self.address(path)
        with self._told(f"write {path}"):
            if not self.is_folder:
                with self.files.open(whole, "wb", block_size=_BLOCK) as file:
                    yield file
                return
            folder, name = posixpath.split(whole)
            os.makedirs(folder, exist_ok=True)
            aside = f"{folder}/.{name}.{secrets.token_hex(4)}.unfinished"  # readers pass over what begins with a dot
            try:
                with open(aside, "xb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(aside, whole)
            except BaseException:
                if os.path.exists(aside):
                    os.unlink(aside)
                raise

    def read(self, path: str) -> bytes | None:
        """What is there, None if nothing is."""
        with self._told(f"read {path}"):
            try:
                return bytes(self.files.cat_file(self.address(path)))
            except FileNotFoundError:
                return None

    def list(self, folder: str) -> list[str]:
        """The paths of all files below a folder, in order; none if there is no such folder."""
        with self._told(f"list {folder}"):
            found = self.files.find(self.address(folder))
        return sorted(path.removeprefix(self.root).lstrip("/") for path in found)

    def size(self, path: str) -> int:
        """How many bytes a file has."""
        with self._told(f"look at {path}"):
            return int(self.files.size(self.address(path)))

    def written_at(self, path: str) -> dt.datetime:
        """When a file was written, by the store's clock; now if it is gone."""
        with self._told(f"look at {path}"):
            try:
                at: dt.datetime = self.files.modified(self.address(path))
            except FileNotFoundError:
                return dt.datetime.now(dt.UTC)
        return at if at.tzinfo else at.replace(tzinfo=dt.UTC)

    def delete(self, path: str) -> None:
        """Delete a file, and in a folder what is empty without it."""
        whole = self.address(path)
        with self._told(f"delete {path}"):
            try:
                self.files.rm_file(whole)
            except FileNotFoundError:
                return
        if self.is_folder:
            above = posixpath.dirname(whole)
            while above != self.root and not os.listdir(above):
                os.rmdir(above)
                above = posixpath.dirname(above)

    def address(self, path: str) -> str:
        """The path as the file system takes it."""
        return f"{self.root}/{path}"

    def url(self, path: str) -> str:
        """The path as another program finds it: with the store's protocol, or a plain path."""
        whole = self.address(path)
        return whole if self.is_folder else str(self.files.unstrip_protocol(whole))

    @contextmanager
    def _told(self, asked: str) -> Iterator[None]:
        """What a store raises, of whatever client, as one of our errors."""
        try:
            yield
        except Exception as error:
            if not is_of_a_store(error):
                raise
            raise self._failed(asked, error) from None

    def _failed(self, asked: str, error: Any) -> TableNotWrittenError:
        said = getattr(error, "strerror", None) or code_of(error)
        return TableNotWrittenError(
            f"open table {self.shown}: asked to {asked}; got: {said}; do: make sure that it answers, has room and lets us write, "
            "then clear the task or run `doisoat table write`; the night itself is published"
        )


def _without_login(address: str) -> str:
    protocol, found, rest = address.partition("://")
    return f"{protocol}://{rest.rpartition('@')[2]}" if found else address
