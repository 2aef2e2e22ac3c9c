-- Every night that was opened or missed, and each revision of it: which one is published, since when, what it is based
-- on, and what somebody accepted so that analysts see it. Versions are cut to eight characters; `derived again` is when
-- it was recomputed with the same result, and with which versions.
select
    n.night,
    n.state,
    p.revision,
    p.withdrawn_at is null and p.revision is not null as stands,
    p.published_at,
    case when p.expired_at is not null then 'deleted' when p.archive_id > 0 then 'archive' when
            p.archive_id = 0
            then 'in place'
    end as rows,
    p.withdrawn_at,
    p.confirmed_at as derived_again_at,
    c.as_of,
    n.collects_late,
    case when bool_or(a.accepted is not null) over () then coalesce(a.accepted, '') end as accepted,
    case when bool_or(a.accepted is not null) over () then coalesce(a.accepted_by, '') end as accepted_by,
    case when bool_or(a.accepted is not null) over () then coalesce(a.reason, '') end as reason,
    v.said ->> 'doisoat' as code,
    left(v.said ->> 'config_fingerprint', 8) as config,
    left(v.said ->> 'reference_hash', 8) as reference,
    (
        select string_agg(landing || ' ' || left(seal, 8), ', ' order by landing)
        from jsonb_each_text(
                (
                    v.said -> 'landings') || (
                    select coalesce(jsonb_object_agg(key || ' (look-ups)', value), '{}')
                    from jsonb_each(v.said -> 'look_ups')
                )
            )
                l (landing, seal
                )
    ) as landings
from ops.night n
left join ops.publication p on p.night = n.night
left join archive.any_comparison c on c.archive_id = coalesce(p.archive_id, 0) and c.night = n.night
left join lateral (
    select case when jsonb_typeof(said) = 'object' then said end as said
    from (select coalesce(p.confirmed_on, p.rests_on, n.rests_on) as said) v
) v on true
left join lateral (
    select
        string_agg(distinct check_id, ', ') as accepted,
        string_agg(distinct decided_by, ', ') as accepted_by,
        string_agg(distinct reason, '; ') as reason
    from ops.acceptance a where a.night = n.night and a.revision = p.revision
) a on true
order by n.night, p.revision
