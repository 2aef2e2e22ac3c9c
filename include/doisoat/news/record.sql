-- Record the current problems (three parallel lists) as of a night. One that was reported over and is back within its
-- first night is the same problem, to be sent again; one that is gone is over, but nothing is declared over while a
-- night is still running.
create temporary table standing on commit drop as
select
    kind,
    subject,
    facts::jsonb as facts
from unnest(%(kinds)s::text[], %(subjects)s::text[], %(facts)s::text[]) as given (kind, subject, facts);
analyze standing;

delete from ops.news_telling t using standing s, ops.news n
where (n.kind, n.subject, n.first_night) = (s.kind, s.subject, %(night)s) and n.over_night is not null
    and (t.kind, t.subject, t.first_night) = (n.kind, n.subject, n.first_night)
    and (t.is_over or exists (
        select from ops.news_telling e
        where (e.kind, e.subject, e.first_night, e.sender) = (t.kind, t.subject, t.first_night, t.sender)
            and e.is_over and e.sent_at is not null
    ));

update ops.news n set over_night = null, facts = s.facts
from standing s
where (n.kind, n.subject, n.first_night) = (s.kind, s.subject, %(night)s) and n.over_night is not null
    and not exists (select from ops.news o where (o.kind, o.subject) = (s.kind, s.subject) and o.over_night is null);

insert into ops.news (kind, subject, first_night, last_night, facts)
select
    kind,
    subject,
    %(night)s,
    %(night)s,
    facts
from standing
on conflict (kind, subject) where over_night is null
do update set last_night = greatest(news.last_night, excluded.last_night), facts = excluded.facts;

update ops.news n set over_night = greatest(%(night)s, n.last_night)
where n.over_night is null and not exists (select from standing s where (s.kind, s.subject) = (n.kind, n.subject))
    and (select state in ('published', 'blocked') from ops.night where state <> 'missed' order by night desc limit 1)
