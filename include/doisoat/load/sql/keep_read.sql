-- A row of which something cannot be read, but which by its own word has not changed since it was read as a whole, and
-- says what it said then as far as it can be read: what is held of it stays.
delete from raw.landing_record n using core.dossier_record c
where n.unread is not null
    and c.source_id = %(source_id)s
    and c.record_id = n.record_id
    and c.to_night = 'infinity'
    and c.unread is null
    and 'linked_codes' <> all(n.unread)
    and c.updated_at = n.updated_at
    and c.is_removed = n.is_removed
    and (c.dossier_code, c.linked_codes) is not distinct from (n.dossier_code, n.linked_codes)
    and not exists (
        select
        from (
            values
            ('status_code', c.status_code, n.status_code),
            ('procedure_code', c.procedure_code, n.procedure_code),
            ('agency_code', c.agency_code, n.agency_code),
            ('agency_name', c.agency_name, n.agency_name),
            ('agency_ref', c.agency_ref, n.agency_ref),
            ('channel_code', c.channel_code, n.channel_code),
            ('online_payment_code', c.online_payment_code, n.online_payment_code),
            ('submitted_at', c.submitted_at::text, n.submitted_at::text),
            ('received_at', c.received_at::text, n.received_at::text),
            ('due_at', c.due_at::text, n.due_at::text),
            ('finished_at', c.finished_at::text, n.finished_at::text),
            ('returned_at', c.returned_at::text, n.returned_at::text)
        ) said (name, before, now)
        where said.before is distinct from said.now and said.name <> all(n.unread)
    );
