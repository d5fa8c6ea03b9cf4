insert into variants (
  id,
  product,
  position,
  title,
  sku,
  barcode,
  list_price,
  compare_at_price,
  currency,
  unit,
  stock_policy,
  tax_category,
  image_url,
  weight_grams,
  requires_shipping
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
