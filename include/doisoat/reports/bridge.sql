-- The bridge of a night at one grain: every term measured on its own (docs/architecture.md).
select case when isfinite(c.cell_month) then c.cell_month end as receipt_month, nullif(c.agency_id, '') as agency_id,
    c.grain, c.national_declared, c.provincial_declared, c.national_declared - c.provincial_declared as difference,
    c.entries, c.national_declared - c.national_listed as national_unlisted,
    c.provincial_declared - c.provincial_listed as provincial_unlisted, c.national_listed, c.provincial_listed,
    c.national_listed - c.provincial_listed = c.entries as adds_up, c.national_declared_by, c.provincial_declared_by
from archive.any_ledger_cell c
where c.archive_id = %(archive_id)s and c.night = %(night)s and c.grain = any (%(grains)s)
  and (%(first_month)s::date is null or isfinite(c.cell_month) and c.cell_month >= %(first_month)s)
  and (%(last_month)s::date is null or isfinite(c.cell_month) and c.cell_month <= %(last_month)s)
order by c.grain desc, c.cell_month, c.agency_id
