-- What somebody should be told of, and who was told.

create table ops.news (
    kind text not null,
    subject text not null,
    first_night date not null,
    last_night date not null,
    over_night date,
    facts jsonb not null default '{}',
    seen_at timestamptz not null default now(),
    primary key (kind, subject, first_night)
);
create unique index news_standing on ops.news (kind, subject) where over_night is null;
comment on table ops.news is 'Troubles that somebody should be told of, from the first night to the last. Grain: kind, subject, first night; one stands at a time.';
comment on column ops.news.kind is 'What kind of trouble: the name of a file in news/troubles and of its words in news/texts.yaml.';
comment on column ops.news.subject is 'What it is about: a source, a check, a task, a night; never a person.';
comment on column ops.news.first_night is 'The night on which it was first seen.';
comment on column ops.news.last_night is 'The last night on which it was seen.';
comment on column ops.news.over_night is 'The night on which it was no longer there; null while it stands.';
comment on column ops.news.facts is 'Nights, counts and names of ours that say more; never a word of a source.';
comment on column ops.news.seen_at is 'When it was first seen (our clock).';

create table ops.news_telling (
    kind text not null,
    subject text not null,
    first_night date not null,
    sender text not null,
    is_over boolean not null,
    told_night date,
    sent_at timestamptz,
    attempts integer not null default 0,
    failed_at timestamptz,
    primary key (kind, subject, first_night, sender, is_over),
    foreign key (kind, subject, first_night) references ops.news on delete cascade
);
comment on table ops.news_telling is 'Which sender has told which trouble, and that it is over. Grain: trouble, sender, whether it is the end that is told.';
comment on column ops.news_telling.kind is 'The trouble''s kind.';
comment on column ops.news_telling.subject is 'The trouble''s subject.';
comment on column ops.news_telling.first_night is 'The trouble''s first night.';
comment on column ops.news_telling.sender is 'Kind and place of the sender in the connection `news`, as "mailtos 1"; never its address.';
comment on column ops.news_telling.is_over is 'False for the trouble and its reminders, true for the news that it is over.';
comment on column ops.news_telling.told_night is 'The night as of which it was last told; reminders are counted from here. Null while no attempt succeeded.';
comment on column ops.news_telling.sent_at is 'When it was last sent (our clock); null while no attempt succeeded.';
comment on column ops.news_telling.attempts is 'How often it was tried, reminders included.';
comment on column ops.news_telling.failed_at is 'When the last attempt failed; null if it succeeded. It is tried again with the next chance.';
