select
  variant,
  location,
  at,
  fact,
  amount,
  is_count,
  replica,
  incarnation,
  seq
from stock_movements
union all
select
  variant,
  location,
  at,
  fact,
  moved,
  0,
  replica,
  incarnation,
  seq
from waiting_lines
where moved <> 0
