select
  amount,
  replica,
  incarnation,
  seq
from stock_movements
where variant = ?1
  and location = ?2
  and at > ?3
  and not is_count
