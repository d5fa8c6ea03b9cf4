//! A number being typed: by the keypad, the keyboard, or both. Kept as the text typed, so that "12." is still "12." a key later.

use tradepost_domain::money::{Currency, Money};
use tradepost_domain::quantity::Quantity;

/// The longest number anybody types at a till: 999999999.99.
const ENTRY_LENGTH_MAX: usize = 12;

/// A number being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    text: String,
    /// Whether the next digit starts over: the text is a proposal.
    is_proposal: bool,
}

impl Entry {
    /// A number to start from, which the first digit replaces.
    pub fn proposal(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_proposal: true }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Forgets it.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A digit or decimal point. What cannot follow is ignored: a third decimal, a second point.
    pub fn push(&mut self, typed: char, decimals: usize) {
        if self.is_proposal {
            self.clear();
        }
        let point = self.text.find('.');
        let decimals_typed = point.map_or(0, |at| self.text.len() - at - 1);
        let fits = self.text.len() < ENTRY_LENGTH_MAX && (point.is_none() || decimals_typed < decimals);
        match typed {
            '0'..='9' if fits => self.text.push(typed),
            '.' | ',' if decimals > 0 && point.is_none() => {
                self.text.push_str(if self.text.is_empty() { "0." } else { "." });
            }
            _ => {}
        }
    }

    /// Takes the last digit off; all of it where it is a proposal.
    pub fn pop(&mut self) {
        if self.is_proposal {
            self.clear();
        }
        self.text.pop();
    }

    /// As an amount; `None` while nothing or half a number is typed.
    pub fn money(&self, currency: Currency) -> Option<Money> {
        Money::parse(self.text.trim_end_matches('.'), currency).ok()
    }

    /// As a quantity.
    pub fn quantity(&self) -> Option<Quantity> {
        Quantity::parse(self.text.trim_end_matches('.')).ok()
    }
}

/// How many decimals amounts of a currency have.
pub fn decimals_of(currency: Currency) -> usize {
    usize::try_from(currency.exponent()).unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str, decimals: usize) -> String {
        let mut entry = Entry::default();
        keys.chars().for_each(|key| entry.push(key, decimals));
        entry.text().to_owned()
    }

    #[test]
    fn an_amount_takes_what_its_currency_can_hold() {
        assert_eq!(typed("12.505", 2), "12.50");
        assert_eq!(typed("12,5", 2), "12.5");
        assert_eq!(typed(".5", 2), "0.5");
        assert_eq!(typed("1.2.3", 2), "1.23");
        assert_eq!(typed("1250.5", 0), "12505");
        assert_eq!(typed("9999999999999999", 2).len(), ENTRY_LENGTH_MAX);
    }

    #[test]
    fn the_first_digit_replaces_a_proposal() {
        let mut entry = Entry::proposal("84.20");
        entry.push('5', 2);
        assert_eq!(entry.text(), "5");
        let mut entry = Entry::proposal("84.20");
        entry.pop();
        assert!(entry.is_empty());
    }

    #[test]
    fn half_a_number_is_an_amount_already() {
        let mut entry = Entry::default();
        "12.".chars().for_each(|key| entry.push(key, 2));
        assert_eq!(entry.money(Currency::USD), Some(Money::from_minor(1200, Currency::USD)));
        assert_eq!(Entry::default().money(Currency::USD), None);
    }
}
