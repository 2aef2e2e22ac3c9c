-- What a page of a night depends on: which revision stands, what was decided since, and whether a later night waits.
select
    n.night,
    n.revision,
    n.published_at,
    n.is_latest,
    n.as_of,
    (select run_id from mart.night_state s where s.night = n.night) as run_id,
    n.provincial_is_complete,
    n.national_is_complete,
    n.is_accepted,
    n.accepted_checks,
    n.accepted_reason,
    (select max(night) from mart.night where night < n.night) as night_before,
    (select min(night) from mart.night where night > n.night) as night_after,
    (select coalesce(max(decision_id), 0) from mart.gap_decision) as last_decision,
    w.night as waiting_night,
    w.state as waiting_state
from mart.night n
left join lateral (
    select
        night,
        state
    from mart.night_state where night > (select max(night) from mart.night)
    order by night desc limit 1
) w on true
where case when %(night)s::date is null then n.is_latest else n.night = %(night)s end
