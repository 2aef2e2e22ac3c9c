"""What goes wrong between the systems (CONTRACTS section 7), each cause with an innocent look-alike.

A kind takes a dossier that both sides hold alike (sandbox.world.maker) and changes the rows in which they hold it. A cause
leaves a true difference behind; its look-alike resembles it at some time and is nobody's fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.world.cause_steps import (
    change_moment,
    convert,
    cut_progress,
    delay_local,
    delay_push,
    freeze,
    push_at_once,
    recode,
    test_tail,
)
from sandbox.world.maker import Maker, Wish
from sandbox.world.moments import DAY, HOUR, MINUTE, OFFSET, local_date
from sandbox.world.truth import FEE, FINISHED, INTEROPERATING, RETURNED, STOPPED, SUPPLEMENT, Dossier

Change = Callable[[Maker, Dossier], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can happen to the visibility of a dossier.

    Attributes:
        name: its name in the answer key.
        cause: the cause whose look-alike this is; for a cause, its own name.
        wish: the required properties of the dossier.
        decides: whether the evidence that a province can see decides the cause: "always", "never", or "when_seen" (only
            when an earlier night saw the row before it changed).
        makes: how many dossiers one application makes.
    """

    name: str
    cause: str
    wish: Wish
    decides: str
    apply: Change
    makes: int = 1

    @property
    def is_cause(self) -> bool:
        return self.name == self.cause


KINDS: dict[str, Kind] = {}


def _cause(name: str, wish: Wish | None = None, decides: str = "always") -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        KINDS[name] = Kind(name, name, wish or Wish(), decides, change)
        return change

    return register


def _innocent(name: str, of: str, wish: Wish | None = None, makes: int = 1) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        KINDS[name] = Kind(name, of, wish or Wish(), "always", change, makes)
        return change

    return register


# only on the portal -------------------------------------------------------------------------------------------------
@_cause("never_pulled", Wish("national", "settled"))
def _never_pulled(maker: Maker, made: Dossier) -> None:
    made.local.clear()
    made.life = made.life[:1]
    made.portal[0].life = made.portal[0].life[:1]
    made.received_at = made.due_at = made.portal[0].received_at = None
    if maker.variant.submission_as_receipt:
        made.portal[0].received_at, made.portal[0].received_known_at = made.submitted_at, made.portal[0].life[0][0]


@_innocent("pulled_soon", "never_pulled", Wish("national", "minutes"))
def _pulled_soon(maker: Maker, made: Dossier) -> None:
    """Minutes old when the night is read; the province imports it the next morning."""
    night = min(cut for cut in maker.cut_offs if cut > made.submitted_at)
    delay_local(maker, made, night + maker.rng.randrange(5 * HOUR, 10 * HOUR))


@_cause("two_codes", Wish("national", "settled"))
def _two_codes(maker: Maker, made: Dossier) -> None:
    made.portal.append(maker.portal_row(made, made.local_code))


@_innocent("linked_code", "two_codes", Wish("national", "settled"))
def _linked_code(maker: Maker, made: Dossier) -> None:
    """One row per side, under different codes; the local row refers to the national code."""


@_cause("resent_new_tail", Wish("direct", "settled"))
def _resent(maker: Maker, made: Dossier) -> None:
    code = maker.generated_code(made.agency.code, made.submitted_at)
    made.portal.append(replace(made.portal[0], code=code, life=list(made.portal[0].life)))


@_innocent("same_second_twin", "resent_new_tail", Wish("direct", "settled"), makes=2)
def _twin(maker: Maker, made: Dossier) -> None:
    """Two genuine dossiers of the same unit, procedure and second: one person submitted a batch."""


@_cause("code_overwritten", Wish("direct", "settled"), "when_seen")
def _code_overwritten(maker: Maker, made: Dossier) -> None:
    row, at = made.local[0], change_moment(maker, made)
    row.former_code, row.recoded_at = row.code, at
    row.code = made.local_code = maker.generated_code(made.agency.code, made.submitted_at)
    if maker.variant.own_national_code:
        row.national_code = row.code
    again = maker.portal_row(made, row.code)
    again.life = [(max(known, at + 5 * MINUTE), status) for known, status in again.life[-1:]]
    again.received_known_at = again.life[0][0]
    made.portal.append(again)


@_innocent("recoded_before_push", "code_overwritten", Wish("direct", "settled"))
def _recoded_before_push(maker: Maker, made: Dossier) -> None:
    """The code was corrected minutes after receipt, before anything was sent."""
    row = made.local[0]
    row.former_code, row.recoded_at = row.code, row.appears_at + 20
    row.code = made.local_code = made.portal[0].code = maker.generated_code(made.agency.code, made.submitted_at)
    if maker.variant.own_national_code:
        row.national_code = row.code


@_cause("rolled_back", Wish("direct", "settled"), "never")
def _rolled_back(maker: Maker, made: Dossier) -> None:
    made.local.clear()
    made.portal[0].life = made.portal[0].life[:1]


