"""Random small worlds for tests/generative: what three sides show, night by night, and what the warehouse says of it."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from support.copies import copied
from support.oracle import LOCAL, Night, Pull, Row
from support.world import World

NIGHTS = [dt.date(2024, 4, day) for day in (16, 17, 18, 19)]
SYSTEMS = {"igate": "province", "national_export": "portal", "licences": "ministry"}
LOCALS = [f"H37.21.01-24040{n}-000{n}" for n in range(1, 5)]
NATIONALS = ["G22.99-240401-00001", "G22.99-240402-00002"]
MINISTRY = "H37.03-240403-0007"
#: Long ago, on both sides of a month and of its midnight in UTC; then the last nights, their ends, and after the last one.
RECEIVED = [None, "2024-03-31 23:30", "2024-04-01 08:00", "2024-04-16 10:00", "2024-04-17 15:00", "2024-04-18 00:00",
            "2024-04-18 15:00", "2024-04-20 00:10"]  # fmt: skip
#: Of dossiers that are watched from the first night on, and of such that what was learned of those is then applied to.
WATCHED = ["2024-04-16 10:00", "2024-04-16 18:30", "2024-04-16 00:00", "2024-04-18 00:00", "2024-04-18 09:59",
           "2024-04-18 10:00", "2024-04-18 18:30"]  # fmt: skip
UPDATED = [None, None, "2024-04-01 09:00", "2024-04-17 10:00", "2024-04-18 10:00"]
READABLE: frozenset[str] = frozenset()
ALL_READ = st.just(READABLE)
_numbers = itertools.count()


@dataclass
class Shown:
    """One night: what each source answers (none: it is down), and how the night is run.

    Attributes:
        again: "" once; "twice": the same again; "late": first without `late`, which answers after all, then again.
    """

    pulls: dict[str, Pull]
    again: str = ""
    late: str = ""
    order: Sequence[str] = tuple(SYSTEMS)
    modes: dict[str, str] = field(default_factory=dict)


def moment(text: str | None) -> dt.datetime | None:
    """A local time."""
    return None if text is None else dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@st.composite
def keyed(
    draw: st.DrawFn,
    keys: Sequence[str],
    codes: Sequence[str],
    names: Sequence[str],
    moments: Sequence[str | None],
    unread: st.SearchStrategy[frozenset[str]],
    statuses: Sequence[str] = ("4", "5", "9"),
) -> list[Row]:
    """Records of a system with keys, in any order."""
    return [
        Row(
            key,
            draw(st.sampled_from(codes)),
            names=draw(st.sampled_from(names)),
            status=draw(st.sampled_from(statuses)),
            received=moment(draw(st.sampled_from(moments))),
            updated=moment(draw(st.sampled_from(UPDATED))),
            is_removed=draw(st.booleans()) and draw(st.booleans()),
            unread=draw(unread),
        )
        for key in draw(st.lists(st.sampled_from(keys), unique=True))
    ]


def unreadable(*fields: str) -> st.SearchStrategy[frozenset[str]]:
    """What of a row cannot be read: mostly nothing."""
    some = st.frozensets(st.sampled_from(fields))
    return st.one_of(st.just(READABLE), st.just(READABLE), st.just(READABLE), some)


def province(
    moments: Sequence[str | None] = RECEIVED, unread: st.SearchStrategy[frozenset[str]] = ALL_READ
) -> st.SearchStrategy[list[Row]]:
    """The case system's records; several may name one code, also one that is another record's own."""
    codes, names = LOCALS, ["", "", *NATIONALS, LOCALS[0], MINISTRY]
    return keyed(["x1", "x2", "x3", "x4"], codes, names, moments, unread, ["4", "5", "9", "77"])


def ministry(
    moments: Sequence[str | None] = RECEIVED, unread: st.SearchStrategy[frozenset[str]] = ALL_READ
) -> st.SearchStrategy[list[Row]]:
    """A ministry's records, some under the province's or the portal's codes."""
    return keyed(
        ["m1", "m2"],
        [MINISTRY, LOCALS[1], LOCALS[2], NATIONALS[1]],
        ["", "", "", LOCALS[3], NATIONALS[1]],
        moments,
        unread,
    )


