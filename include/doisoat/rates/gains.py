"""What repairs gain, as one statement: the rules of the rates, over the sums of a period with the repairs' changes added.

It makes what is kept with a night (repairs.py), the ranked list that is asked for (cost.py) and what the page answers when rows
are ticked, from relations of whoever asks: a gain has one definition.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from doisoat.errors import ConfigurationError
from doisoat.indicators.definitions import Indicator, load_indicators
from doisoat.warehouse.ranges import RATE_SUMS, REPAIRED

HERE = Path(__file__).parent
#: The indicator that the sync rate multiplies, so that an error in it costs twice (CONTRACTS section 6).
MULTIPLIED = "online_share_multiplied"


def gains(
    base: str, effects: str, indicator: str, in_force: str, *, sums: tuple[str, ...] = RATE_SUMS, schema: str = "recon"
) -> str:
    """The statement; it has the parameters of `base` and `effects`, and no others.

    Args:
        base: a query of one row per period and agency: period_kind, period_start, agency_id, the sums, reported, reported_basis.
        effects: a query of one row per group, repair and cell: period_kind, period_start, agency_id, label (of the group, not
            empty), repairs (1), gap_key, mend, and what it changes (REPAIRED). A row may stand for several repairs that share
            neither gap nor mend with any other: then gap_key and mend are null.
        indicator: whose value is asked for.
        in_force: the reading of the sync rate that is in force, which multiplies another.
        sums: the columns of `base` that the rule reads.
        schema: where the reader may use the functions `ratio` and `points`.

    Returns rows in no order: period_kind, period_start, agency_id, label, place (what gains most alone first), to_repair,
    ratio_now, ratio_if_repaired, gain, ratio_with_all_before, points_now, points, points_with_all_before, share_of_3_3,
    denominator_basis. Of a range, the lower bound is given.

    Raises:
        ConfigurationError: there is no such indicator.
    """
    asked, multiplied, sync = (indicator_named(one) for one in (indicator, MULTIPLIED, in_force))
    words = {
        "rated_alone": _rated("alone_change", asked, sync, sums),
        "rated_multiplied": _rated("alone_change", multiplied, sync, sums),
        "rated_in_turn": _rated("in_turn_change", asked, sync, sums),
        "most_points": "null::numeric" if asked.points is None else f"{asked.points}::numeric",
        "all_from": f"{asked.full_at}::numeric",
        "multiplied_from": f"{multiplied.full_at}::numeric",
    }
    text = _replaced((HERE / "gains.sql").read_text("utf-8"), words).replace("recon.", f"{schema}.")
    return _replaced(text, {"base_part": f"({base})", "effect_part": f"({effects})"})


def indicator_named(indicator: str) -> Indicator:
    """The definition with this name.

    Raises:
        ConfigurationError: there is none.
    """
    known = {one.id: one for one in load_indicators()}
    if indicator not in known:
        raise ConfigurationError(f"indicator {indicator!r}: not known; give one of {', '.join(known)}")
    return known[indicator]


def _rated(changes: str, asked: Indicator, in_force: Indicator, sums: tuple[str, ...]) -> str:
    """SQL of the rule's value for each row of `changes`: what the rules read stands before them as parts of one statement."""
    columns = ", ".join(f"b.{name}{_change_of(name)} as {name}" for name in sums)
    denominator = (HERE / "denominator.sql").read_text("utf-8").replace("%(is_expected)s", "true")
    denominator = denominator.replace("%(reported_part)s", "null::text")
    return f"""(
        with parted as (
            select b.*, c.label, {_PART} as part, {", ".join(f"c.{name} as change_{name}" for name in REPAIRED)}
            from base b join {changes} c using (period_kind, period_start, agency_id)
        ),
        rolled as (select b.period_kind, b.period_start, b.part, {columns} from parted b),
        reported as (
            select period_kind, period_start, part as agency, reported_basis as basis, reported as value
            from parted where reported_basis is not null
        ),
        denominator as ({denominator}),
        sync_rate as ({_doubled(in_force.query)})
        select p.period_kind, p.period_start, p.agency_id, p.label, v.ratio_least, v.denominator_basis
        from parted p join ({_doubled(asked.query)}) v using (period_kind, period_start, part)
    )"""


#: Period and part are the key of what the rules read: here a part is an agency and a group.
_PART = "concat_ws(chr(31), b.agency_id, c.label)"


def _change_of(name: str) -> str:
    """What a change adds to a sum; by which channel a ministry's dossier came, is not known."""
    changed = {**{one: one for one in REPAIRED}, "channel_unknown": "provincial"}.get(name)
    return f" + b.change_{changed}" if changed else ""


def _doubled(query: str) -> str:
    return query.replace("%", "%%")


def _replaced(text: str, words: dict[str, str]) -> str:
    """The text with whole words replaced."""
    for word, part in words.items():
        text = re.sub(rf"\b{word}\b", partial(_as_it_is, part), text)
    return text


def _as_it_is(part: str, found: re.Match[str]) -> str:
    return part
