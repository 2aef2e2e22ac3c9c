-- Open problems, and those that ended within a month before the last night: since when, who was alerted, and what could
-- not be sent.
select
    n.kind,
    n.subject,
    n.first_night,
    n.last_night,
    n.over_night,
    string_agg(distinct t.sender, ', ' order by t.sender) filter (where t.sent_at is not null and not t.is_over)
        as told_by,
    string_agg(distinct t.sender, ', ' order by t.sender) filter (where t.failed_at is not null) as failing,
    max(t.told_night) as told_night,
    n.facts::text as facts
from ops.news n
left join ops.news_telling t using (kind, subject, first_night)
where n.over_night is null or n.over_night > (select max(last_night) from ops.news) - 31
group by n.kind, n.subject, n.first_night
order by n.over_night desc nulls first, n.first_night desc, n.kind, n.subject
