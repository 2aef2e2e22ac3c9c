-- What the portal counts by unit, procedure and month, beside ours. A count is only there where it was asked for and
-- the filter by procedure is proven to have been honoured; all else is unknown, and shown so.

-- The answers as ranges of nights: each is valid until the next one about the same procedure and month.
drop view if exists core.known_procedure_count;
drop view if exists core.known_procedure;
drop view if exists core.procedure_asked;
create view core.procedure_asked as
select
    source_id,
    measure,
    receipt_month,
    procedure_ref,
    procedure_code,
    procedure_family,
    state,
    value,
    answered_at,
    night as from_night,
    coalesce(
        lead(night) over (partition by source_id, measure, receipt_month, procedure_ref order by night), 'infinity'
    ) as to_night
from core.procedure_answer;
comment on view core.procedure_asked is 'core.procedure_answer as ranges of nights: an answer is valid until the next one.';

-- Of each family and month, as answered last: known only if every procedure of the family in the catalogue is.
create view core.known_procedure as
select
    a.source_id,
    a.procedure_family,
    a.receipt_month,
    case
        when bool_and(a.state = 'known') and count(*) >= coalesce(max(c.refs), 0) then 'known'
        else coalesce(min(a.state) filter (where a.state <> 'known'), 'not_asked')
    end as state
from core.procedure_asked a
left join (
    select
        source_id,
        core.procedure_family(code) as procedure_family,
        count(*) as refs
    from core.catalogue_entry
    where catalogue = 'procedure' and ref is not null and to_night = 'infinity'
    group by 1, 2
) c using (source_id, procedure_family)
where a.measure = 'totalReceived' and a.to_night = 'infinity'
group by 1, 2, 3;
comment on view core.known_procedure is 'Of which procedure families and months the counts of what was received are known now.';

create view core.known_procedure_count as
select
    k.source_id,
    c.agency_id,
    k.procedure_family,
    k.receipt_month,
    sum(c.value) as value
from core.known_procedure k
join core.procedure_asked a
    on a.source_id = k.source_id and a.measure = 'totalReceived' and a.receipt_month = k.receipt_month
    and a.procedure_family = k.procedure_family and a.to_night = 'infinity'
join core.procedure_count c
    on c.source_id = a.source_id and c.measure = a.measure and c.receipt_month = a.receipt_month
    and c.procedure_ref = a.procedure_ref and c.night = a.from_night
where k.state = 'known'
group by 1, 2, 3, 4;
comment on view core.known_procedure_count is 'The counts of what was received that are known now, by unit, family and month; what is known and not here is 0.';

create view mart.portal_by_procedure as
with asked as (
    select
        n.night,
        a.source_id,
        a.procedure_family,
        a.receipt_month,
        case
            when bool_and(a.state = 'known') and count(*) >= coalesce(max(c.refs), 0) then 'known'
            else coalesce(min(a.state) filter (where a.state <> 'known'), 'not_asked')
        end as state,
        min(a.from_night) as asked_on
    from mart.night n
    join core.procedure_asked a on a.from_night <= n.night and n.night < a.to_night
    left join (
        select
            m.night,
            e.source_id,
            core.procedure_family(e.code) as procedure_family,
            count(*) as refs
        from mart.night m
        join core.catalogue_entry e on e.from_night <= m.night and m.night < e.to_night
        where e.catalogue = 'procedure' and e.ref is not null
        group by 1, 2, 3
    ) c on c.night = n.night and c.source_id = a.source_id and c.procedure_family = a.procedure_family
    where a.measure = 'totalReceived'
    group by 1, 2, 3, 4
),
cell as (
    select
        n.night,
        n.is_latest,
        m.source_id,
        s.agency_id,
        s.procedure_family,
        m.period_start as receipt_month,
        s.provincial_listed as ours,
        null::numeric as portal,
        false as is_unstated
    from mart.night_revision n
    join core.control_total m on m.from_night <= n.night and n.night < m.to_night
    join archive.any_cell_status s
        on s.archive_id = n.archive_id and s.from_night <= n.night and n.night < s.to_night
        and s.cell_month = m.period_start
    where n.is_standing and m.measure = 'totalReceived' and m.period_kind = 'month' and m.agency_key = ''
        and s.pair = 'national_provincial' and s.provincial_listed > 0
    union all
    select
        n.night,
        n.is_latest,
        a.source_id,
        c.agency_id,
        a.procedure_family,
        a.receipt_month,
        0,
        c.value,
        c.value is null
    from mart.night n
    join core.procedure_asked a on a.from_night <= n.night and n.night < a.to_night
    join core.procedure_count c
        on c.source_id = a.source_id and c.measure = a.measure and c.receipt_month = a.receipt_month
        and c.procedure_ref = a.procedure_ref and c.night = a.from_night
    where a.measure = 'totalReceived'
),
summed as (
    select
        night,
        is_latest,
        source_id,
        agency_id,
        procedure_family,
        receipt_month,
        sum(ours)::bigint as ours,
        coalesce(sum(portal), 0)::bigint as portal,
        bool_or(is_unstated) as is_unstated
    from cell
    group by 1, 2, 3, 4, 5, 6
)
select
    s.night,
    s.is_latest,
    s.source_id,
    s.agency_id,
    s.procedure_family,
    s.receipt_month,
    case when a.state = 'known' and not s.is_unstated then s.portal end as portal,
    s.ours,
    case when a.state = 'known' and not s.is_unstated then s.portal - s.ours end as difference,
    coalesce(a.state, 'not_asked') as state,
    a.asked_on
