select id
from customers
where (?1 = '' or instr(search_key, ?1) > 0)
  and (?2 = '' or instr(search_key, ?2) > 0)
  and (?3 = '' or instr(search_key, ?3) > 0)
order by name_key, id
limit ?4 offset ?5
