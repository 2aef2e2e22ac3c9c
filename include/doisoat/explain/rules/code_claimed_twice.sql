-- Several records of the province, of different applications, name one code, which the portal shows. It joins none of
-- them (load/sql/identify.sql), so that they seem to be missing there, and it here; what is there is one of them.
with named as (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        p.code
    from unexplained f
    join
        witness r
        on (r.source_id, r.record_id) = (f.provincial_source_id, f.provincial_record_id) and r.to_night = 'infinity'
    cross join lateral unnest(r.dossier_code || r.linked_codes) as p (code)
    where f.pair = 'national_provincial' and f.kind = 'provincial_only'
    union all
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        n.dossier_code
    from unexplained f
    join
        witness n
        on (n.source_id, n.record_id) = (f.national_source_id, f.national_record_id) and n.to_night = 'infinity'
    where f.pair = 'national_provincial' and f.kind = 'national_only'
),
claimed as (
    select
        n.*,
        c.claimants
    from named n
    join core.identity_conflict c on c.other_code = n.code and c.to_night = 'infinity'
    join core.source s on s.source_id = c.source_id and s.side = 'provincial'
),
shown as (
    select distinct r.dossier_code as code
    from (select distinct code from claimed) c
    join core.dossier_record r on r.dossier_code = c.code
    where r.source_id = any(%(national_sources)s) and r.to_night = 'infinity' and not r.is_removed
)
select
    c.pair,
    c.dossier_id,
    c.kind,
    c.detail,
    jsonb_build_object('code', min(c.code), 'claimed_by', max(c.claimants)) as basis
from claimed c
join shown s using (code)
group by 1, 2, 3, 4
