-- A learned lag is named, with the agency it was learned for; the configured one is in the province file.
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    case when l.learned_of is null then '{}' else jsonb_build_object(
                'allowed_hours', round(extract(epoch from l.allowed_lag) / 3600),
                'learned_of', coalesce(nullif(l.learned_of, ''), %(province_code)s)
            )
    end as basis
from unexplained f
left join applied_lag l
    on f.pair = 'national_provincial' and f.kind in ('national_only', 'provincial_only')
    and l.dossier_id = f.dossier_id
where f.standing = 'pending'
