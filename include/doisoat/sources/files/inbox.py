"""Files that people put into a directory: which of them are read, when, and what becomes of them.

Only regular files in the inbox itself that match a pattern are read: never a link, a directory, a pipe, or a file that
still has the name of an unfinished download. A file is read once its size and time no longer change, and is checked again
after it has been read. The same content twice is read once; all copies are deleted when the landing is sealed
(inbox files hold personal data).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, field_validator

from doisoat.errors import ConfigurationError, SourceChangedError, SourceUnavailableError
from doisoat.sources.contract import Original, Source, SourceOptions

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")
_State = tuple[int, int, int]


class InboxOptions(SourceOptions):
    """Which files are read.

    Attributes:
        patterns: patterns of file names, case-insensitive; never a path.
        settle_seconds: a file whose size or time changes within this time is still being written.
    """

    patterns: tuple[str, ...] = ("*.csv", "*.xlsx")
    settle_seconds: float = Field(default=2, ge=0)

    @field_validator("patterns")
    @classmethod
    def _names_only(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if bad := [pattern for pattern in value if "/" in pattern or "\\" in pattern]:
            raise ValueError(f"{', '.join(bad)}: patterns match names in the inbox itself, not paths")
        return value


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A settled file. Messages identify it by its position, oldest first: its name may contain a person's name."""

    source_id: str
    original: Original
    state: _State
    number: int = 1
    of: int = 1

    @property
    def path(self) -> Path:
        return self.original.path

    @property
    def made_at(self) -> dt.datetime:
        """The file's own time."""
        return dt.datetime.fromtimestamp(self.state[1] / 1e9, dt.UTC)

    def changed(self, came: str, todo: str) -> SourceChangedError:
        """The error for a file that breaks the contract."""
        return SourceChangedError(self.source_id, asked=self._asked, came=came, todo=todo)

    def unavailable(self, came: str, todo: str) -> SourceUnavailableError:
        """The error for a file that may be delivered again, intact."""
        return SourceUnavailableError(self.source_id, asked=self._asked, came=came, todo=todo)

    @property
    def _asked(self) -> str:
        suffix = self.path.suffix if self.path.suffix.isascii() and len(self.path.suffix) < 6 else ""
        return f"file {self.number} of {self.of} by age ({suffix or 'no known ending'})"


class InboxSource(Source):
    """Base of the connectors that read an inbox."""

    Options: ClassVar[type[SourceOptions]] = InboxOptions
    options: InboxOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        path = self.connection.extra.get("path") or self.connection.schema
        if not path:
            raise ConfigurationError(
                f"connection {self.connection.connection_id!r}: extra needs path, the inbox directory"
            )
        self._inbox = Path(str(path)).expanduser()
        self._read: list[Original] | None = None

    @property
    def requests_made(self) -> int:
        return len(self._read or ())

    def probe(self) -> str:
        if not self._inbox.is_dir():
            raise ConfigurationError(
                f"{self.source_id}: the inbox {self._inbox} is not a directory; create it or fix the path"
            )
        waiting, others = len(self._waiting()), sum(1 for _ in self._inbox.iterdir())
        left = f"; {others - waiting} other entries are left alone" if others > waiting else ""
        return f"{waiting} files wait in the inbox{left}"

    def has_news(self) -> bool:
        return bool(self._waiting()) if self._inbox.is_dir() else True  # the pull then says what is wrong

    def originals(self) -> list[Original]:
        if self._read is not None:
            return self._read
        return [_original(path) for path in self._waiting()] if self._inbox.is_dir() else []

    def _new_files(self, todo: str) -> list[InboxFile]:
        """The files to read, oldest first, each content once; `originals` then includes the copies too.

        Args:
            todo: what somebody should do if no file is waiting.

        Raises:
            SourceUnavailableError: the inbox cannot be read, no file is waiting, or one is still being written.
        """
        before = {path: _state(path) for path in self._waiting()}
        if not before:
            raise self._unavailable("no file", f"{todo} ({self._inbox})")
        if not all(path.name.isprintable() for path in before):  # a name that is not UTF-8 cannot be sealed
            raise self._unavailable("a file whose name is no text", "rename it")
        if self.options.settle_seconds:
            time.sleep(self.options.settle_seconds)
        if {path: _state(path) for path in self._waiting()} != before:
            raise self._unavailable("a file that is still being written", "wait; it is read when it no longer changes")
        try:
            found = sorted((state[1], path, _original(path), state) for path, state in before.items())
        except OSError as error:
            raise self._unavailable(
                f"a file that cannot be read ({type(error).__name__})", "fix its permissions"
            ) from None
        self._read = [original for _, _, original, _ in found]
        first: dict[str, tuple[Original, _State]] = {}
        for _, _, original, state in found:
            first.setdefault(original.sha256, (original, state))
        return [InboxFile(self.source_id, *file, at, len(first)) for at, file in enumerate(first.values(), 1)]

    def _check_unchanged(self, file: InboxFile) -> None:
        if _state(file.path) != file.state:
            raise file.unavailable("a file that changed while it was read", "wait; it is read again")

    def _waiting(self) -> list[Path]:
        try:
            with os.scandir(self._inbox) as entries:
                names = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        except OSError as error:
            raise self._unavailable(
                f"an inbox that cannot be read ({type(error).__name__})", f"create {self._inbox} or fix its permissions"
            ) from None
        return sorted(self._inbox / name for name in names if _is_wanted(name, self.options.patterns))

    def _unavailable(self, came: str, todo: str) -> SourceUnavailableError:
        return SourceUnavailableError(
            self.source_id, asked=f"the files {', '.join(self.options.patterns)} of the inbox", came=came, todo=todo
        )


def _is_wanted(name: str, patterns: Sequence[str]) -> bool:
    lower = name.lower()
    if lower[0] in ".~" or lower.endswith(_UNFINISHED):
        return False
    return any(fnmatchcase(lower, pattern.lower()) for pattern in patterns)


def _state(path: Path) -> _State:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return -1, -1, -1
    return status.st_size, status.st_mtime_ns, status.st_ino if stat.S_ISREG(status.st_mode) else -1


def _original(path: Path) -> Original:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return Original(path, os.fstat(stream.fileno()).st_size, digest)
