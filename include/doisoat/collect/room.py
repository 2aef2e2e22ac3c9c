"""Room for a landing: a full disk and a directory that may not be written are errors of ours."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doisoat.errors import ConfigurationError, StorageFullError

#: The disk is full, its owner's quota is used up, or a file may not grow any further.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)


@contextmanager
def room_for(directory: Path) -> Iterator[None]:
    """Report a full disk, and a directory that may not be written, as our own errors."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_RIGHT and str(error.filename or "").startswith(str(directory.parent)):
            raise ConfigurationError(
                f"landing: asked to write {directory}; got: {os.strerror(error.errno or 0)}; do: give the user that runs "
                "this the right to write there, or set DOISOAT_LANDING to a directory where it may"
            ) from error
        if error.errno not in _NO_ROOM:
            raise
        raise StorageFullError(
            f"landing: asked to write {directory}; got: {os.strerror(error.errno)}; do: make room on that disk, or move "
            "DOISOAT_LANDING to a larger one, then clear the failed task: nothing of this pull was kept, and what was "
            "sealed before is unharmed"
        ) from error
