"""All provinces at once, as the open table shows their last nights (docs/open_table.md), asked by DuckDB."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from doisoat.errors import DoisoatError
from doisoat.open_table.commits import Commit, latest, read_commits
from doisoat.open_table.read import answers, national_queries
from doisoat.open_table.store import Store

from page.errors import NoOpenTableError
from page.reader import Row

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Nation:
    """What all provinces come to.

    Attributes:
        commits: of each province its last night, in order of their codes; none if the table shows no night.
        rows: question of docs/queries/national -> its answer.
    """

    commits: list[Commit]
    rows: dict[str, list[Row]]


@dataclass
class OpenTable:
    """The open table at an address. What was computed is kept until a province's last night is another one."""

    address: str
    _kept: Nation | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def nation(self) -> Nation:
        """The last night of every province.

        Raises:
            NoOpenTableError: it cannot be read; the log says why.
        """
        try:
            with self._lock:
                store = Store(self.address)
                commits = latest(read_commits(store))
                if self._kept is None or self._kept.commits != commits:
                    self._kept = Nation(commits, _asked(store, commits))
                return self._kept
        except DoisoatError as error:
            log.warning("page: %s", error)
            raise NoOpenTableError from None


def _asked(store: Store, commits: list[Commit]) -> dict[str, list[Row]]:
    texts = {name: file.read_text(encoding="utf-8") for name, file in national_queries().items()}
    if not commits:
        return {name: [] for name in texts}
    return {name: report.dicts() for name, report in answers(store, commits, texts).items()}
