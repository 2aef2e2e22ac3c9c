-- When a night is loaded again, first undo what it wrote. Only the latest night is ever rewound.
delete from core.dossier_record where source_id = %(source_id)s and from_night = %(night)s;
update core.dossier_record set to_night = 'infinity' where source_id = %(source_id)s and to_night = %(night)s;
delete from core.identity_link where source_id = %(source_id)s and first_night = %(night)s;
delete from ops.load where source_id = %(source_id)s and night = %(night)s;
delete from ops.quarantine where source_id = %(source_id)s and night = %(night)s;
