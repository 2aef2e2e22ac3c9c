-- Which records are one dossier: the connected components of the codes that records have and refer to.
-- A code that several dossiers of one source claim merges nothing, unless only one of the claimants is still alive, or
-- they are one application recorded more than once: of one agency, procedure and moment.
-- It reads scoped_record and scoped_link: all records, or all that tonight's changes may affect (scope_*.sql).
drop table if exists regrouped, ranked;
create temporary table stated_claim on commit drop as
with live as (
    select
        source_id,
        record_id,
        coalesce(dossier_code, source_id || ':' || record_id) as code
    from scoped_record
    where to_night = 'infinity' and not is_removed
),
claimant as (
    select
        l.source_id,
        l.other_code,
        l.code,
        bool_or(r.record_id is not null) as is_live,
        bool_or(r.record_id is not null and l.link_kind = 'renamed') as is_former
    from scoped_link l
    left join live r using (source_id, record_id, code)
    group by 1, 2, 3
    union
    select
        r.source_id,
        r.code,
        r.code,
        true,
        false
    from live r
    where exists (select from scoped_link l where l.source_id = r.source_id and l.other_code = r.code)
)
select
    *,
    count(*) over named as claimants,
    count(*) filter (where is_live) over named as live_claimants
from claimant
window named as (partition by source_id, other_code);
analyze stated_claim;

-- Only codes that they name now: who bore a code before and who bears it now may be two. Every record under the
-- claimants' codes must agree.
create temporary table one_application on commit drop as
select
    c.source_id,
    c.other_code
from stated_claim c
join scoped_record r
    on r.source_id = c.source_id and coalesce(r.dossier_code, r.source_id || ':' || r.record_id) = c.code
    and r.to_night = 'infinity' and not r.is_removed
where c.live_claimants > 1 and c.is_live
group by 1, 2
having not bool_or(c.is_former)
    and min(r.agency_id) = max(r.agency_id) and min(r.agency_id) <> 'unknown'
    and min(r.procedure_family) = max(r.procedure_family) and min(r.procedure_family) <> 'unknown'
    and (
        count(r.received_at) = count(*) and min(r.received_at) = max(r.received_at)
        or count(r.submitted_at) = count(*) and min(r.submitted_at) = max(r.submitted_at)
    );
analyze one_application;

create temporary table claim on commit drop as
select
    c.*,
    c.live_claimants = 1 or o.other_code is not null as is_of_one
from stated_claim c
left join one_application o using (source_id, other_code);
analyze claim;

create temporary table edge on commit drop as
select
    code,
    other_code as neighbour
from claim
where code <> other_code and (claimants = 1 or is_live and is_of_one)
union
select
    other_code,
    code
from claim
where code <> other_code and (claimants = 1 or is_live and is_of_one);
analyze edge;

create temporary table code_label on commit drop as
select
    code,
    least(code, min(neighbour collate "C")) as label,
    min(neighbour) as neighbour,
    count(*) as degree
from edge
group by code;
create unique index on code_label (code);
analyze code_label;

-- The smallest code of a component spreads until nothing changes, so the result does not depend on the order of
-- arrival. A pair that refers only to each other is already settled; the loop walks the few longer chains.
create temporary table chain on commit drop as
select
    e.code,
    e.neighbour
from edge e
join code_label l on l.code = e.code
join code_label n on n.code = e.neighbour
where l.degree > 1 or n.degree > 1;
analyze chain;
do $$
begin
    loop
        update code_label l set label = nearer.label
        from (
            select c.code, min(n.label collate "C") as label
            from chain c join code_label n on n.code = c.neighbour
            group by c.code
        ) nearer
        where nearer.code = l.code and nearer.label < l.label collate "C";
        exit when not found;
    end loop;
end $$;

create temporary table regrouped on commit drop as
select
    r.source_id,
    r.record_id,
    r.from_night,
    coalesce(l.label, r.code) as dossier_id,
    r.dossier_id as dossier_id_before
from (
    select
        source_id,
        record_id,
        from_night,
        dossier_id,
        coalesce(dossier_code, source_id || ':' || record_id) as code
    from scoped_record
) r
left join code_label l using (code)
where r.dossier_id <> coalesce(l.label, r.code);
analyze regrouped;
update core.dossier_record r set dossier_id = g.dossier_id
from regrouped g
where (r.source_id, r.record_id, r.from_night) = (g.source_id, g.record_id, g.from_night);
-- scoped_record may be a copy of those rows, or the rows themselves: then there is nothing left to do.
update scoped_record r set dossier_id = g.dossier_id
from regrouped g
where (r.source_id, r.record_id, r.from_night) = (g.source_id, g.record_id, g.from_night)
    and r.dossier_id <> g.dossier_id;

-- Contradictions, as ranges of nights; what an earlier run of this same night or of later ones stored is undone first:
-- this is the latest night, or the one the warehouse was rewound to.
delete from core.identity_conflict where from_night >= %(night)s;
update core.identity_conflict set to_night = 'infinity' where to_night >= %(night)s and to_night < 'infinity';
update core.identity_conflict c set to_night = %(night)s
where to_night = 'infinity'
    and from_night < %(night)s
    and c.other_code in (select other_code from scoped_link)
    and not exists (
        select from claim where (claim.source_id, claim.other_code, claim.claimants)
            = (c.source_id, c.other_code, c.claimants) and claimants > 1 and not is_of_one
    );
insert into core.identity_conflict (source_id, other_code, from_night, claimants)
select distinct
    source_id,
    other_code,
    %(night)s::date,
    claimants
from claim
where claimants > 1 and not is_of_one and not exists (
        select from core.identity_conflict c
        where (c.source_id, c.other_code, c.to_night) = (claim.source_id, claim.other_code, 'infinity'::date)
    );

-- Which row represents the dossier on its side; the others are extra rows, with their own entries in the ledger. A
-- record found by look-up is evidence, not a second row, if a listing shows the dossier.
create temporary table several on commit drop as
select
    s.side,
    r.dossier_id
from scoped_record r join core.source s using (source_id)
where r.to_night = 'infinity' and not r.is_removed
group by 1, 2
having count(*) > 1;
analyze several;

create temporary table ranked on commit drop as
select
    r.source_id,
    r.record_id,
    r.from_night,
    r.duplicate_rank as rank_before,
    case when s.has_listing or not bool_or(s.has_listing) over dossier
            then row_number() over (
                    dossier order by
                        s.has_listing desc, (r.dossier_code = r.dossier_id) desc nulls last,
                        r.received_at nulls last, r.source_id, r.record_id
                )
        else 0
    end as duplicate_rank
from scoped_record r
join core.source s using (source_id)
join several using (side, dossier_id)
where r.to_night = 'infinity' and not r.is_removed
window dossier as (partition by s.side, r.dossier_id);
insert into ranked
select
    r.source_id,
    r.record_id,
    r.from_night,
    r.duplicate_rank,
    case when r.is_removed then 0 else 1 end
from scoped_record r
join core.source s using (source_id)
where r.to_night = 'infinity' and r.duplicate_rank <> case when r.is_removed then 0 else 1 end
    and (
        r.is_removed
        or not exists (select from several where (several.side, several.dossier_id) = (s.side, r.dossier_id))
    );
delete from ranked where duplicate_rank = rank_before;
analyze ranked;
update core.dossier_record r set duplicate_rank = n.duplicate_rank
from ranked n
where (r.source_id, r.record_id, r.from_night) = (n.source_id, n.record_id, n.from_night);
