insert into stock_movements (variant, location, at, fact, amount, is_count, replica, incarnation, seq)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
