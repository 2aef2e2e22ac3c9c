-- The ministries' dossiers matched with the province's and with the portal's: a union of identities. For each of the
-- two sides, in this order, and never forced:
--   1. the same dossier by code or link (identify.sql);
--   2. agency, procedure family and second of receipt agree, and nothing else has them: the evidence decides;
--   3. equally many on both sides for one agency, family and day (or second): counted in a group, no pair is claimed;
--   4. some on both sides, but not equally many: undetermined; so is what lacks the agency, family or day to compare;
--   5. none there: left out.
-- A system that records only the day (00:00:00) is compared by day; two different seconds are two dossiers.
create temporary table ministry_row on commit drop as
select
    r.source_id,
    r.record_id,
    r.dossier_id,
    r.agency_id,
    r.procedure_family,
    r.receipt_date,
    r.receipt_month,
    r.received_at,
    case when 'received_at' = any(r.unread) then shown.by else coalesce(r.received_at, r.submitted_at, shown.by) end
        as moment,
    r.unread,
    r.status,
    r.due_at,
    r.finished_at,
    (r.received_at at time zone %(timezone)s)::time <> '00:00' as has_time
from core.dossier_record r
-- as in outcome.sql
left join lateral (
    select (min(f.from_night) + 1)::timestamp at time zone %(timezone)s as by
    from core.dossier_record f
    where r.unread && array['received_at', 'submitted_at'] and (f.source_id, f.record_id) = (r.source_id, r.record_id)
) shown on true
where r.source_id = any(%(ministry_sources)s) and r.to_night = 'infinity' and r.duplicate_rank = 1;
create unique index on ministry_row (source_id, record_id);
create index on ministry_row (dossier_id);
analyze ministry_row;

-- The rows of the two other sides that could match.
create temporary table other_row on commit drop as
select
    case when r.source_id = any(%(provincial_sources)s) then 'provincial' else 'national' end as side,
    r.source_id,
    r.record_id,
    r.dossier_id,
    r.agency_id,
    r.procedure_family,
    r.receipt_date,
    r.receipt_month,
    r.received_at,
    r.unread,
    (r.received_at at time zone %(timezone)s)::time <> '00:00' as has_time
from core.dossier_record r
where cardinality(%(ministry_sources)s::text[]) > 0
    and r.source_id = any(%(provincial_sources)s::text[] || %(national_sources)s::text[])
    and r.to_night = 'infinity' and r.duplicate_rank = 1
    and (
        r.procedure_family in (select procedure_family from ministry_row)
        or r.dossier_id in (select dossier_id from ministry_row)
        or r.unread is not null
    );
create index on other_row (dossier_id);
analyze other_row;

create temporary table ministry_match on commit drop as
select
    o.side,
    m.source_id,
    m.record_id,
    'listed'::text as evidence,
    o.source_id as other_source_id,
    o.record_id as other_record_id,
    o.dossier_id as other_dossier_id,
    -- how many of the group there are on both sides, if the match was decided by a group
    null::bigint as ministry_count,
    null::bigint as other_count
from ministry_row m join other_row o using (dossier_id);
analyze ministry_match;

-- Both sides of what no code joins, by system, agency, family and receipt time: of the others only what was received on
-- a day on which a ministry's dossier was, for the rest can match none.
create temporary table unjoined on commit drop as
select
    o.side,
    m.source_id,
    true as is_ministry,
    m.source_id as row_source_id,
    m.record_id,
    m.dossier_id,
    m.agency_id,
    m.procedure_family,
    m.receipt_date,
    m.received_at,
    m.has_time
from ministry_row m cross join (values ('provincial'), ('national')) as o (side)
where m.agency_id <> 'unknown' and m.procedure_family <> 'unknown' and m.receipt_date is not null
    and not exists (
        select from ministry_match x where (x.side, x.source_id, x.record_id) = (o.side, m.source_id, m.record_id)
    );
analyze unjoined;
insert into unjoined
select
    o.side,
    d.source_id,
    false,
    o.source_id,
    o.record_id,
    o.dossier_id,
    o.agency_id,
    o.procedure_family,
    o.receipt_date,
    o.received_at,
    o.has_time
from (
    select distinct
        side,
        source_id,
        agency_id,
        procedure_family,
        receipt_date
    from unjoined
) d
join other_row o using (side, agency_id, procedure_family, receipt_date)
where not exists (select from ministry_row m where m.dossier_id = o.dossier_id);
analyze unjoined;

-- By the second.
create temporary table second_group on commit drop as
select
    side,
    source_id,
    agency_id,
    procedure_family,
    received_at,
    count(*) filter (where is_ministry) as ministry_count,
    count(*) filter (where not is_ministry) as other_count
from unjoined
where has_time
group by 1, 2, 3, 4, 5
having bool_or(is_ministry) and not bool_and(is_ministry);
analyze second_group;
insert into ministry_match
select
    g.side,
    m.source_id,
    m.record_id,
    case when g.ministry_count = 1 and g.other_count = 1 then 'receipt_time'
        when g.ministry_count = g.other_count then 'counted_in_group' else 'undetermined'
    end,
    p.row_source_id,
    p.record_id,
    p.dossier_id,
    g.ministry_count,
    g.other_count
