insert into sales_by_variant (business_day, variant, quantity, gross)
values (?1, ?2, ?3, ?4)
on conflict (business_day, variant) do update set
  quantity = excluded.quantity,
  gross = excluded.gross
