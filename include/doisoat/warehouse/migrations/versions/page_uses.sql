create table ops.page_use (
    use_id bigint generated always as identity primary key,
    used_at timestamptz not null default now(),
    account text not null check (length(account) between 1 and 200),
    agency_id text,
    act text not null check (act in ('exported', 'decided')),
    view text not null,
    what text not null,
    night date not null,
    filters jsonb not null default '{}',
    rows integer not null check (rows >= 0)
);
comment on table ops.page_use is 'Who took or decided what on the page. Only added to, by mart.keep_use; retention deletes what is older than the history.';
comment on column ops.page_use.use_id is 'Ascending in time.';
comment on column ops.page_use.used_at is 'When (our clock).';
comment on column ops.page_use.account is 'The account that did it.';
comment on column ops.page_use.agency_id is 'The agency to which the account was limited; null for the whole province.';
comment on column ops.page_use.act is 'exported (a table as a file) or decided (something was said of gaps).';
comment on column ops.page_use.view is 'The view of the page.';
comment on column ops.page_use.what is 'The table and the form of the file, as in gaps.csv; or what was said, as in ops.gap_decision.';
comment on column ops.page_use.night is 'The night that was shown.';
comment on column ops.page_use.filters is 'The filters of the view; what was typed freely is withheld.';
comment on column ops.page_use.rows is 'How many rows the file has, or on how many gaps it was stored.';
