-- In every month of receipt each agency has one parent at most: the one of its last day, before its first form that of its first
-- one, after its last form that of its last one. So the parts of a subtree never overlap, and nothing falls out between forms.
create function core.subtree(of_agency text) returns table (agency_id text, from_month date, to_month date)
-- the analyst, who may read mart alone, asks it through a view
language sql stable security definer set search_path = '' as $$
    with recursive form as (
        select a.agency_id, a.parent_id,
            case when row_number() over forms = 1 then '-infinity' else date_trunc('month', a.valid_from)::date end as from_month,
            coalesce(date_trunc('month', lead(a.valid_from) over forms)::date, 'infinity') as to_month
        from core.agency a
        window forms as (partition by a.agency_id order by a.valid_from)
    ),
    below as (
        select of_agency as agency_id, '-infinity'::date as from_month, 'infinity'::date as to_month
        union
        select f.agency_id, greatest(b.from_month, f.from_month), least(b.to_month, f.to_month)
        from below b
        join form f on f.parent_id = b.agency_id
            and greatest(b.from_month, f.from_month) < least(b.to_month, f.to_month)
    )
    select below.agency_id, below.from_month, below.to_month from below
$$;
comment on function core.subtree(text) is 'An agency and everything below it, with the months of receipt (to_month exclusive) in which it stood there.';
