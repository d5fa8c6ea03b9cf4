insert into products (
  number,
  id,
  status,
  is_listed,
  handle,
  title,
  title_key,
  vendor,
  product_type,
  image_url,
  variant_count,
  price_min,
  price_max,
  currency,
  created_at
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
on conflict (id) do update set
  status = excluded.status,
  is_listed = excluded.is_listed,
  handle = excluded.handle,
  title = excluded.title,
  title_key = excluded.title_key,
  vendor = excluded.vendor,
  product_type = excluded.product_type,
  image_url = excluded.image_url,
  variant_count = excluded.variant_count,
  price_min = excluded.price_min,
  price_max = excluded.price_max,
  currency = excluded.currency,
  created_at = excluded.created_at
