insert into sales (
  business_day,
  sold_at,
  id,
  receipt_number,
  till,
  session,
  staff,
  customer,
  line_count,
  gross,
  currency
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
