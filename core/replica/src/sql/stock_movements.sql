select
  moved.at,
  moved.fact,
  moved.amount,
  moved.location,
  facts.staff
from (
  select *
  from (
    select at, fact, amount, location
    from stock_movements
    where variant = ?1
      and location = ?2
    order by at desc, fact desc
    limit ?3
  )
  union all
  select at, fact, moved, location
  from waiting_lines
  where variant = ?1
    and location = ?2
    and moved <> 0
) moved
left join facts on facts.id = moved.fact
order by moved.at desc, moved.fact desc
limit ?3
