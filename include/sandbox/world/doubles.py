"""What records say of each other: one application recorded or sent more than once, a code named by two, a status nobody can name.

They are made only where a world asks for them (their rates are 0 by default), so that the other worlds stay as they are. What
can be known of each follows from what the two sides show: the province's records name codes, the portal shows rows.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.world.cause_steps import recode
from sandbox.world.causes import COMPANION_AFTER, KINDS, Kind
from sandbox.world.maker import Maker, Wish
from sandbox.world.moments import DAY, HOUR
from sandbox.world.truth import CORRECTING, IN_PROCESS, Dossier


def _recorded_twice(maker: Maker, made: Dossier) -> None:
    """Pulled a second time under another local code; both records name the portal's code, and all moments are the same."""
    row, again = made.local[0], made.local[0].appears_at + HOUR
    code = maker.local_code(made.agency.code, made.submitted_at)
    made.local.append(replace(row, record_id=maker.record_id(again), code=code, appears_at=again))


def _code_claimed_twice(maker: Maker, made: Dossier) -> None:
    """Two submissions of one unit, days apart; by mistake the second one's record names the first one's code."""
    if made.other is not None and made.other in maker.named:
        made.local[0].national_code = maker.named[made.other]
    maker.named[made.number] = made.national_code


def _filed_days_later(maker: Maker, made: Dossier) -> None:
    """Two submissions of one unit, days apart, each under its own code."""


def _resent_and_named(maker: Maker, made: Dossier) -> None:
    """Sent again under a generated code, which the province's record then names."""
    code = maker.generated_code(made.agency.code, made.submitted_at)
    made.portal.append(replace(made.portal[0], code=code, life=list(made.portal[0].life)))
    made.local[0].national_code = code


def _resent_old_id(maker: Maker, made: Dossier) -> None:
    """Sent again under a generated code that writes the unit by its old id."""
    code = maker.generated_code(made.agency.old_code or made.agency.code, made.submitted_at)
    made.portal.append(replace(made.portal[0], code=code, life=list(made.portal[0].life)))


def _old_id_twin(maker: Maker, made: Dossier) -> None:
    """Two genuine dossiers of one second, the second under a generated code with the unit's old id on both sides."""
    if made.other is not None and made.number > made.other:
        recode(made, maker.generated_code(made.agency.old_code or made.agency.code, made.submitted_at))


def _status_unnamed(maker: Maker, made: Dossier) -> None:
    """A status of the tenant's own that no map knows; the portal was sent an empty one."""
    made.portal[0].life[-1] = made.portal[0].life[-1][0], ""


def _status_unnamed_here(maker: Maker, made: Dossier) -> None:
    """The same status, sent as "in process": which it is we cannot know, but the portal names one."""
    made.portal[0].life[-1] = made.portal[0].life[-1][0], str(IN_PROCESS)


_SETTLED, _ONLINE = Wish("direct", "settled"), Wish("national", "settled")
for _name, _cause, _wish, _apply, _makes in (
    ("recorded_twice", "recorded_twice", _ONLINE, _recorded_twice, 1),
    ("filed_days_later", "recorded_twice", _ONLINE, _filed_days_later, 2),
    ("code_claimed_twice", "code_claimed_twice", _ONLINE, _code_claimed_twice, 2),
    ("resent_and_named", "resent_and_named", _SETTLED, _resent_and_named, 1),
    ("resent_old_id", "resent_old_id", _SETTLED, _resent_old_id, 1),
    ("old_id_twin", "resent_old_id", _SETTLED, _old_id_twin, 2),
    ("status_unnamed", "status_unnamed", Wish("direct", "recent", CORRECTING), _status_unnamed, 1),
    ("status_unnamed_here", "status_unnamed", Wish("direct", "recent", CORRECTING), _status_unnamed_here, 1),
):
    KINDS[_name] = Kind(_name, _cause, _wish, "always", _apply, _makes)
COMPANION_AFTER.update({"filed_days_later": 2 * DAY, "code_claimed_twice": 2 * DAY, "old_id_twin": 0})
