-- A night's metrics for a monitoring system: name, unit, value, and low-cardinality labels that identify nobody. Each
-- name is described in doisoat.news.metrics.DESCRIPTIONS and docs/news.md.
with fresh as (select * from ops.pull where night = %(night)s),
loaded as (select * from ops.load where night = %(night)s),
of_night as (
    select
        n.opened_at,
        p.published_at
    from ops.night n
    left join ops.publication p on p.night = n.night and p.withdrawn_at is null where n.night = %(night)s
)
select
    'doisoat.night.published' as name,
    '1' as unit,
    (published_at is not null)::integer::float8 as value,
    '{}'::jsonb as labels
from of_night
union all
select
    'doisoat.night.duration',
    's',
    extract(epoch from published_at - opened_at),
    '{}'
from of_night
where published_at is not null
union all
select
    'doisoat.source.fresh',
    '1',
    (state in ('fresh', 'standing'))::integer,
    jsonb_build_object('source', source_id)
from fresh
union all
select
    'doisoat.source.age',
    'h',
    extract(epoch from max(cut_off) over () - cut_off) / 3600,
    jsonb_build_object('source', source_id)
from fresh where cut_off is not null
union all
select
    'doisoat.source.requests',
    '{request}',
    requests,
    jsonb_build_object('source', source_id)
from fresh where snapshot_night = %(night)s and requests is not null
union all
select
    'doisoat.source.rows',
    '{row}',
    rows.count,
    jsonb_build_object('source', source_id, 'outcome', rows.outcome)
from loaded cross join
    lateral (
        values ('inserted', inserted), ('updated', updated), ('unchanged', unchanged),
        ('repeated', repeated), ('quarantined', quarantined), ('ended', ended)
    ) rows (outcome, count)
union all
select
    'doisoat.source.held',
    '{row}',
    count(*),
    jsonb_build_object('source', source_id)
from core.dossier_record where from_night <= %(night)s and %(night)s < to_night group by source_id
union all
select
    'doisoat.gaps',
    '{dossier}',
    count(*),
    jsonb_build_object('pair', pair, 'presence', presence, 'standing', standing)
from recon.verdict where presence <> 'matched' and from_night <= %(night)s and %(night)s < to_night
group by pair, presence, standing
union all
select
    'doisoat.differences',
    '{dossier}',
    count(*),
    jsonb_build_object('pair', pair, 'attribute', attribute, 'standing', standing)
from recon.difference where from_night <= %(night)s and %(night)s < to_night group by pair, attribute, standing
union all
select
    'doisoat.checks',
    '{check}',
    count(*),
    jsonb_build_object('severity', severity, 'outcome', outcome)
from ops.check_result where night = %(night)s group by severity, outcome
union all
select
    'doisoat.news',
    '{trouble}',
    count(*),
    jsonb_build_object('kind', kind)
from ops.news
where over_night is null
group by kind
order by 1, 4
