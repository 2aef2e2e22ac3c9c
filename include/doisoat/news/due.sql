-- What a sender still has to send: problems never sent, or sent long ago (a reminder), and problems that it sent, or
-- tried to send, and that are over now. Some kinds are events: they get no reminder and have no end.
select
    n.kind,
    n.subject,
    n.first_night,
    n.last_night,
    n.over_night is not null as is_over,
    began.sent_at is not null and n.over_night is null as is_reminder,
    n.facts
from ops.news n
left join ops.news_telling began
    on (began.kind, began.subject, began.first_night) = (n.kind, n.subject, n.first_night)
    and began.sender = %(sender)s and not began.is_over
left join ops.news_telling told
    on (told.kind, told.subject, told.first_night) = (n.kind, n.subject, n.first_night)
    and told.sender = %(sender)s and told.is_over
where case
        when n.over_night is null
            then began.sent_at is null
                or (n.kind <> all(%(told_once)s::text[]) and began.told_night + %(remind_after)s::integer <= %(night)s)
        else began.attempts > 0
            and told.sent_at is null
            and (n.kind <> all(%(told_once)s::text[]) or began.sent_at is null)
    end
order by is_over, is_reminder, n.first_night, n.kind, n.subject
