-- The denominator of indicator 1.4 by the published readings: the larger of what was reported and what the portal counts; where
-- both are empty last year's report, prorated; else none (CONTRACTS 6). Unknown where what was reported did not come to us.
create temporary table denominator on commit drop as
select r.period_kind, r.period_start, r.part,
    case when q.basis is null then null
         when q.basis = 'last_year_prorated' then case when r.portal_rows + r.synced_undecided = 0 then q.value end
         else greatest(q.value, r.portal_rows) end as least,
    case when q.basis is null then null
         when q.basis = 'last_year_prorated' then case when r.portal_rows + r.synced_undecided = 0 then q.value end
         else greatest(q.value, r.portal_rows + r.synced_undecided) end as most,
    case when q.basis = 'last_year_prorated' and r.portal_rows + r.synced_undecided > 0 then null
         when q.basis <> 'last_year_prorated' and r.portal_rows > q.value then 'portal'
         else q.basis end as basis
from rolled r
left join reported q on (q.period_kind, q.period_start, q.agency) = (r.period_kind, r.period_start, r.part);
analyze denominator;
