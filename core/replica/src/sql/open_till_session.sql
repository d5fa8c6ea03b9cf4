update till_sessions set
  till = ?2,
  business_day = ?3,
  opened_at = ?4,
  opening_float = ?5,
  currency = ?6
where id = ?1