@st.composite
def portal(
    draw: st.DrawFn, moments: Sequence[str | None] = RECEIVED, unread: st.SearchStrategy[frozenset[str]] = ALL_READ
) -> list[Row]:
    """The portal's rows. Those of one code are alike in what is compared: which stands for it is nobody's business."""
    codes = draw(st.lists(st.sampled_from([*LOCALS, *NATIONALS, MINISTRY]), max_size=6))
    told = {
        code: Row(
            "",
            code,
            status=draw(st.sampled_from(["4", "5", "9", "78", ""])),
            received=moment(draw(st.sampled_from(moments))),
            unread=draw(unread),
        )
        for code in sorted({*codes})
    }
    return [told[code] for code in codes if codes.count(code) < 3]


UNREAD = {
    "igate": unreadable("code", "names", "status", "received", "updated"),
    "national_export": unreadable("code", "status", "received"),
    "licences": unreadable("code", "names", "status", "received"),
}
SIDES = {"igate": province, "national_export": portal, "licences": ministry}


@st.composite
def nights(draw: st.DrawFn) -> list[Shown]:
    """Nights on which sources answer, answer in part, or are down; the first time each answers in full. In some worlds they
    always do, and dossiers are of days of which something can be learned."""
    found, seen, is_watched = [], set(), draw(st.booleans())
    moments = WATCHED if is_watched else RECEIVED
    for night in NIGHTS:
        pulls = {}
        for source_id, rows in SIDES.items():
            is_first = source_id not in seen
            answer = draw(st.sampled_from(["whole", "whole", "whole", "part", "down"]))
            if (is_first and answer == "part") or (night == NIGHTS[0] and source_id != "licences"):
                answer = "whole"
            if is_watched:
                answer = "whole"
            if answer != "down":
                pulls[source_id] = Pull(draw(rows(moments, UNREAD[source_id])), is_complete=answer == "whole")
                seen.add(source_id)
        if not pulls:  # that is no night
            pulls["igate"] = Pull(draw(province()))
        again = draw(st.sampled_from(["", "", "", "twice", "late"]))
        late = draw(st.sampled_from(sorted(pulls)))
        if night == NIGHTS[0] or len(pulls) == 1:
            again = again if again == "twice" else ""
        found.append(Shown(pulls, again, late, draw(st.permutations(list(SYSTEMS)))))
    return found


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, list[Row]], list[dict[str, list[Row]]]]:
    """A beginning, and what is shown on each later night while every record changes at most once, on some night."""
    start = {source_id: draw(rows()) for source_id, rows in SIDES.items()}
    end = {source_id: draw(rows()) for source_id, rows in SIDES.items()}
    for source_id in ("igate", "licences"):  # what was removed is still shown, as removed: so changes alone can tell it
        kept = {row.key: row for row in start[source_id]}
        gone = {key: replace(row, is_removed=True) for key, row in kept.items()}
        end[source_id] = list({**gone, **{row.key: row for row in end[source_id]}}.values())
    batches: list[dict[str, list[Row]]] = [{} for _ in NIGHTS[1:]]
    for source_id in SIDES:
        places = {row.key or row.code for row in (*start[source_id], *end[source_id])}
        when = {place: draw(st.integers(0, len(batches) - 1)) for place in sorted(places)}
        for at, batch in enumerate(batches):
            batch[source_id] = [row for row in start[source_id] if when[row.key or row.code] > at]
            batch[source_id] += [row for row in end[source_id] if when[row.key or row.code] <= at]
    return start, batches


def table(rows: Sequence[Row], source_id: str) -> str:
    """The rows as a source shows them."""
    procedure = "2.000635" if source_id == "licences" else "1.000482"  # no ministry's dossier is known by its receipt
    lines = [
        "id | code | national | status | received | due | updated | removed | payment | agency | procedure | unread"
    ]
    for place, row in enumerate(rows):
        received, updated = (f"{at:%Y-%m-%d %H:%M}" if at else "-" for at in (row.received, row.updated))
        twin = sum(earlier.code == row.code for earlier in rows[:place]) if not row.key else 0
        lines.append(
            f"{row.key or '-'} | {row.code} | {row.names or '-'} | {row.status or '-'} | {received} | - | {updated} | "
            f"{'yes' if row.is_removed else 'no'} | {twin} | H37.21.01 | {procedure} | {_unread(row)}"
        )
    return "\n".join(lines)


def _unread(row: Row) -> str:
    names = {"names": "national"}
    return " ".join(names.get(name, name) for name in sorted(row.unread))


