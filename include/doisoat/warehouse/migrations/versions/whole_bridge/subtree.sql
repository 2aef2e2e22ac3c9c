-- On every day each agency has one parent at most: that of the form it has, of its first form before that, of its last form
-- after it. So the parts of a subtree never overlap, and nothing falls out of it between two forms.
create function core.subtree(of_agency text) returns table (agency_id text, from_day date, to_day date)
-- the analyst, who may read mart alone, asks it through a view
language sql stable security definer set search_path = '' as $$
    with recursive form as (
        select a.agency_id, a.parent_id,
            case when row_number() over forms = 1 then '-infinity' else a.valid_from end as from_day,
            coalesce(lead(a.valid_from) over forms, 'infinity') as to_day
        from core.agency a
        window forms as (partition by a.agency_id order by a.valid_from)
    ),
    below as (
        select of_agency as agency_id, '-infinity'::date as from_day, 'infinity'::date as to_day
        union
        select f.agency_id, greatest(b.from_day, f.from_day), least(b.to_day, f.to_day)
        from below b join form f on f.parent_id = b.agency_id and f.from_day < b.to_day and b.from_day < f.to_day
    )
    select below.agency_id, below.from_day, below.to_day from below
$$;
comment on function core.subtree(text) is 'An agency and everything below it, with the days (to_day exclusive) on which it stood there. A month of receipt goes by its last day.';
