-- Asked by the steps of a night, and so kept with the tables; what analysts read is in warehouse/views.

create view ops.covered_check as
select distinct on (r.night, r.stage, r.check_id) a.night, a.stage, a.check_id, a.unexpected_count, a.observed,
    a.landings, a.reason, a.decided_by, a.decided_in, a.decided_at
from ops.check_result r
join ops.acceptance a using (night, stage, check_id)
where r.severity = 'critical' and r.outcome = 'failed' and a.unexpected_count = r.unexpected_count
  and a.observed = r.observed and a.landings = ops.landings(r.night)
order by r.night, r.stage, r.check_id, a.decided_at desc;
comment on view ops.covered_check is
    'Critical checks that failed when they were asked last, just as somebody accepted it: they block nothing. '
    'Grain: night, check.';
comment on column ops.covered_check.night is 'The night.';
comment on column ops.covered_check.stage is 'inputs or results.';
comment on column ops.covered_check.check_id is 'The check.';
comment on column ops.covered_check.unexpected_count is 'How many rows broke it, then as now.';
comment on column ops.covered_check.observed is 'What it observed, then as now.';
comment on column ops.covered_check.landings is 'What was loaded, then as now.';
comment on column ops.covered_check.reason is 'Why it was accepted.';
comment on column ops.covered_check.decided_by is 'By whom.';
comment on column ops.covered_check.decided_in is 'Where.';
comment on column ops.covered_check.decided_at is 'When: the latest decision that covers it.';
