-- The gaps of tonight whose repair would change counts, each with the signed cells of its effect (repairs.yaml): of the
-- bridge's entries, those that are gaps or that both sides hold in different cells; of the differences, those of the
-- status; of the ministries' dossiers, those that are not held. `mend`: a repair counts once, whichever of a dossier's
-- gaps it is done for.
create temporary table repair_tonight on commit drop as
with said as (
    select
        e.pair,
        e.dossier_id,
        e.entry_kind as kind,
        c.detail,
        e.sign,
        e.agency_id,
        e.procedure_family,
        coalesce(e.receipt_month, 'infinity') as cell_month,
        '' as source_id,
        c.cause
    from recon.ledger_entry e
    join recon.cause c
        on (c.pair, c.dossier_id, c.kind) = (e.pair, e.dossier_id, e.entry_kind)
        and c.detail = case when e.entry_kind like 'extra%%' then e.record_id else '' end
        and c.to_night = 'infinity'
    where e.to_night = 'infinity'
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
    from recon.gap g
    join recon.verdict v
        on (v.pair, v.dossier_id) = (g.pair, g.dossier_id)
        and v.to_night = 'infinity'
    where g.to_night = 'infinity' and g.kind in ('status', 'ministry_only')
),
-- the other verdict of a ministry's dossier: of the portal where the province is asked about, and the other way round
other as (
    select
        case v.pair when 'ministry_provincial' then 'ministry_national' else 'ministry_provincial' end as of_pair,
        v.dossier_id,
        v.presence
    from recon.verdict v
    where v.to_night = 'infinity'
        and v.pair in ('ministry_provincial', 'ministry_national') and v.presence <> 'matched'
),
told as (
    select
        s.*,
        f.effect,
        s.kind = 'ministry_only' and s.pair = 'ministry_provincial' and o.presence is null as is_on_portal,
        -- for a ministry's dossier that the portal lacks: whether the province lacks it, may hold it, or holds it
        case
            when f.effect <> 'submit' then null when o.presence = 'ministry_only' then 'lacks'
            when o.presence = 'undetermined' then 'maybe' else 'holds'
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
    left join other o on s.kind = 'ministry_only' and (o.of_pair, o.dossier_id) = (s.pair, s.dossier_id)
    where f.effect <> 'none'
)
select
    pair,
    dossier_id,
    kind,
    detail,
    sign,
    cause,
    effect,
    case
        when effect in ('push', 'submit') then concat_ws(' ', 'on the portal', dossier_id)
        else concat_ws(' ', pair, dossier_id, kind, detail, sign)
    end as mend,
    case when effect = 'import' or province in ('lacks', 'maybe') then source_id else '' end as source_id,
    agency_id,
    procedure_family,
    cell_month,
    case when effect = 'import' then 1 else 0 end as provincial,
    case
        when effect in ('push', 'link') or province = 'holds' or effect = 'import' and is_on_portal then 1 else 0
    end as synced,
    case effect when 'link' then -1 else 0 end as synced_through,
    case when effect in ('push', 'step') or province = 'holds' then 1 else 0 end as status_in_step,
    case effect when 'push' then 1 when 'submit' then 1 when 'withdraw' then -1 when 'move' then -sign else 0 end
        as portal,
    case effect
        when 'push' then 1 when 'submit' then 1 when 'withdraw' then -1 when 'drop_row' then -1 when 'move' then -sign
        else 0
    end as portal_rows,
    case effect when 'import' then -1 else 0 end as added,
    case when province = 'lacks' then 1 when effect = 'import' and is_on_portal then -1 else 0 end as added_on_portal,
    case province when 'maybe' then 1 else 0 end as maybe_added_on_portal
from told;
analyze repair_tonight;
