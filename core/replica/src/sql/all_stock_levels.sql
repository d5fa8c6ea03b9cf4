select
  stock_levels.variant,
  stock_levels.location,
  stock_levels.on_hand + coalesce(waiting.uncounted, 0) as on_hand,
  stock_levels.committed,
  stock_levels.unavailable,
  stock_levels.in_transit,
  stock_levels.count_fact,
  stock_levels.count_lamport,
  stock_levels.count_replica,
  stock_levels.count_incarnation,
  stock_levels.count_seq,
  stock_levels.count_at
from stock_levels
left join (
  select
    variant,
    location,
    sum(uncounted) as uncounted
  from waiting_lines
  group by variant, location
) waiting using (variant, location)
