select
  collections.id,
  (
    select count(*)
    from collection_products
    join products on products.id = collection_products.product
    where collection_products.collection = collections.id
      and products.is_listed = 1
  ) as product_count
from collections
order by collections.title_key, collections.id
limit ?1
