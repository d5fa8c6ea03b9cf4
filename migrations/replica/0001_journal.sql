-- The journal of one shop on one machine: entries, their bodies, what waits, what is disputed, and what the digest sums.
-- A place is a whole number: origin number << 40 | seq << 8 | section; entries have section 0. So entries and bodies of one
-- origin lie side by side, and appending to a chain touches the last page of a table and no index.

create table meta (
  key text primary key,
  value blob not null
) without rowid, strict;

create table origins (
  number integer primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  tip blob not null,
  lamport integer not null,
  floor integer not null default 0,
  unique (replica, incarnation)
) strict;

-- How far each author had read each other origin when it wrote its last entry.
create table knowledge (
  author integer not null,
  subject integer not null,
  seq integer not null,
  primary key (author, subject)
) without rowid, strict;

create table entries (
  place integer primary key,
  lamport integer not null,
  hash blob not null,
  header blob not null,
  signature blob not null
) strict;

create table bodies (
  place integer primary key,
  bytes blob not null
) strict;

-- Each fact once, at the earliest entry that tells it. Its bytes stand in bodies.
create table facts (
  id blob primary key,
  kind text not null,
  place integer not null,
  lamport integer not null,
  at_ms integer not null,
  staff blob,
  is_in_base integer not null default 0,
  knowledge blob
) without rowid, strict;

-- Later tellings of a fact that is already here.
create table repeated_facts (
  id blob not null,
  place integer not null,
  primary key (id, place)
) without rowid, strict;

create table quarantine (
  place integer primary key,
  reason text not null
) strict;

create table pending_entries (
  hash blob primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  entry blob not null,
  waits_replica blob not null,
  waits_incarnation integer not null,
  waits_seq integer not null
) without rowid, strict;

create index pending_entries_by_wait on pending_entries (waits_replica, waits_incarnation, waits_seq);

-- Valid entries that stand at a place where another one was first, and entries of branches that were given up.
create table fork_evidence (
  hash blob primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  entry blob not null
) without rowid, strict;

-- Entries of devices without a certificate, or after the last seq that counts of a revoked one.
create table awaiting_approval (
  hash blob primary key,
  replica blob not null,
  incarnation integer not null,
  seq integer not null,
  entry blob not null
) without rowid, strict;

create index awaiting_approval_by_origin on awaiting_approval (replica, incarnation, seq);

create table devices (
  replica blob not null,
  public_key blob not null,
  role text not null,
  body blob not null,
  issuer blob,
  signature blob not null,
  primary key (replica, public_key)
) without rowid, strict;

create table revocations (
  replica blob not null,
  incarnation integer not null,
  last_valid integer not null,
  primary key (replica, incarnation)
) without rowid, strict;

create table local_values (
  number integer primary key,
  key text not null unique,
  value blob not null
) strict;

create table digest_buckets (
  bucket integer primary key,
  sum blob not null,
  documents integer not null,
  facts integer not null
) strict;

-- What a checkpoint's digest contains beyond the documents and facts that it brought: facts that are older.
create table base_digest (
  bucket integer primary key,
  sum blob not null,
  facts integer not null
) strict;
