-- What is not a shop's own: which shops are hosted, checkouts and what they reserve, order numbers, outgoing mail, pairing codes, jobs.
-- Losing this file loses no sale and no placed order: those stand in the shops' own journals.

create table hosted_shops (
    shop text not null primary key,
    slug text not null unique,
    published_at_ms integer not null
) strict;

-- A checkout's id becomes its order's id, so a checkout that is placed twice is one order.
create table checkouts (
    id text not null primary key,
    shop text not null,
    state text not null check (state in ('gathering', 'reserved', 'placing', 'placed')),
    details text not null,
    lines text not null,
    order_number text,
    draft text,
    created_at_ms integer not null,
    changed_at_ms integer not null
) strict;

create index checkouts_by_state on checkouts (state, changed_at_ms);

-- What open checkouts keep from one another for a few minutes.
create table reservations (
    checkout text not null references checkouts (id) on delete cascade,
    shop text not null,
    location text not null,
    variant text not null,
    quantity_thousandths integer not null check (quantity_thousandths > 0),
    expires_at_ms integer not null,
    primary key (checkout, variant)
) strict;

create index reservations_by_stock on reservations (shop, location, variant);

create table order_numbers (
    shop text not null primary key,
    next_number integer not null
) strict;

create table outgoing_mail (
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

create index outgoing_mail_waiting on outgoing_mail (state, next_attempt_at_ms);

-- One-time codes, by their hash: who reads this file cannot pair with it.
create table pairing_codes (
    code_hash text not null primary key,
    grant_json text not null,
    expires_at_ms integer not null
) strict;

-- Signed requests are taken once.
create table seen_requests (
    nonce text not null primary key,
    forget_at_ms integer not null
) strict;

-- When each repeating job last ran and how it ended.
create table jobs (
    name text not null primary key,
    last_run_at_ms integer not null,
    last_result text not null
) strict;
