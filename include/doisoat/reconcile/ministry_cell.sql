-- The ministries' dossiers by cell and by whether the province holds them; every dossier is in exactly one kind.
create temporary table ministry_cell_tonight on commit drop as
select
    'ministry_provincial'::text as pair,
    m.source_id,
    m.agency_id,
    m.procedure_family,
    coalesce(m.receipt_month, 'infinity') as cell_month,
    count(*) as ministry_listed,
    count(*) filter (where x.evidence = 'listed') as matched_by_code,
    count(*) filter (where x.evidence = 'receipt_time') as matched_by_time,
    count(*) filter (where x.evidence = 'counted_in_group') as counted_in_group,
    count(*) filter (where x.evidence = 'undetermined') as undetermined,
    count(*) filter (where x.evidence is null) as ministry_only,
    count(*) filter (where v.presence = 'ministry_only' and v.standing <> 'gap') as pending,
    case when bool_and(s.portal_as_of is not null)
            then count(*) filter (where n.evidence <> 'undetermined')
    end as on_portal,
    case when bool_and(s.portal_as_of is not null)
            then count(*) filter (where n.evidence = 'undetermined')
    end as portal_undetermined
from ministry_row m
join ministry_side s using (source_id)
left join ministry_match x on (x.side, x.source_id, x.record_id) = ('provincial', m.source_id, m.record_id)
left join ministry_match n on (n.side, n.source_id, n.record_id) = ('national', m.source_id, m.record_id)
left join verdict_tonight v on v.pair = 'ministry_provincial' and v.dossier_id = m.dossier_id
group by 1, 2, 3, 4, 5;
analyze ministry_cell_tonight;
