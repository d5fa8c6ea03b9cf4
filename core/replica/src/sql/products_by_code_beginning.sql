select number
from (
  select products.number
  from variant_barcodes
  join products on products.id = variant_barcodes.product
  where variant_barcodes.code >= ?1
    and variant_barcodes.code < ?1 || ':'
  limit ?2
)
union
select number
from (
  select products.number
  from variant_barcodes
  join products on products.id = variant_barcodes.product
  where variant_barcodes.code >= '0' || ?1
    and variant_barcodes.code < '0' || ?1 || ':'
  limit ?2
)
union
select number
from (
  select products.number
  from variant_barcodes
  join products on products.id = variant_barcodes.product
  where variant_barcodes.code >= '00' || ?1
    and variant_barcodes.code < '00' || ?1 || ':'
  limit ?2
)
union
select number
from (
  select products.number
  from variants
  join products on products.id = variants.product
  where variants.sku >= ?1 collate nocase
    and variants.sku < ?1 || ':' collate nocase
    and variants.sku <> ''
  limit ?2
)
union
select number
from (
  select rowid as number
  from product_search
  where product_search match '"' || ?1 || '"'
  limit ?2
)
