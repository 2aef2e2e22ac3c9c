"""Steps that several causes share (sandbox.world.causes): when something changes, and what that does to the rows."""

from __future__ import annotations

from sandbox.world.maker import Maker, national_status
from sandbox.world.moments import DAY, HOUR, MINUTE, after_quiet_hours
from sandbox.world.truth import Dossier, PortalRow


def change_moment(maker: Maker, made: Dossier) -> int:
    """After both sides knew all: half long before the first night, half between two nights."""
    rng, known = maker.rng, max(at for row in made.portal for at, _ in row.life)
    before = maker.cut_offs[0] - rng.randrange(9 * HOUR, 60 * HOUR)
    between = maker.cut_offs[0] + rng.randrange(6 * HOUR, max(7 * HOUR, (len(maker.cut_offs) - 1) * DAY - 3 * HOUR))
    if rng.random() < 0.5 and known < before:
        return after_quiet_hours(rng.randrange(known + MINUTE, before))
    return after_quiet_hours(between)


def freeze(made: Dossier, at: int) -> None:
    """Stop the life of a deleted dossier."""
    kept = [step for step in made.life if step[0] < at] or made.life[:1]
    made.life[:] = kept
    for row in made.portal:
        row.life = row.life[: len(kept)]


def delay_local(maker: Maker, made: Dossier, at: int) -> None:
    """Let the province hold it only from `at` on; its processing is delayed accordingly."""
    first = 1 if made.national_code else 0
    shift = at + 5 * MINUTE - made.life[first][0] if len(made.life) > first and made.national_code else 0
    if shift > 0:
        made.life[:] = made.life[:1] + [(after_quiet_hours(step + shift), status) for step, status in made.life[1:]]
        made.received_at = None if made.received_at is None else made.life[1][0]
        made.portal[0] = maker.portal_row(made, made.portal[0].code)
    made.local[0].appears_at = at
    made.local[0].received_at = made.received_at


def push_at_once(made: Dossier) -> None:
    row = made.portal[0]
    row.life[0] = made.life[0][0] + 30, row.life[0][1]
    row.received_known_at = min(row.received_known_at, row.life[0][0])


def delay_push(made: Dossier, at: int) -> None:
    row = made.portal[0]
    row.life = [(max(known, at), status) for known, status in row.life]
    row.received_known_at = max(row.received_known_at, at)


def cut_progress(made: Dossier) -> None:
    """The portal learned nothing after "in process"."""
    row: PortalRow = made.portal[0]
    kept = [step for step in row.life if step[1] in {"1", "2", national_status(4)}]
    row.life = kept[:3] or row.life[:1]


def convert(maker: Maker, made: Dossier) -> None:
    """Brought over from the old system: old unit id in the code, one updatedDate for all (CONTRACTS section 8)."""
    old = made.agency.old_code or made.agency.code
    recode(made, maker.local_code(old, made.submitted_at))
    made.local[0].touched_at = maker.migrated_at
    if maker.variant.own_national_code:
        made.local[0].national_code = made.local_code


def test_tail(maker: Maker, made: Dossier) -> str:
    day = f"{made.agency.code}-{maker.day(made.submitted_at)}"
    return f"{day}-99{maker.tail(made.agency.code + ' tests', made.submitted_at):03d}"


def recode(made: Dossier, code: str) -> None:
    made.local_code = code
    for row in made.local:
        row.national_code = code if row.national_code == row.code else row.national_code
        row.code = code
    for sent in made.portal:
        sent.code = code
