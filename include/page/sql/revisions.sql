-- The revisions of a night that can still be queried.
select
    revision,
    is_standing,
    published_at,
    withdrawn_at,
    confirmed_at,
    as_of,
    code_version,
    accepted_checks,
    accepted_reason
from mart.night_revision
where night = %(night)s
order by revision desc
