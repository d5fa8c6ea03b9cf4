with latest as (
  select max(business_day) as day
  from (
    select max(business_day) as business_day
    from sales_by_variant
    union all
    select max(business_day)
    from waiting_lines
    where quantity is not null
  )
)
select
  variant,
  sum(quantity) as sold
from (
  select variant, quantity
  from sales_by_variant
  where business_day > (select day from latest) - ?1
  union all
  select variant, quantity
  from waiting_lines
  where business_day > (select day from latest) - ?1
    and quantity is not null
)
group by variant
having sold > 0
order by sold desc, variant
limit ?2
