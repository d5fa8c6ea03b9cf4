select products.number
from (
  select product
  from collection_products
  where collection = ?1
    and product > ?2
    and product < ?3
  order by product
  limit ?4
) beside
cross join products on products.id = beside.product
where products.is_listed = 1
  and products.status = 'active'
