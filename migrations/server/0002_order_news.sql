-- Buyers are told by mail when their order ships, waits for them or is canceled: once for each, however often it is looked at.
-- `told` is the status that was looked at last; null: an order from before this, whose buyer the shop told itself. `order_link` is the
-- order's page as the buyer reached the shop.
alter table checkouts add column told text;

alter table checkouts add column order_link text;

create index checkouts_to_tell on checkouts (told, shop) where told in ('open', 'packed');
