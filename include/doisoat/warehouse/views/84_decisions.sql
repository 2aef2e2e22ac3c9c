-- The two things that the role of the page's forms may do: store what people decide, and keep who did what. Security
-- definer: the role reads and writes no table.
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
ours as materialized (
    select s.agency_id
    from mart.agency_subtree s
    cross join latest l
    where s.ancestor_id = whose
        and s.from_month <= date_trunc('month', l.night) and date_trunc('month', l.night) < s.to_month
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
        and (
            whose is null or f.agency_id in (select agency_id from ours) or f.owner_id in (select agency_id from ours)
        )
        -- said once more, as by a form that is sent twice, it is the same
        and not exists (
            select from (
                select * from ops.gap_decision d
                where (d.pair, d.dossier_id, d.kind, d.detail) = (f.pair, f.dossier_id, f.kind, f.detail)
                order by d.decision_id desc limit 1
            ) last
            where (last.action, last.decided_by) = (new_action, account) and last.reason is not distinct from because
                and last.expires_on is not distinct from until
                and (last.cause, last.basis) is not distinct from (f.cause, f.basis)
        )
    returning 1
)
select count(*)::integer from stored
$$;
comment on function mart.decide(text[], text, text, date, text, text) is 'Stores a decision on open gaps of the last published night, with their cause and evidence; returns on how many. With `whose`, only on gaps of that agency and what is below it in the month of the night. What the account said last of a gap is not stored again.';
revoke all on function mart.decide(text[], text, text, date, text, text) from public;
grant execute on function mart.decide(text[], text, text, date, text, text) to gap_writer;
grant usage on schema mart to gap_writer;

create function mart.keep_use(
    account text,
    of_agency text,
    act text,
    on_view text,
    what text,
    on_night date,
    filters jsonb,
    row_count integer
) returns void
language sql security definer set search_path = '' as $$
insert into ops.page_use (account, agency_id, act, view, what, night, filters, rows)
values (account, of_agency, act, on_view, what, on_night, filters, row_count)
$$;
comment on function mart.keep_use(text, text, text, text, text, date, jsonb, integer) is 'Keeps who took or decided what on the page (mart.page_use); nothing that is kept can be changed by it.';
revoke all on function mart.keep_use(text, text, text, text, text, date, jsonb, integer) from public;
grant execute on function mart.keep_use(text, text, text, text, text, date, jsonb, integer) to gap_writer;

create view mart.page_use as
select
    use_id,
    used_at,
    account,
    agency_id,
    act,
    view,
    what,
    night,
    filters,
    rows
from ops.page_use;
comment on view mart.page_use is 'Who took or decided what on the page, and when. Grain: what somebody did.';
comment on column mart.page_use.use_id is 'Ascending in time.';
comment on column mart.page_use.used_at is 'When (our clock).';
comment on column mart.page_use.account is 'The account that did it.';
comment on column mart.page_use.agency_id is 'The agency to which the account was limited; null for the whole province.';
comment on column mart.page_use.act is 'exported (a table as a file) or decided (something was said of gaps).';
comment on column mart.page_use.view is 'The view of the page.';
comment on column mart.page_use.what is 'The table and the form of the file, as in gaps.csv; or what was said, as in mart.gap_decision.';
comment on column mart.page_use.night is 'The night that was shown.';
comment on column mart.page_use.filters is 'The filters of the view; what was typed freely is withheld.';
comment on column mart.page_use.rows is 'How many rows the file has, or on how many gaps it was stored.';
