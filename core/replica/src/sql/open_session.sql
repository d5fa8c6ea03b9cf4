select
  id,
  business_day,
  opened_at
from till_sessions
where till = ? and z_number is null and opened_at is not null and business_day is not null
order by opened_at desc, id
limit 1
