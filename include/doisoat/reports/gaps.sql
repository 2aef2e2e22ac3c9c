-- One row per gap, as known on a night: mart.gap, also of nights that no reader sees yet and of what is not yet a gap.
select
    gap_id,
    pair,
    dossier_id,
    kind,
    detail,
    is_difference,
    standing,
    evidence,
    national_value,
    provincial_value,
    ministry_value,
    national_codes,
    provincial_codes,
    ministry_codes,
    ministry_source_id,
    cause,
    cause_label,
    blames,
    basis,
    action,
    agency_id,
    agency_name,
    case when opened_on is not null then owner_id end as owner_id,
    case when opened_on is not null then owner_name end as owner_name,
    procedure_family,
    procedure_name,
    channel,
    receipt_date,
    is_removed_provincially,
    since_night,
    opened_on,
    reopened_on,
    days_since_receipt,
    days_since_opened,
    state,
    state_reason,
    expires_on,
    last_answer,
    last_answer_reason,
    last_answer_on,
    next_review_on
from archive.any_finding_of_night
where archive_id = %(archive_id)s and night = %(night)s
    and (%(with_pending)s or standing = 'gap')
    and (%(pair)s::text is null or pair = %(pair)s)
    and (%(owner)s::text is null or owner_id = %(owner)s and opened_on is not null)
order by pair desc, is_difference, kind, detail, agency_id, dossier_id