@_innocent("committed_late", "rolled_back", Wish("direct", "fresh"))
def _committed_late(maker: Maker, made: Dossier) -> None:
    """Pushed in the afternoon, committed at the province only the next morning."""
    push_at_once(made)
    night = min(cut for cut in maker.cut_offs if cut > made.submitted_at)
    delay_local(maker, made, night + maker.rng.randrange(5 * HOUR, 9 * HOUR))


@_cause("deleted_locally", Wish("direct", "settled"))
def _deleted_locally(maker: Maker, made: Dossier) -> None:
    made.local[0].removed_at = change_moment(maker, made)
    freeze(made, made.local[0].removed_at)


@_innocent("deleted_before_push", "deleted_locally", Wish("direct", "settled"))
def _deleted_before_push(maker: Maker, made: Dossier) -> None:
    """Entered by mistake and deleted before it was sent: on neither side."""
    made.local[0].removed_at = made.local[0].appears_at + 10 * MINUTE
    freeze(made, made.local[0].removed_at)
    made.portal.clear()


@_cause("deleted_without_trace", Wish("direct", "settled"), "when_seen")
def _deleted_without_trace(maker: Maker, made: Dossier) -> None:
    made.local[0].gone_at = change_moment(maker, made)
    freeze(made, made.local[0].gone_at)


@_innocent("gone_on_both_sides", "deleted_without_trace", Wish("direct", "fresh"))
def _gone_on_both_sides(maker: Maker, made: Dossier) -> None:
    """Seen on one night, within the lag; deleted the next morning, never sent."""
    night = min(cut for cut in maker.cut_offs if cut > made.submitted_at)
    made.local[0].gone_at = night + maker.rng.randrange(5 * HOUR, 9 * HOUR)
    freeze(made, made.local[0].gone_at)
    made.portal.clear()


# only at the province -----------------------------------------------------------------------------------------------
@_cause("not_pushed_undated", Wish("provincial", "settled"))
def _not_pushed_undated(maker: Maker, made: Dossier) -> None:
    made.local[0].received_at = made.received_at = None
    made.portal.clear()


@_innocent("undated_on_both_sides", "not_pushed_undated", Wish("national", "settled"))
def _undated_on_both_sides(maker: Maker, made: Dossier) -> None:
    made.local[0].received_at = made.received_at = made.portal[0].received_at = None


@_cause("not_pushed_converted", Wish("direct", "settled"), "never")
def _not_pushed_converted(maker: Maker, made: Dossier) -> None:
    convert(maker, made)
    made.portal.clear()


@_innocent("converted_and_pushed", "not_pushed_converted", Wish("direct", "settled"))
def _converted_and_pushed(maker: Maker, made: Dossier) -> None:
    convert(maker, made)
    made.portal[0].code = made.local_code


@_cause("not_pushed_odd_answer", Wish("", "settled"), "never")
def _not_pushed_odd_answer(maker: Maker, made: Dossier) -> None:
    if made.national_code:  # the portal would hold what was submitted there
        made.national_code = ""
        made.local[0].national_code = made.local_code if maker.variant.own_national_code else ""
    made.portal.clear()


@_innocent("pushed_next_morning", "not_pushed_odd_answer", Wish("direct", "fresh"))
def _pushed_next_morning(maker: Maker, made: Dossier) -> None:
    night = min(cut for cut in maker.cut_offs if cut > made.submitted_at)
    delay_push(made, night + maker.rng.randrange(5 * HOUR, 10 * HOUR))


@_cause("overdue_sync", Wish("direct", "recent"), "never")
def _overdue_sync(maker: Maker, made: Dossier) -> None:
    """Arrives days late: some between the nights, some after the last."""
    delay_push(made, maker.cut_offs[0] + maker.rng.randrange(1 * HOUR, (len(maker.cut_offs) + 1) * DAY))


@_innocent("synced_at_the_edge", "overdue_sync", Wish("direct", "fresh"))
def _synced_at_the_edge(maker: Maker, made: Dossier) -> None:
    delay_push(made, made.submitted_at + maker.rng.randrange(22 * HOUR, 24 * HOUR))


# on both sides, different -------------------------------------------------------------------------------------------
@_cause("status_distorted", Wish("direct", "recent", SUPPLEMENT))
def _status_distorted(maker: Maker, made: Dossier) -> None:
    status = maker.rng.choice((SUPPLEMENT, FEE, STOPPED))
    made.life[-1] = made.life[-1][0], status
    made.portal[0].life[-1] = made.portal[0].life[-1][0], str(FINISHED)
    made.portal[0].shows_finish = False


@_innocent("status_waiting", "status_distorted", Wish("direct", "recent", SUPPLEMENT))
def _status_waiting(maker: Maker, made: Dossier) -> None:
    """Waits on both sides."""


@_cause("status_unmapped", Wish("direct", "recent", INTEROPERATING))
def _status_unmapped(maker: Maker, made: Dossier) -> None:
    made.portal[0].life[-1] = made.portal[0].life[-1][0], ""


@_innocent("status_mapped", "status_unmapped", Wish("direct", "recent", INTEROPERATING))
def _status_mapped(maker: Maker, made: Dossier) -> None:
    """Waits for another office, sent as "in process"."""


