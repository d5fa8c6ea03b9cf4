insert into documents (id, kind, created_at, conflict_count, heads, fields, saved)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
on conflict (id) do update set
  kind = excluded.kind,
  created_at = excluded.created_at,
  conflict_count = excluded.conflict_count,
  heads = excluded.heads,
  fields = excluded.fields,
  saved = excluded.saved
