-- What readers ask of tonight's findings, flat: codes, verdict, cause and the life of the gap beside each other. It
-- runs after tonight's ranges are merged, so a row's from_night is the first night on which it differed like this.

-- A ministry's dossier that only its second of receipt tells is shown by records of another dossier: they are witnesses
-- too.
create temporary table beside on commit drop as
select distinct
    v.dossier_id,
    r.dossier_id as shown_by
from finding f
join recon.verdict v on (v.pair, v.dossier_id, v.to_night) = (f.pair, f.dossier_id, 'infinity'::date)
cross join
    lateral (
        values
        (v.national_source_id, v.national_record_id), (v.provincial_source_id, v.provincial_record_id),
        (v.ministry_source_id, v.ministry_record_id)
    ) as of (source_id, record_id)
join core.dossier_record r
    on (r.source_id, r.record_id, r.to_night) = (of.source_id, of.record_id, 'infinity'::date)
    and r.dossier_id <> v.dossier_id
where f.pair <> 'national_provincial';
analyze beside;
insert into witness
select
    s.side,
    r.*
from core.dossier_record r
join core.source s using (source_id)
where r.to_night = 'infinity' and r.dossier_id in (
        select shown_by from beside
        except
        select dossier_id from finding
    );
analyze witness;

create temporary table finding_tonight on commit drop as
with shown as (
    select
        dossier_id,
        dossier_id as shown_by
    from finding
    union
    select
        dossier_id,
        shown_by
    from beside
),
code as (
    select
        o.dossier_id,
        string_agg(distinct w.dossier_code, ' ') filter (where w.side = 'national') as national_codes,
        string_agg(distinct w.dossier_code, ' ') filter (where w.side = 'provincial') as provincial_codes,
        string_agg(distinct coalesce(w.dossier_code, w.record_id), ' ') filter (where w.side = 'ministry')
            as ministry_codes
    from shown o join witness w on w.dossier_id = o.shown_by and w.to_night = 'infinity'
    group by 1
),
placed as materialized (
    select
        f.pair,
        f.dossier_id,
        f.kind,
        f.detail,
        f.standing,
        v.evidence,
        coalesce(d.from_night, e.from_night, v.from_night) as since_night,
        f.national_value,
        f.provincial_value,
        d.ministry_value,
        c.national_codes,
        c.provincial_codes,
        c.ministry_codes,
        v.national_record_id,
        v.provincial_record_id,
        v.ministry_record_id,
        v.ministry_source_id,
        v.is_removed_provincially,
        coalesce(v.agency_id, x.agency_id) as agency_id,
        coalesce(v.procedure_family, x.procedure_family) as procedure_family,
        case when v.dossier_id is null then x.receipt_date else v.receipt_date end as receipt_date,
        case when v.dossier_id is null then x.channel else coalesce(p.channel, n.channel) end as channel,
        y.cause,
        y.basis,
        g.opened_on,
        g.reopened_on,
        case when d.dossier_id is not null then d.next_review_on when e.dossier_id is null then v.next_review_on end
            as next_review_on
    from finding f
    join cause_tonight y using (pair, dossier_id, kind, detail)
    left join gap_tonight g using (pair, dossier_id, kind, detail)
    left join code c using (dossier_id)
    left join recon.verdict v on (v.pair, v.dossier_id, v.to_night) = (f.pair, f.dossier_id, 'infinity'::date)
    left join recon.difference d
        on (d.pair, d.dossier_id, d.attribute, d.to_night) = (f.pair, f.dossier_id, f.kind, 'infinity'::date)
    left join recon.ledger_entry e
        on (e.pair, e.dossier_id, e.entry_kind, e.record_id, e.to_night)
        = (f.pair, f.dossier_id, f.kind, f.detail, 'infinity'::date) and f.detail <> ''
    left join witness x
        on (x.source_id, x.record_id) = (split_part(f.detail, ':', 1), substr(f.detail, strpos(f.detail, ':') + 1))
        and x.to_night = 'infinity'
    left join witness p
        on (p.source_id, p.record_id) = (v.provincial_source_id, v.provincial_record_id) and p.to_night = 'infinity'
    left join witness n
        on (n.source_id, n.record_id) = (v.national_source_id, v.national_record_id) and n.to_night = 'infinity'
    where f.kind <> 'moved'
),
-- an agency that exists acts itself: the few others are asked for, once each
owner as materialized (
    select
        agency_id,
        case when exists (
                    select from core.agency a
                    where a.agency_id = asked.agency_id and a.valid_from <= %(night)s and %(night)s < a.valid_to
                ) then agency_id
            else core.owner_of(agency_id, %(night)s)
        end as owner_id
    from (select distinct agency_id from placed) asked
)
select
    p.*,
    o.owner_id
from placed p join owner o on coalesce(o.agency_id, '') = coalesce(p.agency_id, '');
analyze finding_tonight;
