-- The points of each unit in the six groups, as published; all six together only where each has points.
select
    agency_id,
    name,
    ckmb,
    tdgq,
    mdsh,
    clgq,
    tttt,
    mdhl,
    ckmb_most,
    tdgq_most,
    mdsh_most,
    clgq_most,
    tttt_most,
    mdhl_most,
    ckmb + tdgq + mdsh + clgq + tttt + mdhl as total,
    ckmb_most + tdgq_most + mdsh_most + clgq_most + tttt_most + mdhl_most as total_most,
    flagged
from (
    select
        s.agency_id,
        coalesce(a.name, s.agency_id) as name,
        max(s.score) filter (where s.metric = '' and s.group_code = 'CKMB') as ckmb,
        max(s.score) filter (where s.metric = '' and s.group_code = 'TDGQ') as tdgq,
        max(s.score) filter (where s.metric = '' and s.group_code = 'MDSH') as mdsh,
        max(s.score) filter (where s.metric = '' and s.group_code = 'CLGQ') as clgq,
        max(s.score) filter (where s.metric = '' and s.group_code = 'TTTT') as tttt,
        max(s.score) filter (where s.metric = '' and s.group_code = 'MDHL') as mdhl,
        max(s.max_score) filter (where s.metric = '' and s.group_code = 'CKMB') as ckmb_most,
        max(s.max_score) filter (where s.metric = '' and s.group_code = 'TDGQ') as tdgq_most,
        max(s.max_score) filter (where s.metric = '' and s.group_code = 'MDSH') as mdsh_most,
        max(s.max_score) filter (where s.metric = '' and s.group_code = 'CLGQ') as clgq_most,
        max(s.max_score) filter (where s.metric = '' and s.group_code = 'TTTT') as tttt_most,
        max(s.max_score) filter (where s.metric = '' and s.group_code = 'MDHL') as mdhl_most,
        count(*) filter (where s.flags <> '{}') as flagged
    from mart.portal_score s
    left join mart.dim_agency a on a.agency_id = s.agency_id
    where s.night = %(night)s and s.period_kind = %(period_kind)s and s.period_start = %(period_start)s
        and s.agency_id is not null
        and s.source_id = %(source)s
    group by 1, 2
) unit
order by sorting_value, name, agency_id
