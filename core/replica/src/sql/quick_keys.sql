select
  variant,
  sum(quantity) as sold
from sales_by_variant
where business_day > (select max(business_day) from sales_by_variant) - ?1
group by variant
having sold > 0
order by sold desc, variant
limit ?2
