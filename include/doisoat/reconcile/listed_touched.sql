-- What each source lists in each cell, as the database maintains it while rows come and go. Every night the entries are
-- compared with this (ledger_adds_up) and with rows counted in core (ledger_adds_up_in_finest_cells): a wrong count
-- blocks the night.
drop table if exists raw.listed;
create unlogged table raw.listed as
select
    source_id,
    agency_id,
    procedure_family,
    receipt_month,
    current_rows,
    dossiers,
    ranked_rows,
    kept_rows
from core.listed_cell
where source_id = any(%(provincial_sources)s::text[] || %(national_sources)s::text[]);
analyze raw.listed;
