-- The sync rate by month: as published, of the province's own dossiers, and corrected for ministries' systems.
select
    r.period_start as month,
    p.ratio as published,
    max(r.ratio_least) filter (where r.indicator = 'sync_own') as own_least,
    max(r.ratio_most) filter (where r.indicator = 'sync_own') as own_most,
    max(r.ratio_least) filter (where r.indicator = 'sync_corrected') as corrected_least,
    max(r.ratio_most) filter (where r.indicator = 'sync_corrected') as corrected_most
from mart.rate_month r
left join mart.published_sync p
    on p.night = r.night and p.period_kind = 'month' and p.period_start = r.period_start and p.agency_id is null
where r.is_latest and r.agency_id is null
group by 1, 2
order by 1;
