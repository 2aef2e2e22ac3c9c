-- What sources stated and no code map of the province file knows, as held on a night: each value, and in how many rows.
-- Of procedures and units only where the source has a map of them and nothing else identified them. Such rows are found
-- by an index of their own, which names them in the words of the last condition (core.ensure_index); a value is shown
-- as the screen let it pass (docs/privacy.md).
with mapped as (
    select
        source_id,
        coalesce(bool_or(kind = 'procedure'), false) as has_procedures,
        coalesce(bool_or(kind = 'agency'), false) as has_agencies
    from core.source
    left join core.code_map using (source_id)
    where is_enabled
    group by 1
),
held as (
    select
        r.source_id,
        case when r.status is null then r.status_code end as status,
        case when r.channel is null then r.channel_code end as channel,
        case when r.online_payment is null then r.online_payment_code end as online_payment,
        case when m.has_procedures and r.procedure_family = 'unknown' then r.procedure_code end as procedure,
        case when m.has_agencies and r.agency_id = 'unknown' then r.agency_code end as agency
    from core.dossier_record r
    join mapped m using (source_id)
    where r.from_night <= %(night)s and %(night)s < r.to_night
        and (
            r.status is null and r.status_code is not null or r.channel is null and r.channel_code is not null
            or r.online_payment is null and r.online_payment_code is not null
            or r.procedure_family = 'unknown' and r.procedure_code is not null
            or r.agency_id = 'unknown' and r.agency_code is not null
        )
)
select
    h.source_id,
    k.kind,
    k.value,
    count(*) as rows
from held h
cross join
    lateral (
        values
        ('status', h.status), ('channel', h.channel), ('online_payment', h.online_payment),
        ('procedure', h.procedure), ('agency', h.agency)
    ) as k (kind, value)
where num_nonnulls(h.status, h.channel, h.online_payment, h.procedure, h.agency) > 0 and k.value is not null
group by 1, 2, 3
order by 1, 2, 4 desc, 3
