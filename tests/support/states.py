"""All that nights derive, in one query: two warehouses that answer it alike say the same of every night."""

STATE = """
    select 'record', source_id, record_id, from_night::text, to_night::text, dossier_id, duplicate_rank::text, fingerprint::text
    from core.dossier_record
    union all select 'verdict', pair, dossier_id, from_night::text, to_night::text, presence, standing, '' from recon.verdict
    union all select 'difference', pair, dossier_id, from_night::text, to_night::text, attribute, national_value, provincial_value
    from recon.difference
    union all select 'entry', pair, dossier_id, from_night::text, to_night::text, entry_kind, sign::text, record_id
    from recon.ledger_entry
    union all select 'cell', agency_id, procedure_family, from_night::text, to_night::text, cell_month::text,
        national_listed::text, provincial_listed::text from recon.cell_status
    union all select 'link', source_id, record_id, code, other_code, link_kind, first_night::text, '' from core.identity_link
    union all select 'ministry', source_id, agency_id, from_night::text, to_night::text, cell_month::text, ministry_only::text,
        matched_by_code::text from recon.ministry_cell
    union all select 'total', source_id, measure, from_night::text, to_night::text, period_start::text, value::text, ''
    from core.control_total
    order by 1, 2, 3, 4, 5, 6, 7, 8
"""
