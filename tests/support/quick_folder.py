"""Where a throw-away PostgreSQL is quickest: in memory.

A night makes and deletes hundreds of small files (temporary tables), and ext4 gives the number of a file that was deleted in the
last seconds to no other: its search for a free one is a quarter of a small night's processor time.
"""

from __future__ import annotations

import os
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")
#: Several times what a test session's server has ever taken, with the other workers' beside it.
_ROOM = 6 * 2**30


def quick_folder() -> Path | None:
    """A folder in memory for temporary homes; None, which is the usual folder, where there is none or it could fill up."""
    if not os.access(_MEMORY, os.W_OK):
        return None
    has_room = psutil.disk_usage(str(_MEMORY)).free > _ROOM and psutil.virtual_memory().available > _ROOM
    return _MEMORY if has_room else None
