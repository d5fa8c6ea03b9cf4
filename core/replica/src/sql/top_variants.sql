select
  sold.variant,
  sold.quantity,
  sold.gross,
  coalesce(variants.sku, '') as sku,
  coalesce(variants.title, '') as title,
  coalesce(products.title, '') as product_title
from (
  select
    variant,
    sum(quantity) as quantity,
    sum(gross) as gross
  from (
    select variant, quantity, gross
    from sales_by_variant
    where business_day between ?1 and ?2
    union all
    select variant, quantity, gross
    from waiting_lines
    where business_day between ?1 and ?2
      and quantity is not null
  )
  group by variant
  order by 3 desc, variant
  limit ?3
) sold
left join variants on variants.id = sold.variant
left join products on products.id = variants.product
group by sold.variant
order by sold.gross desc, sold.variant
