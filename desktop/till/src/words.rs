//! Amounts as people read them.

use tradepost_domain::money::Money;

/// What people read of an amount.
pub trait Shown {
    /// With a comma at each thousand: "12,345.60".
    fn shown(&self) -> String;
}

impl Shown for Money {
    fn shown(&self) -> String {
        grouped(&self.to_decimal())
    }
}

/// Puts a comma at each thousand before the decimal point.
pub fn grouped(decimal: &str) -> String {
    let (sign, rest) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("-", rest));
    let (whole, part) = rest.find('.').map_or((rest, ""), |at| rest.split_at(at));
    let mut shown = String::with_capacity(decimal.len() + whole.len() / 3);
    shown.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown.push_str(part);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (decimal, shown) in [
            ("0.00", "0.00"),
            ("999.99", "999.99"),
            ("1000.00", "1,000.00"),
            ("-12345.60", "-12,345.60"),
            ("1234567", "1,234,567"),
            ("-100.00", "-100.00"),
        ] {
            assert_eq!(grouped(decimal), shown);
        }
    }
}
