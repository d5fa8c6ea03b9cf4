insert into stock_levels (
  variant,
  location,
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
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
on conflict (variant, location) do update set
  on_hand = excluded.on_hand,
  committed = excluded.committed,
  unavailable = excluded.unavailable,
  in_transit = excluded.in_transit,
  count_fact = excluded.count_fact,
  count_lamport = excluded.count_lamport,
  count_replica = excluded.count_replica,
  count_incarnation = excluded.count_incarnation,
  count_seq = excluded.count_seq,
  count_at = excluded.count_at
