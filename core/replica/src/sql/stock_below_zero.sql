select
  stock_levels.variant,
  stock_levels.location,
  stock_levels.on_hand + coalesce(waiting.uncounted, 0) as on_hand,
  stock_levels.committed,
  stock_levels.unavailable,
  variants.sku,
  variants.title,
  products.title as product_title
from stock_levels
left join (
  select
    variant,
    location,
    sum(uncounted) as uncounted
  from waiting_lines
  group by variant, location
) waiting on waiting.variant = stock_levels.variant and waiting.location = stock_levels.location
join variants on variants.id = stock_levels.variant
join products on products.id = variants.product
where stock_levels.on_hand + coalesce(waiting.uncounted, 0) - stock_levels.committed - stock_levels.unavailable < 0
  and variants.stock_policy <> 'not_tracked'
  and products.is_listed = 1
order by
  stock_levels.on_hand + coalesce(waiting.uncounted, 0) - stock_levels.committed - stock_levels.unavailable,
  stock_levels.variant,
  stock_levels.location
limit ?1
