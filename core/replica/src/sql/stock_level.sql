select
  on_hand + (
    select coalesce(sum(uncounted), 0)
    from waiting_lines
    where variant = ?1
      and location = ?2
  ) as on_hand,
  committed,
  unavailable
from stock_levels
where variant = ?1
  and location = ?2
