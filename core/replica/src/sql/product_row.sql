select
  products.id,
  products.handle,
  products.title,
  products.vendor,
  products.product_type,
  products.status,
  products.image_url,
  products.variant_count,
  products.price_min,
  products.price_max,
  products.currency,
  (
    select coalesce(sum(stock_levels.on_hand), 0)
    from variants
    join stock_levels on stock_levels.variant = variants.id
    where variants.product = products.id
  ) + (
    select coalesce(sum(waiting_lines.uncounted), 0)
    from variants
    join waiting_lines on waiting_lines.variant = variants.id
    where variants.product = products.id
  ) as on_hand,
  (
    select coalesce(sum(stock_levels.on_hand - stock_levels.committed - stock_levels.unavailable), 0)
    from variants
    join stock_levels on stock_levels.variant = variants.id
    where variants.product = products.id
  ) + (
    select coalesce(sum(waiting_lines.uncounted), 0)
    from variants
    join waiting_lines on waiting_lines.variant = variants.id
    where variants.product = products.id
  ) as available,
  (
    select coalesce(sum(documents.conflict_count), 0)
    from documents
    where documents.id = products.id
  ) as conflict_count
from products
where products.number = ?1
