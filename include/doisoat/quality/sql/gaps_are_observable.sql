-- Few records are later than the moment of a comparison: only these are looked for among those that gaps rest on.
with judged as (
    select
        v.national_source_id,
        v.national_record_id,
        v.provincial_source_id,
        v.provincial_record_id,
        v.ministry_source_id,
        v.ministry_record_id,
        case v.pair
            when 'national_provincial' then c.as_of when 'ministry_provincial' then m.as_of else m.portal_as_of
        end
            as as_of
    from recon.verdict v
    left join recon.comparison c on c.night = %(night)s and c.pair = v.pair
    left join recon.ministry_comparison m on m.night = %(night)s and m.source_id = v.ministry_source_id
    where v.to_night = 'infinity' and v.presence <> 'matched' and v.standing = 'gap'
),
record as (
    select
        j.as_of,
        of.source_id,
        of.record_id
    from judged j
    cross join
        lateral (
            values
            (j.national_source_id, j.national_record_id), (j.provincial_source_id, j.provincial_record_id),
            (j.ministry_source_id, j.ministry_record_id)
        ) as of (source_id, record_id)
    where of.record_id is not null
),
late as (
    select
        source_id,
        record_id,
        coalesce(received_at, submitted_at) as moment
    from core.dossier_record
    where to_night = 'infinity' and coalesce(received_at, submitted_at) > (select min(as_of) from judged)
)
select
    count(*) filter (where l.moment > r.as_of) as unexpected,
    count(*) as total
from record r
left join late l using (source_id, record_id)
