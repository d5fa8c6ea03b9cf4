select
  incarnation,
  max(seq),
  count(*)
from awaiting_approval
where replica = ?
group by incarnation
order by incarnation
