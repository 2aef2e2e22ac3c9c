-- Open gaps of a night, filtered by what is given; an agency includes all below it in the month of receipt (without
-- one: in the month of the night).
select
    g.pair,
    g.dossier_id,
    g.kind,
    g.detail
from recon.gap g
left join lateral (
    select
        v.agency_id,
        v.procedure_family,
        v.receipt_date,
        date_trunc('month', v.receipt_date)::date as receipt_month
    from recon.verdict v
    where (v.pair, v.dossier_id) = (g.pair, g.dossier_id) and v.from_night <= %(night)s and %(night)s < v.to_night
    union all
    select
        e.agency_id,
        e.procedure_family,
        null,
        e.receipt_month
    from recon.ledger_entry e
    where (e.pair, e.dossier_id, e.entry_kind, e.record_id) = (g.pair, g.dossier_id, g.kind, g.detail)
        and e.from_night <= %(night)s and %(night)s < e.to_night
    limit 1
) v on true
left join core.subtree(%(agency)s) s
    on s.agency_id = v.agency_id
    and s.from_month <= coalesce(v.receipt_month, date_trunc('month', %(night)s::date))
    and coalesce(v.receipt_month, date_trunc('month', %(night)s::date)) < s.to_month
where g.from_night <= %(night)s and %(night)s < g.to_night
    and (%(dossier)s::text is null or g.dossier_id = %(dossier)s or exists (
        select from core.dossier_record r where r.dossier_id = g.dossier_id and r.dossier_code = %(dossier)s
    ))
    and (%(pair)s::text is null or g.pair = %(pair)s)
    and (%(kind)s::text is null or g.kind = %(kind)s)
    and (%(cause)s::text is null or g.cause = %(cause)s)
    and (%(agency)s::text is null or s.agency_id is not null)
    and (%(procedure)s::text is null or v.procedure_family = core.procedure_family(%(procedure)s))
    and (%(received_from)s::date is null or v.receipt_date >= %(received_from)s)
    and (%(received_to)s::date is null or v.receipt_date <= %(received_to)s)
order by 1, 2, 3, 4
