select order_facts.fact
from orders
join order_facts on order_facts."order" = orders.id
where orders.status in ('open', 'packed')
union
select id
from till_sessions
where closing is null
