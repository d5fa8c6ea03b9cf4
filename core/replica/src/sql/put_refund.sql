insert into refunds (sale, id, refunded_at, receipt_number, gross, currency)
values (?1, ?2, ?3, ?4, ?5, ?6)
