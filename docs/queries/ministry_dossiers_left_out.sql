-- How many dossiers of ministries' systems does the province's count leave out, and does the portal hold them?
select
    source_id,
    owner_name,
    sum(ministry_listed) as dossiers,
    sum(ministry_only) as left_out,
    sum(undetermined) as undetermined,
    sum(on_portal) as on_portal
from mart.fact_ministry_coverage
where is_latest
group by 1, 2
order by left_out desc, 1;
