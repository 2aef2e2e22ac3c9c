-- The outcome of one sender's attempt to send one problem.
insert into ops.news_telling as t (
    kind, subject, first_night, sender, is_over, told_night, sent_at, attempts, failed_at
)
values (
    %(kind)s, %(subject)s, %(first_night)s, %(sender)s, %(is_over)s, case when %(is_sent)s then %(night)s::date end,
    case when %(is_sent)s then now() end, 1, case when not %(is_sent)s then now() end
)
on conflict (kind, subject, first_night, sender, is_over) do update set
    told_night = coalesce(excluded.told_night, t.told_night), sent_at = coalesce(excluded.sent_at, t.sent_at),
    attempts = t.attempts + 1, failed_at = excluded.failed_at
