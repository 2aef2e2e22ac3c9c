-- Store a decision on gaps; returns on how many.
select
    mart.decide(
        %(gaps)s::text[], %(action)s::text, %(reason)s::text, %(until)s::date, %(account)s::text, %(whose)s::text
    ) as stored
