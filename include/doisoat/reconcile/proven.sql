-- Which of tonight's absences are proven: one side already held the dossier, and the other did not, on the night up to
-- which the holding side is valued and the lacking side is whole (known.sql). On most nights that is tonight, and every
-- absence is proven. What has appeared on one side since then, the other side could not show: it opens no gap, and what
-- was open stays open.
create temporary table proven on commit drop as
with basis (is_national, holding, lacking, night, as_of) as (
    values
    (
        true, %(national_sources)s::text[], %(provincial_sources)s::text[], %(provincial_absence_night)s::date,
        %(provincial_absence_as_of)s::timestamptz
    ),
    (
        false, %(provincial_sources)s::text[], %(national_sources)s::text[], %(national_absence_night)s::date,
        %(national_absence_as_of)s::timestamptz
    )
),
shown as materialized (
    select distinct
        b.is_national,
        r.source_id = any(b.holding) as is_holding,
        r.dossier_id
    from basis b
    join core.dossier_record r
        on r.source_id = any(b.holding || b.lacking) and r.from_night <= b.night
        and b.night < r.to_night and not r.is_removed
    where b.night < %(night)s
)
select o.dossier_id
from raw.outcome o
join basis b on b.is_national = o.is_national
join applied_lag lag using (dossier_id)
where coalesce(coalesce(o.provincial_moment, o.national_moment) < b.as_of - lag.allowed_lag, true)
    and (
        b.night >= %(night)s
        or exists (
            select from shown h where h.dossier_id = o.dossier_id and h.is_national = b.is_national and h.is_holding
        )
        and not exists (
            select from shown l where l.dossier_id = o.dossier_id and l.is_national = b.is_national and not l.is_holding
        )
    );
analyze proven;
