-- Every dossier that a ministry's system shows, counted in core, is in exactly one kind of its cell.
with held as (
    select
        r.source_id,
        count(*) as dossiers
    from core.dossier_record r join core.source s using (source_id)
    where s.side = 'ministry' and r.to_night = 'infinity' and r.duplicate_rank = 1
        and exists (select from recon.ministry_comparison c where c.source_id = r.source_id and c.night = %(night)s)
    group by 1
),
judged as (
    select
        source_id,
        sum(matched_by_code + matched_by_time + counted_in_group + undetermined + ministry_only) as dossiers,
        sum(ministry_listed) as listed
    from recon.ministry_cell where to_night = 'infinity' group by 1
)
select
    count(*) filter (where h.dossiers is distinct from j.dossiers or h.dossiers is distinct from j.listed)
        as unexpected,
    count(*) as total
from held h full join judged j using (source_id)
