-- Who took or decided what on the page, the newest first.
select
    u.used_at,
    u.account,
    u.agency_id,
    coalesce(a.name, u.agency_id) as agency_name,
    u.act,
    u.view,
    u.what,
    u.night,
    u.filters,
    u.rows,
    count(*) over () as total
from mart.page_use u
left join mart.dim_agency a on a.agency_id = u.agency_id
where (%(account)s::text is null or u.account = %(account)s)
    and (%(act)s::text is null or u.act = %(act)s)
order by u.use_id desc
limit %(most)s offset %(start)s
