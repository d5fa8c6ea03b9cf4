select max(receipt_number)
from (
  select max(receipt_number) as receipt_number
  from sales
  where receipt_number >= ?1
    and receipt_number < ?1 || ':'
  union all
  select max(receipt_number)
  from refunds
  where receipt_number >= ?1
    and receipt_number < ?1 || ':'
)
