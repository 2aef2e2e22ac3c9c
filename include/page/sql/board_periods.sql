-- Periods of which the portal publishes scores of decision 766, the newest first.
select
    period_kind,
    period_start
from mart.portal_score
where night = %(night)s and metric = ''
group by 1, 2
order by 1, 2 desc
