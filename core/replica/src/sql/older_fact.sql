select
  facts.id,
  facts.place,
  facts.lamport,
  facts.at_ms,
  facts.staff,
  facts.knowledge,
  bodies.bytes
from facts
join bodies on bodies.place = facts.place
where facts.id = ?1
  and not (facts.lamport >= ?2 or facts.at_ms >= ?3 or facts.kind in ('device_certified', 'device_revoked'))
