select
  on_hand,
  committed,
  unavailable,
  in_transit,
  count_fact,
  count_lamport,
  count_replica,
  count_incarnation,
  count_seq,
  count_at
from stock_levels
where variant = ?1
  and location = ?2