@contextmanager
def small_world(server: Any, template: str, **reconciliation: Any) -> Iterator[World]:
    """A warehouse of its own, which goes with the block, and a province of three sources."""
    with (
        tempfile.TemporaryDirectory() as directory,
        copied(server, template, f"random_{next(_numbers)}") as dsn,
    ):
        compared = ["status", "receipt_date"]
        yield World(
            Path(directory), dsn, sources={"national_statistics": {"enabled": False}}, compared_attributes=compared,
            **reconciliation,
        )  # fmt: skip


def land(world: World, night: dt.date, source_id: str, shown: Shown) -> None:
    """Seal what a source answers on a night."""
    pull = shown.pulls[source_id]
    world.land(
        night, source_id, table(pull.rows, source_id), mode=shown.modes.get(source_id), is_complete=pull.is_complete
    )


def run(world: World, night: dt.date, shown: Shown) -> None:
    """One night, as often as `shown` says, each time as a night is run."""
    for source_id in shown.order:
        if source_id in shown.pulls and not (shown.again == "late" and source_id == shown.late):
            land(world, night, source_id, shown)
    world.run(night)
    if shown.again == "late":
        land(world, night, shown.late, shown)
        world.run(night)
    elif shown.again == "twice":
        before = state(world)
        forget_inputs(world, night)
        world.run(night)
        assert state(world) == before


def forget_inputs(world: World, night: dt.date) -> None:
    """Make a night load again what it loaded."""
    world.rows("update ops.night set inputs = null where night = %s", [night])


def said(world: World) -> Night:
    """What the warehouse says now: one verdict a dossier and pair, one open gap a dossier, pair and kind."""
    now = "where to_night = 'infinity'"
    for name, key in (("verdict", "pair, dossier_id"), ("gap", "pair, dossier_id, kind, detail")):
        twice = world.rows(f"select {key} from recon.{name} {now} group by {key} having count(*) > 1")
        assert twice == [], name
    other = "case pair when 'national_provincial' then national_value else ministry_value end"
    return Night(
        {
            (pair, dossier): (presence, standing)
            for pair, dossier, presence, standing in world.rows(
                f"select pair, dossier_id, presence, standing from recon.verdict {now}"
            )
        },
        {
            (pair, dossier, name): (standing, theirs, ours)
            for pair, dossier, name, standing, theirs, ours in world.rows(
                f"select pair, dossier_id, attribute, standing, {other}, provincial_value from recon.difference {now}"
            )
        },
        {
            (dossier, kind, sign): count
            for dossier, kind, sign, count in world.rows(
                f"select dossier_id, entry_kind, sign, count(*) from recon.ledger_entry {now} group by 1, 2, 3"
            )
        },
        {
            (pair, dossier, kind): night
            for pair, dossier, kind, night in world.rows(
                f"""select pair, dossier_id, presence, next_review_on from recon.verdict {now} and next_review_on is not null
                union all
                select pair, dossier_id, attribute, next_review_on from recon.difference {now} and next_review_on is not null"""
            )
        },
    )


#: All that nights leave behind, as it was written; and what of it is said now, whenever it came to be.
TABLES = ("core.dossier_record", "core.identity_link", "core.identity_conflict", "core.control_total", "core.published_score",
          "recon.verdict", "recon.difference", "recon.ledger_entry", "recon.cell_status", "recon.ledger_cell",
          "recon.ministry_cell", "recon.cause", "recon.gap", "recon.gap_event", "recon.arrival", "recon.learned_lag")  # fmt: skip
#: Rows of one night each: they hold on no other.
NIGHTLY = ("core.identity_link", "recon.ledger_cell", "recon.gap_event", "recon.arrival", "recon.learned_lag")
DATED = "{from_night,to_night,first_night,opened_on,reopened_on,basis}"  # a basis names the night that saw it last


def state(world: World) -> list[tuple[Any, ...]]:
    """Every row of what nights write, history and all."""
    union = " union all ".join(f"select '{name}', to_jsonb(t)::text from {name} t" for name in TABLES)
    return world.rows(f"{union} order by 1, 2")


def outcome(world: World) -> list[tuple[Any, ...]]:
    """Every current row of what nights write, without the nights on which it came to be."""
    ranged = [name for name in TABLES if name not in NIGHTLY]
    union = " union all ".join(
        f"select '{name}', (to_jsonb(t) - '{DATED}'::text[])::text from {name} t where to_night = 'infinity'"
        for name in ranged
    )
    links = f"select 'link', (to_jsonb(t) - '{DATED}'::text[])::text from core.identity_link t"
    return world.rows(f"{union} union all {links} order by 1, 2")
