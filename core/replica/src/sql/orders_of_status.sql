select
  id,
  number,
  name,
  email,
  placed_at,
  gross,
  paid,
  currency,
  status,
  is_collection,
  line_count
from orders
where status = ?4
  and (?1 = '' or instr(search_key, ?1) > 0)
order by placed_at desc, id desc
limit ?2 offset ?3
