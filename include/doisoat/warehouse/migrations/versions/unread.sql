alter table core.dossier_record add column unread text[];
comment on column core.dossier_record.unread is
    'Columns of this row that the source states but that could not be read: unknown, and not compared; null where all '
    'was read.';

alter table ops.quarantine
    add column is_identified boolean,
    add column agency_id text,
    add column procedure_family text,
    add column receipt_month date;
comment on table ops.quarantine is
    'Rows that could not be read as a whole: where they stood and why, never what could not be read.';
comment on column ops.quarantine.is_identified is
    'Whether it is known which dossier the row is: it is held then, with what could be read. False: it may be any dossier '
    'of its place; null in nights before this was kept.';
comment on column ops.quarantine.agency_id is 'For a row that is not identified: its agency, where that could be read.';
comment on column ops.quarantine.procedure_family is
    'For a row that is not identified: the family of its procedure, where that could be read.';
comment on column ops.quarantine.receipt_month is
    'For a row that is not identified: its month of receipt, where it could be read or the source was asked by month.';
