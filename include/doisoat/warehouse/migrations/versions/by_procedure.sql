alter table core.catalogue_entry add column ref text;
comment on column core.catalogue_entry.ref is
    'The source''s own id, by which it can be asked about the entry; null where it states none.';

create table core.procedure_answer (
    source_id text not null,
    measure text not null,
    receipt_month date not null,
    procedure_ref text not null,
    night date not null,
    procedure_code text not null,
    procedure_family text not null,
    state text not null check (state in ('known', 'not_honoured', 'unproven', 'refused')),
    value bigint,
    answered_at timestamptz not null,
    primary key (source_id, measure, receipt_month, procedure_ref, night)
);
comment on table core.procedure_answer is
    'What a source answered when it was asked for one procedure and month; what it was not asked is not here, and is '
    'unknown. Grain: source, measure, month, procedure as its catalogue has it, night.';
comment on column core.procedure_answer.source_id is 'The source that was asked.';
comment on column core.procedure_answer.measure is 'What is counted, by the source''s own name.';
comment on column core.procedure_answer.receipt_month is 'First day of the month that was asked for.';
comment on column core.procedure_answer.procedure_ref is 'The procedure''s id in the source''s catalogue.';
comment on column core.procedure_answer.night is 'The night on which it was asked.';
comment on column core.procedure_answer.procedure_code is 'The procedure''s code in that catalogue.';
comment on column core.procedure_answer.procedure_family is 'Its first eight characters.';
comment on column core.procedure_answer.state is
    'known: the filter by procedure is proven to have been honoured; not_honoured: it is refuted; unproven: that night''s '
    'answers decided neither; refused: the source did not answer for this procedure.';
comment on column core.procedure_answer.value is
    'The count of the whole province; null unless known, or where the source states null.';
comment on column core.procedure_answer.answered_at is 'The source''s clock.';

create table core.procedure_count (
    source_id text not null,
    measure text not null,
    receipt_month date not null,
    procedure_ref text not null,
    night date not null,
    agency_key text not null,
    agency_id text not null,
    value bigint,
    primary key (source_id, measure, receipt_month, procedure_ref, night, agency_key)
);
comment on table core.procedure_count is
    'The counts of units in an answer that is known; a unit that is not here was counted as 0. Grain: that of '
    'core.procedure_answer, and unit.';
comment on column core.procedure_count.source_id is 'The source that was asked.';
comment on column core.procedure_count.measure is 'What is counted, by the source''s own name.';
comment on column core.procedure_count.receipt_month is 'First day of the month.';
comment on column core.procedure_count.procedure_ref is 'The procedure''s id in the source''s catalogue.';
comment on column core.procedure_count.night is 'The night on which it was asked.';
comment on column core.procedure_count.agency_key is 'The unit as stated.';
comment on column core.procedure_count.agency_id is 'The agency it resolves to; unknown where it cannot be resolved.';
comment on column core.procedure_count.value is 'The count; null where the source states null.';
