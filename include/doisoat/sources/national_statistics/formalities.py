"""The portal's public catalogue of procedures: `POST /api/v1/reporting/formalities` (CONTRACTS section 2).

Pages of ten items `{id, code, name, state, ...}`, and how many pages and items there are. Nothing says when an item was changed,
nor in which order they come: a change shows in the total, or in a page that is not what it was. So what is known already is read
again in turns: each reading takes the first page, the last, and one of `TURNS` shares of those between. While the total is the
same and the ids on these pages follow one another as they did, everything else stands, and items whose code or name is another
are taken as they are now; else the whole is read again. A name that changes is so found within `TURNS` readings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from doisoat.errors import SourceChangedError
from doisoat.model import CatalogueEntry
from doisoat.privacy import is_id
from doisoat.sources.contract import CataloguePage, KnownCatalogue
from doisoat.sources.declared import Count
from doisoat.sources.http.session import Answer, HttpSession
from doisoat.sources.national_statistics.wire_2026 import data_of
from doisoat.sources.values import BadRowError, text

PATH = "/api/v1/reporting/formalities"
PAGE_SIZE = 10
#: In how many readings every page that is known comes round: the Dag reads once a week.
TURNS = 8
#: More pages than this are no catalogue: 575 were seen.
_MOST_PAGES = 20_000
_WEEK = 7


class Item(msgspec.Struct):
    """A procedure; what else the portal states of it is not read."""

    id: str | int | None = None
    code: str | int | None = None
    name: str | None = None


class Pages(msgspec.Struct):
    """How many items and pages there are."""

    total: Count | None = None
    totalPages: Count | None = None


class Formalities(Pages, kw_only=True):
    """The `data` of an answer; the number of pages may stand beside the items or in a part of its own [A]."""

    items: list[Item]
    pagination: Pages | None = None


class Read(msgspec.Struct, frozen=True):
    """A page as it was read: the items that have an id and a code."""

    answer: Answer
    entries: list[CatalogueEntry]
    total: int
    last: int


class FormalityCatalogue:
    """The catalogue through one session; a page is asked for once."""

    def __init__(self, http: HttpSession) -> None:
        self._http, self._decoder = http, msgspec.json.Decoder(Formalities)
        self._read: dict[int, Read] = {}

    def pages(self, day: dt.date, known: KnownCatalogue) -> Iterator[CataloguePage]:
        """The whole catalogue in its order; see the module.

        Raises:
            SourceChangedError: an answer without items or pages, or not as many procedures as the portal says there are.
        """
        if known.former and not known.begun and (as_now := self._compared(day, known.former)) is not None:
            for is_read, some in groupby(known.former, lambda entry: entry.ref in as_now):
                entries = [as_now.get(entry.ref, entry) for entry in some]
                yield CataloguePage(entries, is_kept=not is_read)
        else:
            yield from self._whole(known)

    def _compared(self, day: dt.date, former: Sequence[CatalogueEntry]) -> dict[str | None, CatalogueEntry] | None:
        """The items of the pages whose turn it is, by id; None if they show that something came or went."""
        first = self._page(1)
        if first.total != len(former):
            return None
        place = {entry.ref: at for at, entry in enumerate(former)}
        turn = day.toordinal() // _WEEK % TURNS
        found: dict[str | None, CatalogueEntry] = {}
        for number in sorted({1, first.last, *range(1 + turn, first.last, TURNS)}):
            page = self._page(number)
            at = [place.get(entry.ref, -1) for entry in page.entries]
            if not at or page.total != first.total or at != list(range(at[0], at[0] + len(at))) or at[0] < 0:
                return None
            found |= {entry.ref: entry for entry in page.entries}
        return found

    def _whole(self, known: KnownCatalogue) -> Iterator[CataloguePage]:
        """Page by page; those of a reading that was stopped are not asked for again."""
        refs: set[str | None] = set()
        number = 1
        while number in known.begun:
            refs |= {entry.ref for entry in known.begun[number]}
            yield CataloguePage(known.begun[number], number, is_kept=True)
            number += 1
        page = self._page(number)
        while number <= page.last:
            refs |= {entry.ref for entry in page.entries}
            yield CataloguePage(page.entries, number)
            number += 1
            if number <= page.last:
                page = self._page(number)
        if len(refs) != page.total:
            raise self._changed(page.answer, f"{len(refs)} procedures of the {page.total} that it declares")

    def _page(self, number: int) -> Read:
        if number not in self._read:
            self._read[number] = self._asked(number)
        return self._read[number]

    def _asked(self, number: int) -> Read:
        answer = self._http.request("POST", PATH, json={"currentPage": number, "pageSize": PAGE_SIZE})
        said = self._http.decode(data_of(self._http, answer), self._decoder)
        pages = said.pagination or said
        if pages.total is None or pages.totalPages is None:
            raise self._changed(answer, "items without `total` and `totalPages`")
        if not 0 <= pages.totalPages <= _MOST_PAGES:
            raise self._changed(answer, f"a catalogue of more than {_MOST_PAGES} pages")
        entries = [entry for item in said.items if (entry := _entry(item))]
        if said.items and 2 * len(entries) <= len(said.items):
            raise self._changed(answer, f"{len(said.items)} items, of which {len(entries)} have an id and a code")
        return Read(answer, entries, pages.total, pages.totalPages)

    def _changed(self, answer: Answer, came: str) -> SourceChangedError:
        todo = "compare with docs/contracts.md, National statistics; the last good catalogue stays valid, ask again"
        return SourceChangedError(self._http.source_id, asked=answer.asked, came=came, todo=todo)


def _entry(item: Item) -> CatalogueEntry | None:
    """A procedure, None without a code or an id that could be one."""
    try:
        ref, code = text(item.id), text(item.code)
    except BadRowError:
        return None
    if not ref or not code or not is_id(ref) or not is_id(code):
        return None
    try:
        name = text(item.name)
    except BadRowError:
        name = None  # longer than any name, or unprintable: unknown
    return CatalogueEntry(catalogue="procedure", code=code, name=name, ref=ref)
