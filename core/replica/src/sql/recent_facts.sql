select id
from facts
where lamport >= ?1
  or at_ms >= ?2
  or kind in ('device_certified', 'device_revoked')
order by place
