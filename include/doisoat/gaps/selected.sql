-- Open gaps of a night, filtered by what is given; an agency includes all below it in the month of receipt (without
-- one: in the month of the night).
select
    g.pair,
    g.dossier_id,
    g.kind,
    g.detail
from (
    select
        *,
        coalesce(date_trunc('month', receipt_date), date_trunc('month', %(night)s::date))::date as stood_in
    from recon.finding
    where opened_on is not null and from_night <= %(night)s and %(night)s < to_night
) g
left join core.subtree(%(agency)s) s
    on s.agency_id = g.agency_id and s.from_month <= g.stood_in and g.stood_in < s.to_month
where (%(dossier)s::text is null or g.dossier_id = %(dossier)s or exists (
    select from core.dossier_record r where r.dossier_id = g.dossier_id and r.dossier_code = %(dossier)s
))
and (%(pair)s::text is null or g.pair = %(pair)s)
and (%(kind)s::text is null or g.kind = %(kind)s)
and (%(cause)s::text is null or g.cause = %(cause)s)
and (%(agency)s::text is null or s.agency_id is not null)
and (%(procedure)s::text is null or g.procedure_family = core.procedure_family(%(procedure)s))
and (%(received_from)s::date is null or g.receipt_date >= %(received_from)s)
and (%(received_to)s::date is null or g.receipt_date <= %(received_to)s)
order by 1, 2, 3, 4
