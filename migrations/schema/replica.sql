-- The sum of migrations/replica, for reading; UPDATE_SCHEMA=1 cargo test -p tradepost-replica writes it.

CREATE TABLE meta (
  key text primary key,
  value blob not null
) without rowid, strict;

CREATE TABLE origins (
  number integer primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  tip blob not null,
  lamport integer not null,
  floor integer not null default 0,
  unique (replica, incarnation)
) strict;

CREATE TABLE knowledge (
  author integer not null,
  subject integer not null,
  seq integer not null,
  primary key (author, subject)
) without rowid, strict;

CREATE TABLE entries (
  place integer primary key,
  lamport integer not null,
  hash blob not null,
  header blob not null,
  signature blob not null
) strict;

CREATE TABLE bodies (
  place integer primary key,
  bytes blob not null
) strict;

CREATE TABLE facts (
  id blob primary key,
  kind text not null,
  place integer not null,
  lamport integer not null,
  at_ms integer not null,
  staff blob,
  is_in_base integer not null default 0,
  knowledge blob
) without rowid, strict;

CREATE TABLE repeated_facts (
  id blob not null,
  place integer not null,
  primary key (id, place)
) without rowid, strict;

CREATE TABLE quarantine (
  place integer primary key,
  reason text not null
) strict;

CREATE TABLE pending_entries (
  hash blob primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  entry blob not null,
  waits_replica blob not null,
  waits_incarnation integer not null,
  waits_seq integer not null
) without rowid, strict;

CREATE INDEX pending_entries_by_wait on pending_entries (waits_replica, waits_incarnation, waits_seq);

CREATE TABLE fork_evidence (
  hash blob primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  entry blob not null
) without rowid, strict;

CREATE TABLE awaiting_approval (
  hash blob primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  entry blob not null
) without rowid, strict;

CREATE INDEX awaiting_approval_by_origin on awaiting_approval (replica, incarnation, seq);

CREATE TABLE devices (
  replica blob not null,
  public_key blob not null,
  role text not null,
  body blob not null,
  issuer blob,
  signature blob not null,
  primary key (replica, public_key)
) without rowid, strict;

CREATE TABLE revocations (
  replica blob not null,
  incarnation integer not null,
  last_valid integer not null,
  primary key (replica, incarnation)
) without rowid, strict;

CREATE TABLE local_values (
  number integer primary key,
  key text not null unique,
  value blob not null
) strict;

CREATE TABLE digest_buckets (
  bucket integer primary key,
  sum blob not null,
  documents integer not null,
  facts integer not null
) strict;

CREATE TABLE base_digest (
  bucket integer primary key,
  sum blob not null,
  facts integer not null
) strict;

CREATE TABLE documents (
  id blob primary key,
  kind integer not null,
  created_at integer not null,
  conflict_count integer not null,
  heads blob not null,
  fields blob not null,
  saved blob not null
) strict;

CREATE INDEX documents_of_settings on documents (kind, id) where kind not in (7, 9, 10);

CREATE TABLE conflicts (
  document blob not null,
  path text not null,
  kind integer not null,
  "values" blob not null,
  primary key (document, path)
) without rowid, strict;

CREATE TABLE products (
  number integer primary key,
  id blob not null unique,
  status text not null,
  is_listed integer not null,
  handle text not null,
  title text not null,
  title_key text not null,
  vendor text not null,
  product_type text not null,
  image_url text not null,
  variant_count integer not null,
  price_min integer,
  price_max integer,
  currency text not null,
  created_at integer not null
) strict;

CREATE INDEX products_by_title on products (is_listed, title_key, id);

CREATE INDEX products_by_age on products (is_listed, created_at, id);

CREATE INDEX products_by_handle on products (handle);

CREATE INDEX products_by_vendor on products (vendor, is_listed) where vendor <> '';

CREATE INDEX products_by_type on products (product_type, is_listed) where product_type <> '';

CREATE TABLE product_tags (
  product blob not null,
  tag text not null,
  primary key (product, tag)
) without rowid, strict;

CREATE INDEX product_tags_by_tag on product_tags (tag, product);

CREATE TABLE variants (
  number integer primary key,
  id blob not null,
  product blob not null,
  position integer not null,
  title text not null,
  sku text not null,
  barcode text not null,
  list_price integer,
  compare_at_price integer,
  currency text not null,
  unit text not null,
  stock_policy text not null,
  tax_category text not null,
  image_url text not null,
  weight_grams integer not null,
  requires_shipping integer not null
) strict;

CREATE UNIQUE INDEX variants_by_id on variants (id, product);

