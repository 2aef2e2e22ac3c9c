"""A home is its owner's: nobody else on this machine reads landings, logs, originals in inboxes or passwords in it."""

from __future__ import annotations

import os
from pathlib import Path

#: The server's own directories: PostgreSQL keeps them closed itself, under an account of its own if we are root.
_POSTGRES = ("postgres", "postgres.unfinished")


def own(home: Path) -> None:
    """Make the home if it is missing, and close it and all that lies in it to others.

    If we are root, others may pass through the home itself (standalone.postgres), and through nothing in it but the server's
    files.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(home.stat().st_mode & (0o701 if os.geteuid() == 0 else 0o700))
    for path in home.iterdir():
        if path.name not in _POSTGRES and not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
