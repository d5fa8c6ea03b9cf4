select
  facts.id,
  facts.place,
  facts.lamport,
  facts.at_ms,
  facts.staff,
  facts.knowledge,
  bodies.bytes
from facts indexed by facts_by_place
join bodies on bodies.place = facts.place
where facts.place > ?1
  and (facts.lamport >= ?2 or facts.at_ms >= ?3 or facts.kind in ('device_certified', 'device_revoked'))
order by facts.place
limit ?4
