-- Where the running month, quarter and year end by the rates that the decision gives points for, and how good that is.
select
    period_kind,
    measure,
    ratio_least as now_least,
    end_least,
    end_most,
    end_if_repaired_least as repaired_least,
    end_if_repaired_most as repaired_most,
    held || ' of ' || tested as held,
    why_not
from mart.forecast
where is_latest and source_id is null and max_score is not null
order by array_position('{month,quarter,year}', period_kind), measure;
