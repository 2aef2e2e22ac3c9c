-- Which days are worked, and the term that the law gives a procedure.
create table core.working_day (
    calendar text not null,
    day date not null,
    is_working boolean not null,
    is_open boolean not null,
    number integer not null,
    primary key (calendar, day)
);
create unique index working_day_number on core.working_day (calendar, number) where is_working;
comment on table core.working_day is 'Days as terms are counted, in the common calendar and in those of agencies that have one of their own. Grain: calendar, day.';
comment on column core.working_day.calendar is 'Empty for the common one; else the agency whose own it is.';
comment on column core.working_day.day is 'The day.';
comment on column core.working_day.is_working is 'Whether it counts towards a term: no weekend, no holiday, no substitute day; a Saturday worked in exchange does.';
comment on column core.working_day.is_open is 'Whether dossiers are taken: on every working day, and on the further days that the province file tells.';
comment on column core.working_day.number is 'How many working days the calendar had up to and including this day: a term of n ends on the first day with n more.';
create table core.agency_calendar (
    agency_id text primary key,
    calendar text not null
);
comment on table core.agency_calendar is 'Which agency follows a calendar other than the common one. Grain: agency.';
comment on column core.agency_calendar.agency_id is 'The agency.';
comment on column core.agency_calendar.calendar is 'The calendar that it follows: its own, or that of the nearest agency above it that has one.';

alter table core.procedure add column legal_days integer check (legal_days > 0);
comment on column core.procedure.legal_days is 'The most working days that the law gives for it, as the reference states; null where it does not.';
alter table archive.procedure add column legal_days integer;
comment on column archive.procedure.legal_days is 'The most working days that the law gives for it, as the reference states; null where it does not.';
