select
  business_day,
  variant,
  sum(quantity) as quantity,
  sum(gross) as gross
from (
  select
    business_day,
    variant,
    quantity,
    gross
  from sales_by_variant
  union all
  select
    business_day,
    variant,
    quantity,
    gross
  from waiting_lines
  where quantity is not null
)
group by business_day, variant