from second_group g
join unjoined m using (side, source_id, agency_id, procedure_family, received_at)
left join unjoined p
    on g.ministry_count = 1 and g.other_count = 1 and not p.is_ministry and p.has_time
    and (p.side, p.source_id, p.agency_id, p.procedure_family, p.received_at)
    = (g.side, g.source_id, g.agency_id, g.procedure_family, g.received_at)
where m.is_ministry and m.has_time;
analyze ministry_match;
delete from unjoined u using second_group g
where u.has_time and (u.side, u.source_id, u.agency_id, u.procedure_family, u.received_at)
    = (g.side, g.source_id, g.agency_id, g.procedure_family, g.received_at);

-- By the day, if at least one of the two knows no more than that.
with day as (
    select
        side,
        source_id,
        agency_id,
        procedure_family,
        receipt_date,
        bool_or(is_ministry and not has_time) as has_ministry_day,
        bool_or(not is_ministry and not has_time) as has_other_day
    from unjoined
    group by 1, 2, 3, 4, 5
),
eligible as (
    select u.*
    from unjoined u
    join day using (side, source_id, agency_id, procedure_family, receipt_date)
    where not u.has_time or case when u.is_ministry then has_other_day else has_ministry_day end
),
grouped as (
    select
        side,
        source_id,
        agency_id,
        procedure_family,
        receipt_date,
        count(*) filter (where is_ministry) as ministry_count,
        count(*) filter (where not is_ministry) as other_count
    from eligible
    group by 1, 2, 3, 4, 5
    having bool_or(is_ministry) and not bool_and(is_ministry)
)
insert into ministry_match (side, source_id, record_id, evidence, ministry_count, other_count)
select
    e.side,
    e.source_id,
    e.record_id,
    case when g.ministry_count = g.other_count then 'counted_in_group' else 'undetermined' end,
    g.ministry_count,
    g.other_count
from grouped g
join eligible e using (side, source_id, agency_id, procedure_family, receipt_date)
where e.is_ministry;
analyze ministry_match;

-- What the portal holds under the code of the matching provincial dossier. It takes precedence over any match by time.
create temporary table through_province on commit drop as
select
    x.source_id,
    x.record_id,
    min(n.source_id || ' ' || n.record_id) as national_key
from ministry_match x
join core.dossier_record n on n.dossier_id = x.other_dossier_id
where x.side = 'provincial' and x.other_dossier_id is not null
    and n.source_id = any(%(national_sources)s) and n.to_night = 'infinity' and n.duplicate_rank = 1
group by 1, 2;
analyze through_province;
delete from ministry_match x using through_province t
where x.side = 'national' and x.evidence <> 'listed' and (x.source_id, x.record_id) = (t.source_id, t.record_id);
insert into ministry_match (side, source_id, record_id, evidence)
select
    'national',
    t.source_id,
    t.record_id,
    'listed'
from through_province t
where not exists (
        select from ministry_match x where (x.side, x.source_id, x.record_id) = ('national', t.source_id, t.record_id)
    );
analyze ministry_match;

-- And vice versa: what the province holds under the code of the single portal record matched by receipt, if there is no
-- other evidence and no other match.
insert into ministry_match
select
    'provincial',
    found.*
from (
    select
        x.source_id,
        x.record_id,
        'receipt_time',
        p.source_id,
        p.record_id,
        p.dossier_id
    from (
        select
            *,
            count(*) over (partition by other_dossier_id) as claimants
        from ministry_match
        where side = 'national' and evidence = 'receipt_time'
    ) x
    join core.dossier_record p
        on p.dossier_id = x.other_dossier_id and p.source_id = any(%(provincial_sources)s)
        and p.to_night = 'infinity' and p.duplicate_rank = 1
    where x.claimants = 1
        and not exists (
            select from ministry_match y where y.side = 'provincial'
                and ((y.source_id, y.record_id) = (x.source_id, x.record_id) or y.other_dossier_id = p.dossier_id)
        )
        and not exists (
            select from ministry_row m join ministry_match y using (source_id, record_id)
            where y.side = 'provincial'
                and y.evidence in ('counted_in_group', 'undetermined')
                and m.agency_id = p.agency_id
                and m.procedure_family = p.procedure_family and m.receipt_date = p.receipt_date
        )
) found;
analyze ministry_match;

-- What cannot be compared stays undecided.
insert into ministry_match (side, source_id, record_id, evidence)
select
    o.side,
    m.source_id,
    m.record_id,
    'undetermined'
from ministry_row m cross join (values ('provincial'), ('national')) as o (side)
where (m.agency_id = 'unknown' or m.procedure_family = 'unknown' or m.receipt_date is null)
    and not exists (
        select from ministry_match x where (x.side, x.source_id, x.record_id) = (o.side, m.source_id, m.record_id)
    );
analyze ministry_match;
create unique index on ministry_match (side, source_id, record_id);
