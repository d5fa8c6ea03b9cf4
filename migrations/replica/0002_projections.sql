-- Documents as people edit them, and the tables that screens read. Everything below `documents` is made from documents and facts
-- (and from the bases that came with a checkpoint), in the transaction of the entry, and `rebuild` makes it again.
-- A column `number` is this file's own (search needs whole numbers); it is never compared between replicas.
-- Ids are 16 bytes, money is minor units, quantities are thousandths, times are milliseconds since 1970 UTC, days are days since 1970.

create table documents (
  id blob primary key,
  kind integer not null,
  created_at integer not null,
  conflict_count integer not null,
  heads blob not null,
  fields blob not null,
  saved blob not null
) strict;

-- Products (7), customers (9) and parked baskets (10) are many and have tables of their own.
create index documents_of_settings on documents (kind, id) where kind not in (7, 9, 10);

create table conflicts (
  document blob not null,
  path text not null,
  kind integer not null,
  "values" blob not null,
  primary key (document, path)
) without rowid, strict;

create table products (
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

create index products_by_title on products (is_listed, title_key, id);
create index products_by_age on products (is_listed, created_at, id);
create index products_by_handle on products (handle);
create index products_by_vendor on products (vendor, is_listed) where vendor <> '';
create index products_by_type on products (product_type, is_listed) where product_type <> '';

create table product_tags (
  product blob not null,
  tag text not null,
  primary key (product, tag)
) without rowid, strict;

create index product_tags_by_tag on product_tags (tag, product);

create table variants (
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

create unique index variants_by_id on variants (id, product);
create index variants_of_product on variants (product, position, id);
create index variants_by_sku on variants (sku collate nocase) where sku <> '';

create table variant_barcodes (
  product blob not null,
  variant blob not null,
  code text not null,
  primary key (product, variant, code)
) without rowid, strict;

create index variant_barcodes_by_code on variant_barcodes (code, variant);

create table collections (
  id blob primary key,
  handle text not null,
  title_key text not null
) without rowid, strict;

create index collections_by_handle on collections (handle);

create table collection_products (
  collection blob not null,
  product blob not null,
  primary key (collection, product)
) without rowid, strict;

create index collection_products_by_product on collection_products (product, collection);

-- Words of products, their variants, SKUs and barcodes; the text itself is not kept a second time. Rows are products' numbers.
create virtual table product_search using fts5 (
  words,
  content = '',
  contentless_delete = 1,
  detail = none,
  prefix = '1 2 3 4',
  tokenize = 'unicode61 remove_diacritics 0'
);

create table customers (
  id blob primary key,
  name_key text not null,
  search_key text not null
) without rowid, strict;

create index customers_by_name on customers (name_key, id);

create table parked_baskets (
  id blob primary key,
  parked_at integer not null
) without rowid, strict;

-- What is on hand counts from the latest stock count of the variant at the location (by lamport, then author), where there is one.
create table stock_levels (
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

create table stock_movements (
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

-- Lines of this machine's own latest sales. They belong into stock_levels, stock_movements and sales_by_variant, where each line
-- has pages of its own; here they lie side by side, so that a sale writes one page for all of them. They are put into their places
-- between sales. Whoever reads one of those tables adds what waits here. Each line's variant has its row in stock_levels.
create table waiting_lines (
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

create table sales (
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

create index sales_by_receipt on sales (receipt_number);
create index sales_by_session on sales (session);

create table refunds (
  sale blob not null,
  id blob not null,
  refunded_at integer not null,
  receipt_number text not null,
  gross integer not null,
  currency text not null,
  primary key (sale, id)
) without rowid, strict;

create index refunds_by_time on refunds (refunded_at, id);

create table till_sessions (
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

create index till_sessions_by_opening on till_sessions (opened_at, id);
create index till_sessions_by_till on till_sessions (till, z_number, opened_at);

create table sales_days (
  business_day integer primary key,
  totals blob not null
) strict;

create table sales_by_variant (
  business_day integer not null,
  variant blob not null,
  quantity integer not null,
  gross integer not null,
  primary key (business_day, variant)
) without rowid, strict;

create table orders (
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

create index orders_by_time on orders (placed_at, id);
create index orders_by_status on orders (status, placed_at, id);
create index orders_by_number on orders (number);

create table order_facts (
  "order" blob not null,
  fact blob not null,
  primary key ("order", fact)
) without rowid, strict;

-- Sums over facts that did not come with the checkpoint this file started from; rebuild starts with them.
create table bases (
  number integer primary key,
  bytes blob not null
) strict;

-- Grows when the catalog changes, so that a reader knows when its lists are out of date.
create table catalog_version (
  id integer primary key,
  version integer not null
) strict;