from summed s
left join asked a using (night, source_id, procedure_family, receipt_month);
comment on view mart.portal_by_procedure is 'How many dossiers the portal counts as received (totalReceived) in each cell, beside how many the province holds: of the months that the portal declares, and the cells of which either has any. Grain: night, source, agency, procedure family, receipt month.';
comment on column mart.portal_by_procedure.night is 'The published night.';
comment on column mart.portal_by_procedure.is_latest is 'True for the night to read by default.';
comment on column mart.portal_by_procedure.source_id is 'The source that was asked.';
comment on column mart.portal_by_procedure.agency_id is 'The unit, or unknown.';
comment on column mart.portal_by_procedure.procedure_family is 'The procedure family, or unknown.';
comment on column mart.portal_by_procedure.receipt_month is 'First day of the month of receipt.';
comment on column mart.portal_by_procedure.portal is 'The portal''s count; null unless the state is known, which is not 0.';
comment on column mart.portal_by_procedure.ours is 'Rows that the province lists in the cell, without removed ones.';
comment on column mart.portal_by_procedure.difference is 'The portal''s count less ours; null unless it is known.';
comment on column mart.portal_by_procedure.state is 'known; not_asked (yet, or not each variant of the procedure); not_honoured (the portal ignored the filter by procedure); unproven (its answers do not show whether it did); refused.';
comment on column mart.portal_by_procedure.asked_on is 'The night on which the portal was asked; of several variants the oldest.';

create view mart.portal_filter as
select
    n.night,
    n.is_latest,
    a.source_id,
    a.measure,
    a.receipt_month,
    count(*) filter (where a.state = 'known') as known,
    count(*) filter (where a.state = 'not_honoured') as not_honoured,
    count(*) filter (where a.state = 'unproven') as unproven,
    count(*) filter (where a.state = 'refused') as refused,
    sum(a.value)::bigint as counted,
    max(t.value) as declared,
    max(a.from_night) as asked_on
from mart.night n
join core.procedure_asked a on a.from_night <= n.night and n.night < a.to_night
left join core.control_total t
    on t.source_id = a.source_id and t.measure = a.measure and t.period_kind = 'month'
    and t.period_start = a.receipt_month and t.agency_key = '' and t.from_night <= n.night and n.night < t.to_night
group by 1, 2, 3, 4, 5;
comment on view mart.portal_filter is 'Whether the portal filters its counts by procedure, measure by measure, as its own answers show, and how much of a month''s count the known procedures make up. Grain: night, source, measure, receipt month.';
comment on column mart.portal_filter.night is 'The published night.';
comment on column mart.portal_filter.is_latest is 'True for the night to read by default.';
comment on column mart.portal_filter.source_id is 'The source that was asked.';
comment on column mart.portal_filter.measure is 'The count, by the portal''s own name.';
comment on column mart.portal_filter.receipt_month is 'First day of the month.';
comment on column mart.portal_filter.known is 'Procedures of which the count is known: the filter is proven to have been honoured.';
comment on column mart.portal_filter.not_honoured is 'Procedures that were asked for in vain: the filter was ignored.';
comment on column mart.portal_filter.unproven is 'Procedures whose answers do not show it.';
comment on column mart.portal_filter.refused is 'Procedures for which the portal gave no answer.';
comment on column mart.portal_filter.counted is 'What the known procedures add up to.';
comment on column mart.portal_filter.declared is 'The unfiltered count of the month; null where it is no control total. Where both are equal, every other procedure has 0.';
comment on column mart.portal_filter.asked_on is 'The last night on which one of them was asked for.';
