-- What each source lists in each cell, counted in core in one pass over each source's index of cells: both the cells
-- and the bridge's terms are based on it. Parallel, like candidate.sql. It replaces whatever was stored for these
-- sources.
drop table if exists raw.listed;
create unlogged table raw.listed as
select
    source_id,
    agency_id,
    procedure_family,
    receipt_month,
    count(*) as current_rows,
    count(*) filter (where duplicate_rank = 1) as dossiers,
    count(*) filter (where duplicate_rank > 0) as ranked_rows,
    count(*) filter (where not is_removed) as kept_rows
from core.dossier_record
where source_id = any(%(provincial_sources)s::text[] || %(national_sources)s::text[]) and to_night = 'infinity'
group by 1, 2, 3, 4;
analyze raw.listed;
delete from core.listed_cell where source_id = any(%(provincial_sources)s::text[] || %(national_sources)s::text[]);
insert into core.listed_cell (
    source_id, agency_id, procedure_family, receipt_month, current_rows, dossiers, ranked_rows, kept_rows
)
select
    source_id,
    agency_id,
    procedure_family,
    receipt_month,
    current_rows,
    dossiers,
    ranked_rows,
    kept_rows
from raw.listed;
