create function ops.landings(of_night date) returns text language sql stable return (
    select md5(coalesce(string_agg(l.source_id || ' ' || l.seal, E'\n' order by l.source_id), ''))
    from ops.load l
    where l.night = of_night
      and not exists (select from ops.look_up_pull u where (u.night, u.source_id, u.seal) = (l.night, l.source_id, l.seal))
);
comment on function ops.landings is 'What the inputs of a night were loaded from: MD5 over the seals of its landings, look-ups apart.';

create table ops.acceptance (
    night date not null,
    revision integer not null,
    stage text not null check (stage in ('inputs', 'results')),
    check_id text not null,
    unexpected_count bigint not null,
    observed jsonb not null,
    landings text not null,
    reason text not null,
    decided_by text not null,
    decided_in text not null check (decided_in in ('command_line', 'airflow')),
    decided_at timestamptz not null default clock_timestamp(),
    primary key (night, revision, stage, check_id, decided_at)
);
comment on table ops.acceptance is 'Critical checks that failed and against which a night is published all the same, by a named decision. Append-only. Grain: night, revision, check, decision.';
comment on column ops.acceptance.night is 'The night.';
comment on column ops.acceptance.revision is 'The revision that rests on it.';
comment on column ops.acceptance.stage is 'inputs (what came in) or results (what goes out).';
comment on column ops.acceptance.check_id is 'The check that failed.';
comment on column ops.acceptance.unexpected_count is 'How many rows broke it when it was accepted: with other counts the decision no longer covers it.';
comment on column ops.acceptance.observed is 'What the check observed then, frozen.';
comment on column ops.acceptance.landings is 'What was loaded then (ops.landings): of other landings the decision says nothing.';
comment on column ops.acceptance.reason is 'Why, in the words of whoever decided; screened for what looks like a person''s data.';
comment on column ops.acceptance.decided_by is 'Account of whoever decided: the operating system''s, or Airflow''s.';
comment on column ops.acceptance.decided_in is 'Where: command_line or airflow.';
comment on column ops.acceptance.decided_at is 'When (our clock).';

create view ops.covered_check as
select distinct on (r.night, r.stage, r.check_id) a.night, a.stage, a.check_id, a.unexpected_count, a.observed, a.landings,
    a.reason, a.decided_by, a.decided_in, a.decided_at
from ops.check_result r
join ops.acceptance a using (night, stage, check_id)
where r.severity = 'critical' and r.outcome = 'failed' and a.unexpected_count = r.unexpected_count and a.observed = r.observed
  and a.landings = ops.landings(r.night)
order by r.night, r.stage, r.check_id, a.decided_at desc;
comment on view ops.covered_check is 'Critical checks that failed when they were asked last, just as somebody accepted it: they block nothing. Grain: night, check.';
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
