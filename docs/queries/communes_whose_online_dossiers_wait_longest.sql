-- In which communes do dossiers submitted online wait longest until they are received?
select
    a.name as commune,
    sum(t.online) as online,
    round(sum(t.acceptance_seconds) / sum(t.accepted_timed) / 3600, 1) as mean_hours,
    sum(t.acceptance_unknown + t.acceptance_implausible) as without_a_time
from mart.acceptance_time t join mart.dim_agency a using (agency_id)
where t.is_latest and a.level = 'commune'
group by a.agency_id, a.name
having sum(t.accepted_timed) > 0
order by mean_hours desc, a.agency_id
limit 20;