@_cause("progress_lost", Wish("", "settled"))
def _progress_lost(maker: Maker, made: Dossier) -> None:
    cut_progress(made)


@_innocent("progress_young", "progress_lost", Wish("direct", "recent"))
def _progress_young(maker: Maker, made: Dossier) -> None:
    """Finished in the afternoon before a night, sent the next morning."""
    night = maker.rng.choice(maker.cut_offs)
    finished = night - maker.rng.randrange(8 * HOUR, 12 * HOUR)
    made.life[:] = [*made.life[:2], (finished, FINISHED), (finished + 9 * MINUTE, RETURNED)]
    made.portal[0].life = maker.portal_row(made, made.portal[0].code).life[:2]
    made.portal[0].received_known_at = made.portal[0].life[0][0]
    known = night + maker.rng.randrange(5 * HOUR, 10 * HOUR)
    made.portal[0].life += [(known, str(FINISHED)), (known, str(RETURNED))]


@_cause("wrong_agency", Wish("direct", "settled"))
def _wrong_agency(maker: Maker, made: Dossier) -> None:
    """The portal counts it for another unit: one of the same name if there is one, else a sibling."""
    valid = [
        one
        for one in maker.agencies
        if one.level == made.agency.level
        and one.agency_id != made.agency.agency_id
        and one.is_valid_on(local_date(made.submitted_at).isoformat())
    ]
    other = maker.rng.choice([one for one in valid if one.name == made.agency.name] or valid)
    row = made.portal[0]
    row.counted_agency, row.agency_code, row.agency_name = other, other.code, other.name


@_innocent("agency_loosely_named", "wrong_agency", Wish("direct", "settled"))
def _agency_loosely_named(maker: Maker, made: Dossier) -> None:
    """The same unit by its old id, or by its name in another spelling."""
    row = made.portal[0]
    if made.agency.old_code and maker.rng.random() < 0.5:
        row.agency_code = made.agency.old_code
    else:
        row.agency_name = made.agency.name.replace("UBND", "Ủy ban nhân dân") + maker.rng.choice(("", " ", "  "))


@_cause("procedure_replaced", Wish("direct", "settled"), "never")
def _procedure_replaced(maker: Maker, made: Dossier) -> None:
    """The portal books it under another procedure of the same field, or of any."""
    others = [one for one in maker.catalogue if one.code != made.procedure.code]
    same_field = [one for one in others if one.field_code == made.procedure.field_code]
    made.portal[0].procedure_code = maker.rng.choice(same_field or others).code


@_innocent("procedure_suffixed", "procedure_replaced", Wish("direct", "settled"))
def _procedure_suffixed(maker: Maker, made: Dossier) -> None:
    """The same family in another spelling (CONTRACTS section 5)."""
    made.portal[0].procedure_code += maker.rng.choice((".000.00.00.H37", ".H37", ".000.00.00.G00"))


@_cause("receipt_moved", Wish("provincial", "early"))
def _receipt_moved(maker: Maker, made: Dossier) -> None:
    """00:00-06:59 local written in UTC: the day before, and the month before on the first."""
    if made.received_at is not None:
        made.portal[0].received_at = made.received_at - OFFSET


@_innocent("received_early", "receipt_moved", Wish("provincial", "early"))
def _received_early(maker: Maker, made: Dossier) -> None:
    """Received in the same small hours, written right."""


# either side --------------------------------------------------------------------------------------------------------
@_cause("test_dossier", Wish("direct", "settled"), "never")
def _test_dossier(maker: Maker, made: Dossier) -> None:
    """Somebody tried the system; nothing but an agreed pattern of codes (tail 99xxx) says so."""
    recode(made, test_tail(maker, made))
    (made.local if maker.rng.random() < 0.5 else made.portal).clear()


@_innocent("genuine_99_tail", "test_dossier", Wish("direct", "settled"))
def _genuine_99_tail(maker: Maker, made: Dossier) -> None:
    recode(made, test_tail(maker, made))


@_cause("repeated_locally", Wish("direct", "settled"))
def _repeated_locally(maker: Maker, made: Dossier) -> None:
    row = made.local[0]
    again = replace(row, record_id=maker.record_id(row.appears_at + 1), appears_at=row.appears_at + 1)
    made.local.append(again)


@_innocent("filed_again", "repeated_locally", Wish("direct", "settled"), makes=2)
def _filed_again(maker: Maker, made: Dossier) -> None:
    """A second genuine dossier of the same unit and procedure, an hour later."""


@_cause("repeated_nationally", Wish("direct", "settled"))
def _repeated_nationally(maker: Maker, made: Dossier) -> None:
    row = made.portal[0]
    made.portal.append(replace(row, payment=(row.payment + 1) % 3, life=list(row.life)))


@_innocent("filed_again_online", "repeated_nationally", Wish("national", "settled"), makes=2)
def _filed_again_online(maker: Maker, made: Dossier) -> None:
    """A second genuine submission on the portal, minutes later."""


#: Seconds from a dossier to its companion, for kinds that make two.
COMPANION_AFTER = {"same_second_twin": 0, "filed_again": HOUR, "filed_again_online": 7 * MINUTE}
