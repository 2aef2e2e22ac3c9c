-- Dossiers that one side seems to lack and that may be one of its rows that could not be identified; and those whose
-- own row may name another code, which could not be read: under that, the other side may hold them. What cannot be
-- read opens no gap and ends none: one that was open before tonight stays.
create temporary table hidden on commit drop as
with may_be as (
    select o.dossier_id
    from raw.outcome o
    cross join place_known k
    join hidden_place h
        on h.side = case when o.is_national then 'provincial' else 'national' end
        and h.receipt_month
        = case when k.by_month then coalesce(o.national_receipt_month, o.provincial_receipt_month)::text else '' end
        and h.agency_id = case when k.by_agency then coalesce(o.national_agency_id, o.provincial_agency_id) else '' end
        and h.procedure_family
        = case when k.by_procedure then coalesce(o.national_procedure_family, o.provincial_procedure_family) else '' end
    where o.is_national <> o.is_provincial and exists (select from hidden_place)
    union
    select dossier_id
    from raw.outcome
    where is_national <> is_provincial and 'linked_codes' = any(coalesce(national_unread, provincial_unread))
)
select m.dossier_id
from may_be m
where not exists (
        select from recon.gap g
        where (g.pair, g.dossier_id) = (%(pair)s, m.dossier_id) and g.kind in ('national_only', 'provincial_only')
            and g.from_night < %(night)s and %(night)s <= g.to_night
    );
analyze hidden;
