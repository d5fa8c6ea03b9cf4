select
  variant,
  location,
  at,
  fact,
  moved,
  uncounted,
  replica,
  incarnation,
  seq,
  business_day,
  quantity,
  gross
from waiting_lines
order by variant, number
