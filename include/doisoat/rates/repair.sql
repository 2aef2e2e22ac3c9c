-- The gaps of a night whose repair would change counts, each with the signed cells of its effect (repairs.yaml): of the
-- bridge's entries, those that are gaps or that both sides hold in different cells; of the differences, those of the
-- status; of the ministries' dossiers, those that are not held. An agency includes all below it in the month of receipt
-- (without one: in the month of the night).
create temporary table repaired on commit drop as
with said as (
    select
        e.pair,
        e.dossier_id,
        e.entry_kind as kind,
        e.record_id as detail,
        e.sign,
        e.agency_id,
        e.procedure_family,
        coalesce(e.receipt_month, 'infinity') as cell_month,
        '' as source_id,
        c.cause
    from archive.any_ledger_entry e
    join archive.any_cause c
        on (c.archive_id, c.pair, c.dossier_id, c.kind) = (e.archive_id, e.pair, e.dossier_id, e.entry_kind)
        and c.detail = case when e.entry_kind like 'extra%%' then e.record_id else '' end
        and c.from_night <= %(night)s and %(night)s < c.to_night
    where e.archive_id = %(archive_id)s and e.from_night <= %(night)s and %(night)s < e.to_night
        and e.pair = 'national_provincial' and (e.standing = 'gap' or e.entry_kind = 'moved')
    union all
    select
        g.pair,
        g.dossier_id,
        g.kind,
        g.detail,
        1,
        v.agency_id,
        v.procedure_family,
        coalesce(date_trunc('month', v.receipt_date)::date, 'infinity'),
        coalesce(v.ministry_source_id, ''),
        g.cause
    from archive.any_gap g
    join archive.any_verdict v
        on (v.archive_id, v.pair, v.dossier_id) = (g.archive_id, g.pair, g.dossier_id)
        and v.from_night <= %(night)s and %(night)s < v.to_night
    where g.archive_id = %(archive_id)s and g.from_night <= %(night)s and %(night)s < g.to_night
        and g.kind in ('status', 'ministry_only')
)
select
    s.*,
    f.effect,
    s.kind = 'ministry_only' and s.pair = 'ministry_provincial' and other.presence is null as is_on_portal,
    -- for a ministry's dossier that the portal lacks: whether the province lacks it, may hold it, or holds it
    case when f.effect <> 'submit' then null when other.presence = 'ministry_only' then 'lacks' when
            other.presence = 'undetermined'
            then 'maybe'
        else 'holds'
    end as province
from said s
cross join
    lateral (
        select effect from effect
        where coalesce(effect.kind = s.kind, true)
            and coalesce(effect.cause = s.cause, true)
            and coalesce(effect.pair = s.pair, true)
        order by place limit 1
    ) f
cross join
    lateral (
        select
            case when isfinite(s.cell_month) then s.cell_month else date_trunc('month', %(night)s::date)::date end
                as month
    ) stood
left join
    core.subtree(%(agency)s) a
    on a.agency_id = s.agency_id and a.from_month <= stood.month and stood.month < a.to_month
left join
    core.subtree(%(whose)s) w
    on w.agency_id = s.agency_id and w.from_month <= stood.month and stood.month < w.to_month
left join archive.any_verdict other
    on s.kind = 'ministry_only' and other.archive_id = %(archive_id)s
    and other.pair = case s.pair when 'ministry_provincial' then 'ministry_national' else 'ministry_provincial' end
    and other.dossier_id = s.dossier_id and other.presence <> 'matched'
    and other.from_night <= %(night)s and %(night)s < other.to_night
where f.effect <> 'none'
    and (%(cause)s::text is null or s.cause = %(cause)s)
    and (%(procedure)s::text is null or s.procedure_family = core.procedure_family(%(procedure)s))
    and (%(agency)s::text is null or a.agency_id is not null)
    and (%(whose)s::text is null or w.agency_id is not null)
    and (%(first_month)s::date is null or s.cell_month >= %(first_month)s)
    and (%(last_month)s::date is null or s.cell_month <= %(last_month)s);
analyze repaired;

-- `mend`: a repair counts once, whichever of a dossier's gaps it is done for
create temporary table repair_cell (
    like recon.indicator_cell including defaults, cause text, gap_key text, mend text
) on commit drop;
insert into repair_cell (
    source_id, agency_id, procedure_family, channel, cell_month, from_night, cause, gap_key, mend, provincial,
    synced, synced_through, status_in_step, portal, portal_rows, added, added_on_portal, maybe_added_on_portal
)
select
    case when effect = 'import' or province in ('lacks', 'maybe') then r.source_id else '' end,
    r.agency_id,
    r.procedure_family,
    'unknown',
    r.cell_month,
    %(night)s,
    r.cause,
    k.gap_key,
    case
        when effect in ('push', 'submit') then concat_ws(' ', 'on the portal', r.dossier_id) else
            concat_ws(' ', k.gap_key, r.sign)
    end,
    case when effect = 'import' then 1 else 0 end,
    case when effect in ('push', 'link') or province = 'holds' or effect = 'import' and is_on_portal then 1 else 0 end,
    case effect when 'link' then -1 else 0 end,
    case when effect in ('push', 'step') or province = 'holds' then 1 else 0 end,
    case effect when 'push' then 1 when 'submit' then 1 when 'withdraw' then -1 when 'move' then -sign else 0 end,
    case effect
        when 'push' then 1 when 'submit' then 1 when 'withdraw' then -1 when 'drop_row' then -1 when
            'move'
            then -sign
        else 0
    end,
    case effect when 'import' then -1 else 0 end,
    case when province = 'lacks' then 1 when effect = 'import' and is_on_portal then -1 else 0 end,
    case province when 'maybe' then 1 else 0 end
from repaired r
cross join lateral (select concat_ws(' ', r.pair, r.dossier_id, r.kind, r.detail) as gap_key) k;
analyze repair_cell;
