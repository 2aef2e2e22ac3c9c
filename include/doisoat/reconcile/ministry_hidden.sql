-- What may be there after all, for the ministries' pairs, as hidden.sql for the bridge: rows that could not be
-- identified, and rows that no code joins and whose agency, procedure or receipt, by which they would be matched,
-- could not be read.
create temporary table ministry_hidden on commit drop as
with place as (
    select
        side,
        source_id,
        receipt_month,
        agency_id,
        procedure_family
    from hidden_place
    union
    select
        o.side,
        o.source_id,
        coalesce(o.receipt_month::text, ''),
        coalesce(nullif(o.agency_id, 'unknown'), ''),
        coalesce(nullif(o.procedure_family, 'unknown'), '')
    from other_row o
    where o.unread && array['received_at', 'agency_code', 'agency_name', 'procedure_code']
        and not exists (select from ministry_row m where m.dossier_id = o.dossier_id)
    union
    select
        'ministry',
        m.source_id,
        coalesce(m.receipt_month::text, ''),
        coalesce(nullif(m.agency_id, 'unknown'), ''),
        coalesce(nullif(m.procedure_family, 'unknown'), '')
    from ministry_row m
    where m.unread && array['received_at', 'agency_code', 'agency_name', 'procedure_code']
),
sought as (
    select
        o.side,
        m.source_id,
        m.dossier_id,
        m.receipt_month,
        m.agency_id,
        m.procedure_family,
        ('linked_codes' = any(m.unread)) is true as may_be_linked
    from ministry_row m cross join (values ('provincial'), ('national')) as o (side)
    where exists (select from place) or m.unread is not null
    union all
    select
        'ministry',
        s.source_id,
        o.dossier_id,
        o.receipt_month,
        o.agency_id,
        o.procedure_family,
        ('linked_codes' = any(o.unread)) is true
    from ministry_side s join core.dossier_record o on o.procedure_family = any(s.procedure_families)
    where o.source_id = any(%(provincial_sources)s) and o.to_night = 'infinity' and o.duplicate_rank = 1
        and (exists (select from place) or o.unread is not null)
),
may_be as (
    select
        s.side,
        s.source_id,
        s.dossier_id
    from sought s
    cross join place_known k
    join place p
        on p.side = s.side
        and p.receipt_month = case when k.by_month then s.receipt_month::text else '' end
        and p.agency_id = case when k.by_agency then s.agency_id else '' end
        and p.procedure_family = case when k.by_procedure then s.procedure_family else '' end
    where s.side <> 'ministry' or p.source_id = s.source_id
    union
    select
        side,
        source_id,
        dossier_id
    from sought where may_be_linked
)
select m.*
from may_be m
where not exists (
        select from recon.gap g
        where g.dossier_id = m.dossier_id
            and (g.pair, g.kind) = (
                case m.side when 'national' then 'ministry_national' else 'ministry_provincial' end,
                case m.side when 'ministry' then 'provincial_only' else 'ministry_only' end
            )
            and g.from_night < %(night)s and %(night)s <= g.to_night
    );
analyze ministry_hidden;
