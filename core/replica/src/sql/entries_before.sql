select
  hash,
  header
from entries
where place between ?1 and ?2
  and lamport < ?3
order by place desc
limit ?4
