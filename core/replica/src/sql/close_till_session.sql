update till_sessions set
  till = coalesce(till, ?2),
  business_day = coalesce(business_day, ?3),
  closing = ?4,
  closed_at = ?5,
  z_number = ?6,
  cash_variance = ?7
where id = ?1
  and (closing is null or (?6, ?4) < (z_number, closing))
