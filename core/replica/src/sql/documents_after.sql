select
  id,
  kind,
  created_at,
  heads,
  fields,
  saved
from documents
where id > ?1
order by id
limit ?2
