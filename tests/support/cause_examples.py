"""The examples of causes (explain/examples.yaml) made into nights: one alone, or many that cannot meet in one warehouse.

Rules let dossiers see each other by their codes, by what a record links to, and by agency, procedure and second of receipt. So
examples share a warehouse where each has agencies and codes of its own, which a mark of two digits makes: H37.21.01 of the one
marked 17 is H37.1721.01. What holds of a whole warehouse (settings, which sources are listed when and how, how the portal's
catalogue differs) is the same for all that share one; and what cannot be marked stays alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec
from doisoat.explain import Example
from doisoat.model import DossierRecord

from support.world import AGENCIES, World, read_records

NIGHTS = [dt.date(2024, 4, day) for day in (16, 17, 18)]
MARKS = [str(number) for number in range(10, 100)]
#: How a code is marked: one of the portal in its tail, for its beginning says whose it is; a unit, of either form, and a dossier
#: of one, behind the first part, which says whose it is.
MARKED = [
    (re.compile(r"(G22\.99-\d{6,8}-)00(\d{3,5})"), r"\g<1>{mark}\g<2>"),
    (re.compile(r"(000\.\d\d\.)(\d\d\.H37(?:-\d{6,8}-\d{4,7})?)"), r"\g<1>{mark}\g<2>"),
    (re.compile(r"([A-FH-Z]\d\d|G(?!22)\d\d)\.(\d\d[\d.]*(?:-\d{6,8}-\d{4,7})?)"), r"\g<1>.{mark}\g<2>"),
    (re.compile(r"([A-Z]\d\d)(-\d{6,8}-\d{4,7})"), r"\g<1>.{mark}\g<2>"),
]  # fmt: skip


def marked(code: str, mark: str) -> str:
    """The code as the example of this mark has it.

    Raises:
        ValueError: it cannot be marked.
    """
    for form, put in MARKED:
        if form.fullmatch(code):
            return form.sub(put.format(mark=mark), code)
    raise ValueError(f"cannot be told from that of another example: {code}")


def groups(examples: Sequence[Example]) -> list[list[Example]]:
    """The examples parted into those that can share a warehouse."""
    shared: dict[object, list[Example]] = defaultdict(list)
    for place, example in enumerate(examples):
        shared[_warehouse_of(example) if _can_be_marked(example) else place].append(example)
    return [some[start : start + len(MARKS)] for some in shared.values() for start in range(0, len(some), len(MARKS))]


def causes(examples: Sequence[Example], directory: Path, dsn: str) -> list[list[str]]:
    """What comes of the examples in one warehouse: of each, "dossier | kind | cause" of all that is explained on its last night.

    Args:
        examples: one, which keeps its codes, or a group, of which each is marked.
    """
    marks = MARKS[: len(examples)] if len(examples) > 1 else [""]
    of_all = examples[0]
    world = World(directory, dsn, **of_all.settings)
    with (directory / "agencies.csv").open("a", encoding="utf-8") as reference:
        reference.writelines(f"{line}\n" for line in [*of_all.agencies, *(a for m in marks if m for a in _agencies(m))])
    with (directory / "successions.csv").open("a", encoding="utf-8") as reference:
        reference.writelines(f"{line}\n" for line in of_all.successions)
    for catalogue, kind, code in (line.split(" | ") for line in of_all.portal_catalogue):
        world.rows(
            """insert into recon.catalogue_difference (source_id, catalogue, code, from_night, kind)
            values ('national_export', %s, %s, '2024-04-01', %s)""",
            [catalogue, code, kind],
        )
    for place, night in enumerate(NIGHTS[-len(of_all.nights) :]):
        for source_id in of_all.nights[place]:
            world.land(
                night,
                source_id,
                [row for one, mark in zip(examples, marks, strict=True) for row in _rows(one, place, source_id, mark)],
                is_complete=source_id not in of_all.incomplete,
                cut_off=of_all.cut_offs.get(source_id),
            )
        world.open_and_load(night)
        world.reconcile(night)
        world.publish(night)
    return _said(world, examples, marks)


def _said(world: World, examples: Sequence[Example], marks: Sequence[str]) -> list[list[str]]:
    """What is explained, each line with the example whose dossier it is; there is none that is nobody's."""
    found = world.rows("select pair, dossier_id, kind, cause from recon.cause where to_night = 'infinity'")
    said = []
    seen = set()
    for example, mark in zip(examples, marks, strict=True):
        own = {_of(code, mark): code for code in _codes(example)}
        seen |= {dossier for _, dossier, *_ in found if dossier in own}
        lines = [
            f"{own[dossier]} | {kind} | {cause}"
            for pair, dossier, kind, cause in found
            if dossier in own and pair == example.pair
        ]
        said.append(sorted(lines))
    assert {dossier for _, dossier, *_ in found} == seen
    return said


def _of(code: str, mark: str) -> str:
    return marked(code, mark) if mark else code


def _warehouse_of(example: Example) -> str:
    """What is the same for all of a warehouse."""
    return repr((sorted(example.settings.items()), example.incomplete, sorted(example.cut_offs.items()), example.agencies,
                 example.successions, example.portal_catalogue, [list(night) for night in example.nights]))  # fmt: skip


def _can_be_marked(example: Example) -> bool:
    if example.agencies:
        return False
    agencies = {row.agency_code for night in example.nights for source in night for row in _read(night, source)}
    try:
        return all(marked(code, MARKS[0]) for code in [*_codes(example), *filter(None, agencies)])
    except ValueError:
        return False


def _codes(example: Example) -> set[str]:
    """Every dossier's code that the example names."""
    rows = [row for night in example.nights for source in night for row in _read(night, source)]
    return {code for row in rows for code in (row.dossier_code, *row.linked_codes) if code}


def _read(night: dict[str, str], source_id: str) -> list[DossierRecord]:
    return read_records(night[source_id], keyed=source_id != "national_export")


def _rows(example: Example, place: int, source_id: str, mark: str) -> list[DossierRecord]:
    rows = _read(example.nights[place], source_id)
    return [_marked_row(row, mark) for row in rows] if mark else rows


def _marked_row(row: DossierRecord, mark: str) -> DossierRecord:
    return msgspec.structs.replace(
        row,
        record_id=row.record_id and f"{mark} {row.record_id}",
        dossier_code=row.dossier_code and marked(row.dossier_code, mark),
        linked_codes=tuple(marked(code, mark) for code in row.linked_codes),
        agency_code=row.agency_code and marked(row.agency_code, mark),
    )


def _agencies(mark: str) -> list[str]:
    """The units of the reference once more, but for the province, with codes and names of their own."""
    lines = []
    for line in AGENCIES.splitlines()[2:]:
        agency, code, old, name, level, parent, *rest = line.split(",")
        codes = [text and marked(text, mark) for text in (agency, code, old)]
        lines.append(
            ",".join([*codes, f"{name} {mark}", level, parent if parent == "H37" else marked(parent, mark), *rest])
        )
    return lines
