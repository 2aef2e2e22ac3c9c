"""What the database keeps of what each source lists, held against the rows themselves."""

from __future__ import annotations

from typing import Any

from support.world import World


def counted_but_not_kept(world: World) -> list[tuple[Any, ...]]:
    """Cells of core.listed_cell that are not what core.dossier_record comes to, of either of the two; none where all is well."""
    return world.rows(
        """with counted as (
            select source_id, agency_id, procedure_family, receipt_month, count(*) as current_rows,
                sum((duplicate_rank = 1)::integer) as dossiers, sum((duplicate_rank > 0)::integer) as ranked_rows,
                sum((not is_removed)::integer) as kept_rows
            from core.dossier_record where to_night = 'infinity' group by 1, 2, 3, 4
        ),
        kept as (
            select source_id, agency_id, procedure_family, receipt_month, current_rows, dossiers, ranked_rows, kept_rows
            from core.listed_cell
        )
        (select 'counted', * from counted except select 'counted', * from kept)
        union all (select 'kept', * from kept except select 'kept', * from counted)"""
    )
