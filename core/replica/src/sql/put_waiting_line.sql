insert into waiting_lines (
  variant,
  location,
  at,
  fact,
  moved,
  uncounted,
  replica,
  incarnation,
  seq,
  business_day,
  quantity,
  gross
)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
