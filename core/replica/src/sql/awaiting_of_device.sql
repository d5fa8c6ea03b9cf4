select
  incarnation,
  seq,
  hash
from awaiting_approval
where replica = ?
order by incarnation, seq
