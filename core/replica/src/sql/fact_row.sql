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
