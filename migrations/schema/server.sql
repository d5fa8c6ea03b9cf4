-- The sum of migrations/server, for reading; UPDATE_SCHEMA=1 cargo test -p tradepost-server writes it.

CREATE TABLE hosted_shops (
    shop text not null primary key,
    slug text not null unique,
    published_at_ms integer not null
) strict;

CREATE TABLE checkouts (
    id text not null primary key,
    shop text not null,
    state text not null check (state in ('gathering', 'reserved', 'placing', 'placed')),
    details text not null,
    lines text not null,
    order_number text,
    draft text,
    created_at_ms integer not null,
    changed_at_ms integer not null
, told text, order_link text) strict;

CREATE INDEX checkouts_by_state on checkouts (state, changed_at_ms);

CREATE TABLE reservations (
    checkout text not null references checkouts (id) on delete cascade,
    shop text not null,
    location text not null,
    variant text not null,
    quantity_thousandths integer not null check (quantity_thousandths > 0),
    expires_at_ms integer not null,
    primary key (checkout, variant)
) strict;

CREATE INDEX reservations_by_stock on reservations (shop, location, variant);

CREATE TABLE order_numbers (
    shop text not null primary key,
    next_number integer not null
) strict;

CREATE TABLE outgoing_mail (
    id integer primary key,
    dedupe_key text not null unique,
    recipient text not null,
    subject text not null,
    body_text text not null,
    body_html text not null,
    state text not null check (state in ('waiting', 'sent', 'failed')),
    attempts integer not null default 0,
    next_attempt_at_ms integer not null,
    last_error text not null default '',
    created_at_ms integer not null
) strict;

CREATE INDEX outgoing_mail_waiting on outgoing_mail (state, next_attempt_at_ms);

CREATE TABLE pairing_codes (
    code_hash text not null primary key,
    grant_json text not null,
    expires_at_ms integer not null
) strict;

CREATE TABLE seen_requests (
    nonce text not null primary key,
    forget_at_ms integer not null
) strict;

CREATE TABLE jobs (
    name text not null primary key,
    last_run_at_ms integer not null,
    last_result text not null
) strict;

CREATE INDEX checkouts_to_tell on checkouts (told, shop) where told in ('open', 'packed');
