select
  stock_movements.at,
  stock_movements.fact,
  stock_movements.amount,
  stock_movements.location,
  facts.staff
from stock_movements
left join facts on facts.id = stock_movements.fact
where stock_movements.variant = ?1
  and stock_movements.location = ?2
order by stock_movements.at desc, stock_movements.fact desc
limit ?3
