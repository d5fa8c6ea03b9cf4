//! Labels and shelf tags.

/// Whether the last of a GTIN's digits fits the others (GS1 General Specifications, 7.9).
pub fn check_digit_fits(digits: &str) -> bool {
    digits.len() > 1 && check_digit(&digits[..digits.len() - 1]).is_some_and(|digit| digits.ends_with(digit))
}

/// The check digit for the digits before it; `None` where they are not digits.
pub fn check_digit(digits: &str) -> Option<char> {
    let mut sum = 0;
    for (place, digit) in digits.chars().rev().enumerate() {
        sum += digit.to_digit(10)? * if place % 2 == 0 { 3 } else { 1 };
    }
    char::from_digit((10 - sum % 10) % 10, 10)
}
