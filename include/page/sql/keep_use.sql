-- Keep who took or decided what.
select
    mart.keep_use(
        %(account)s::text,
        %(agency)s::text,
        %(act)s::text,
        %(view)s::text,
        %(what)s::text,
        %(night)s::date,
        %(filters)s::jsonb,
        %(rows)s::integer
    )
