-- The one thing that the role of the page's forms may do. Security definer: the role reads and writes no table.
create function mart.decide(
    gap_ids text[],
    new_action text,
    because text,
    until date,
    account text,
    whose text
) returns integer
language sql security definer set search_path = '' as $$
with latest as (
    select max(night) as night from ops.publication where withdrawn_at is null
),
stored as (
    insert into ops.gap_decision (
        night, pair, dossier_id, kind, detail, action, reason, cause, basis, expires_on, decided_by, decided_in
    )
    select
        l.night,
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        new_action,
        because,
        f.cause,
        f.basis,
        until,
        account,
        'page'
    from latest l
    join recon.finding f on f.from_night <= l.night and l.night < f.to_night and f.opened_on is not null
    where f.dossier_id in (select split_part(gap_id, ' | ', 2) from unnest(gap_ids) gap_id)
        and f.pair || ' | ' || f.dossier_id || ' | ' || f.kind || ' | ' || f.detail = any(gap_ids)
        and (whose is null or exists (
            select from mart.agency_subtree s
            where s.ancestor_id = whose and s.agency_id in (f.agency_id, f.owner_id)
        ))
    returning 1
)
select count(*)::integer from stored
$$;
comment on function mart.decide(text[], text, text, date, text, text) is 'Stores a decision on open gaps of the last published night, with their cause and evidence; returns on how many. With `whose`, only on gaps of that agency and what is below it.';
revoke all on function mart.decide(text[], text, text, date, text, text) from public;
grant execute on function mart.decide(text[], text, text, date, text, text) to gap_writer;
grant usage on schema mart to gap_writer;
