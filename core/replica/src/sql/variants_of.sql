select
  variants.id,
  variants.product,
  products.title as product_title,
  variants.title,
  variants.sku,
  variants.barcode,
  variants.list_price,
  variants.compare_at_price,
  variants.currency,
  variants.unit,
  variants.stock_policy,
  variants.tax_category,
  variants.image_url,
  variants.weight_grams,
  variants.requires_shipping,
  products.status,
  (
    select coalesce(sum(on_hand - committed - unavailable), 0)
    from stock_levels
    where stock_levels.variant = variants.id
  ) + (
    select coalesce(sum(uncounted), 0)
    from waiting_lines
    where waiting_lines.variant = variants.id
  ) as available
from variants
join products on products.id = variants.product
where variants.product = ?1
order by variants.position, variants.id
limit ?2
