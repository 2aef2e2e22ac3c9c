-- Both listings must be complete and the day older than the lag: what is not there yet is not missing. Which records
-- can belong to the group is decided in the matching (reconcile/ministry_match.sql).
select
    f.pair,
    f.dossier_id,
    f.kind,
    f.detail,
    jsonb_build_object('ministry', x.ministry_count, 'other', x.other_count) as basis
from unexplained f
join ministry_match x on (x.side, x.source_id, x.record_id) = ('national', f.ministry_source_id, f.ministry_record_id)
join recon.ministry_comparison k on k.night = %(night)s and k.source_id = f.ministry_source_id
where f.pair = 'ministry_national'
    and f.kind = 'undetermined'
    and x.evidence = 'undetermined'
    and x.other_count < x.ministry_count
    and %(national_is_complete)s and k.ministry_is_complete
    and (f.receipt_date + 1)::timestamp at time zone %(timezone)s <= k.portal_as_of - %(allowed_lag)s
