insert into orders (
  id,
  number,
  name,
  email,
  search_key,
  customer,
  placed_at,
  gross,
  paid,
  currency,
  status,
  is_collection,
  line_count,
  commitments
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
on conflict (id) do update set
  paid = excluded.paid,
  status = excluded.status,
  commitments = excluded.commitments
