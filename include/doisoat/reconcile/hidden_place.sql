-- Where a listing has rows of which it is not known which dossier they are (docs/adr/0027): a dossier of such a place
-- that the listing seems to lack may be one of them. '' is what could not be read of the row: it may be anything. A
-- row of which neither month nor agency is known hides nothing: one row must not blind a night; it counts as
-- unreadable. From the night on up to which an absence is proven (proven.sql): what was unreadable since may be it.
create temporary table hidden_place on commit drop as
select distinct
    k.side,
    k.source_id,
    coalesce(q.receipt_month::text, '') as receipt_month,
    coalesce(q.agency_id, '') as agency_id,
    coalesce(q.procedure_family, '') as procedure_family
from known k
join ops.quarantine q on q.source_id = k.source_id
where k.has_listing
    and not q.is_identified
    and coalesce(q.receipt_month::text, q.agency_id) is not null
    and q.night <= %(night)s
    and q.night >= least(
        k.whole_night,
        case k.side
            when 'provincial' then %(provincial_absence_night)s::date
            when 'national' then %(national_absence_night)s::date
        end
    );
analyze hidden_place;

-- What of a place may be known: month or agency, and the procedure or not.
create temporary table place_known on commit drop as
select *
from (
    values
    (true, true, true),
    (true, true, false),
    (true, false, true),
    (true, false, false),
    (false, true, true),
    (false, true, false)
) known (by_month, by_agency, by_procedure);
analyze place_known;
