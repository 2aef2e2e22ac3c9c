"""Passwords and keys that belong to one home: made once, kept in files only their owner can read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def secret(home: Path, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> str:
    """The secret of that name, created at the first call. URL-safe unless `make` says otherwise.

    Args:
        home: the state directory (DOISOAT_HOME); the secret is `secrets/<name>` in it, mode 0600.
        name: a file name.
        make: how to make it.
    """
    path = home / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        value = make()
        file.write(value)
    return value
