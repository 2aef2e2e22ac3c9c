-- How many of each pair's findings each cause explains, as known on a night: the few reasons behind many rows.
select
    c.pair,
    c.cause,
    k.label,
    k.blames,
    count(*) filter (where c.kind <> 'moved') as findings,
    count(distinct c.dossier_id) filter (where c.kind <> 'moved') as dossiers,
    string_agg(distinct c.kind, ', ' order by c.kind) as kinds,
    k.action
from archive.any_cause c
left join core.cause_rule k using (cause)
where c.archive_id = %(archive_id)s and c.from_night <= %(night)s and %(night)s < c.to_night
group by c.pair, c.cause, k.label, k.blames, k.action, k.place
order by c.pair desc, k.blames = 'nobody', count(distinct c.dossier_id) desc, k.place