CREATE INDEX variants_of_product on variants (product, position, id);

CREATE INDEX variants_by_sku on variants (sku collate nocase) where sku <> '';

CREATE TABLE variant_barcodes (
  product blob not null,
  variant blob not null,
  code text not null,
  primary key (product, variant, code)
) without rowid, strict;

CREATE INDEX variant_barcodes_by_code on variant_barcodes (code, variant);

CREATE TABLE collections (
  id blob primary key,
  handle text not null,
  title_key text not null
) without rowid, strict;

CREATE INDEX collections_by_handle on collections (handle);

CREATE TABLE collection_products (
  collection blob not null,
  product blob not null,
  primary key (collection, product)
) without rowid, strict;

CREATE INDEX collection_products_by_product on collection_products (product, collection);

CREATE VIRTUAL TABLE product_search using fts5 (
  words,
  content = '',
  contentless_delete = 1,
  detail = none,
  prefix = '1 2 3 4',
  tokenize = 'unicode61 remove_diacritics 0'
);

CREATE TABLE customers (
  id blob primary key,
  name_key text not null,
  search_key text not null
) without rowid, strict;

CREATE INDEX customers_by_name on customers (name_key, id);

CREATE TABLE parked_baskets (
  id blob primary key,
  parked_at integer not null
) without rowid, strict;

CREATE TABLE stock_levels (
  variant blob not null,
  location blob not null,
  on_hand integer not null,
  committed integer not null,
  unavailable integer not null,
  in_transit integer not null,
  count_fact blob,
  count_lamport integer,
  count_replica blob,
  count_incarnation integer,
  count_seq integer,
  count_at integer,
  primary key (variant, location)
) without rowid, strict;

CREATE TABLE stock_movements (
  variant blob not null,
  location blob not null,
  at integer not null,
  fact blob not null,
  amount integer not null,
  is_count integer not null,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  primary key (variant, location, at, fact)
) without rowid, strict;

CREATE TABLE waiting_lines (
  number integer primary key,
  variant blob not null,
  location blob not null,
  at integer not null,
  fact blob not null,
  moved integer,
  uncounted integer not null,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  business_day integer not null,
  quantity integer,
  gross integer
) strict;

CREATE TABLE sales (
  business_day integer not null,
  sold_at integer not null,
  id blob not null,
  receipt_number text not null,
  till blob not null,
  session blob not null,
  staff blob,
  customer blob,
  line_count integer not null,
  gross integer not null,
  currency text not null,
  primary key (business_day, sold_at, id)
) without rowid, strict;

CREATE INDEX sales_by_receipt on sales (receipt_number);

CREATE INDEX sales_by_session on sales (session);

CREATE TABLE refunds (
  sale blob not null,
  id blob not null,
  refunded_at integer not null,
  receipt_number text not null,
  gross integer not null,
  currency text not null,
  primary key (sale, id)
) without rowid, strict;

CREATE INDEX refunds_by_time on refunds (refunded_at, id);

CREATE TABLE till_sessions (
  id blob primary key,
  till blob,
  business_day integer,
  opened_at integer,
  opening_float integer not null,
  currency text not null,
  totals blob not null,
  closing blob,
  closed_at integer,
  z_number integer,
  cash_variance integer
) without rowid, strict;

CREATE INDEX till_sessions_by_opening on till_sessions (opened_at, id);

CREATE INDEX till_sessions_by_till on till_sessions (till, z_number, opened_at);

CREATE TABLE sales_days (
  business_day integer primary key,
  totals blob not null
) strict;

CREATE TABLE sales_by_variant (
  business_day integer not null,
  variant blob not null,
  quantity integer not null,
  gross integer not null,
  primary key (business_day, variant)
) without rowid, strict;

CREATE TABLE orders (
  id blob primary key,
  number text not null,
  name text not null,
  email text not null,
  search_key text not null,
  customer blob,
  placed_at integer not null,
  gross integer not null,
  paid integer not null,
  currency text not null,
  status text not null,
  is_collection integer not null,
  line_count integer not null,
  commitments blob not null
) without rowid, strict;

CREATE INDEX orders_by_time on orders (placed_at, id);

CREATE INDEX orders_by_status on orders (status, placed_at, id);

CREATE INDEX orders_by_number on orders (number);

CREATE TABLE order_facts (
  "order" blob not null,
  fact blob not null,
  primary key ("order", fact)
) without rowid, strict;

CREATE TABLE bases (
  number integer primary key,
  bytes blob not null
) strict;

CREATE TABLE catalog_version (
  id integer primary key,
  version integer not null
) strict;
