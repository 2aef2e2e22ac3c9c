-- What groups of repairs gain, by the rules of the rates (doisoat.rates.gains).
select
    label,
    place,
    to_repair,
    ratio_now,
    ratio_if_repaired,
    gain,
    ratio_with_all_before,
    points_now,
    points,
    points_with_all_before,
    share_of_3_3,
    denominator_basis
from ranked_gains as gained
order by place
