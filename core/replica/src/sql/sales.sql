select
  id,
  receipt_number,
  sold_at,
  business_day,
  till,
  session,
  staff,
  line_count,
  gross,
  currency,
  (
    select coalesce(sum(refunds.gross), 0)
    from refunds
    where refunds.sale = sales.id
  ) as refunded_gross
from sales
where {conditions}
order by business_day desc, sold_at desc, id desc
limit :limit offset :offset
