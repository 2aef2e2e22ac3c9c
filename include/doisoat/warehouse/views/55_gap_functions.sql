-- Analysts may read mart.gap, but not the tables that this function reads: hence security definer.

-- The last decision on a gap that has existed since a night, as of another night. A decision made on other evidence, or
-- one that has expired, is shown as such.
create function mart.said_of_gap(
    of_pair text,
    of_dossier text,
    of_kind text,
    of_detail text,
    on_night date,
    since date,
    of_cause text,
    of_basis jsonb
) returns table (state text, reason text, decided_by text, said_on date, expires_on date)
language sql stable security definer set search_path = '' as $$
select
    case when d.action is null or d.action = 'revoked' then 'open'
        when d.action = 'accepted'
            then case when d.expires_on <= on_night then 'acceptance_expired'
                    when d.cause <> of_cause or d.basis <> of_basis then 'acceptance_outdated' else 'accepted'
                end
        else d.action
    end,
    d.reason,
    d.decided_by,
    d.night,
    d.expires_on
from (select 1) one
left join lateral (
    select
        action,
        reason,
        decided_by,
        o.night,
        o.cause,
        o.basis,
        o.expires_on
    from ops.gap_decision o
    where (o.pair, o.dossier_id, o.kind, o.detail) = (of_pair, of_dossier, of_kind, of_detail) and o.night <= on_night
        and o.night >= since and o.action <> 'noted'
    order by decision_id desc limit 1
) d on true
$$;
comment on function mart.said_of_gap(text, text, text, text, date, date, text, jsonb) is 'The state of a gap on a night, and who decided it, when and why.';
