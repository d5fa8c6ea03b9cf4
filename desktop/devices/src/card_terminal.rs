//! Card terminals. Card numbers never come here: a terminal is told an amount and tells an outcome.

use tradepost_domain::money::Money;

/// Something that takes card payments.
pub trait CardTerminal: Send + Sync {
    /// What people call it.
    fn name(&self) -> &str;

    /// Starts a payment of `amount`.
    fn charge(&self, amount: Money) -> CardProgress;
}

/// Where a card payment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardProgress {
    /// A person has to do it at the terminal and say how it ended.
    ConfirmByHand {
        /// What to do, for the staff.
        instruction: String,
    },
    /// It is paid.
    Approved(CardReference),
    /// It is not paid.
    Declined {
        /// Why, for the staff.
        reason: String,
    },
}

/// A terminal of its own beside the till, with no wire between: staff key in the amount and confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalTerminal {
    name: String,
}

impl ExternalTerminal {
    /// The terminal `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl CardTerminal for ExternalTerminal {
    fn name(&self) -> &str {
        &self.name
    }

    fn charge(&self, amount: Money) -> CardProgress {
        let instruction = format!("Enter {amount} on {}. Confirm here when it says approved.", self.name);
        CardProgress::ConfirmByHand { instruction }
    }
}

/// The terminal's reference of a payment, as noted with the tender. Never a card number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardReference(String);

/// The longest reference kept.
pub const REFERENCE_CHARACTERS_MAX: usize = 64;

/// Why a reference is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardReferenceError {
    /// It looks like a card number.
    #[error(
        "this looks like a card number, which must not be kept. Enter the receipt or authorization number that the terminal printed, or nothing"
    )]
    LooksLikeCardNumber,
    /// It is too long.
    #[error("this is too long for a reference. Enter the receipt or authorization number that the terminal printed, or nothing")]
    TooLong,
}

impl CardReference {
    /// Takes what staff typed; empty is fine.
    pub fn parse(text: &str) -> Result<Self, CardReferenceError> {
        let text = text.trim();
        if text.chars().count() > REFERENCE_CHARACTERS_MAX {
            return Err(CardReferenceError::TooLong);
        }
        let is_separated_digits =
            text.chars().all(|character| character.is_ascii_digit() || character == ' ' || character == '-');
        let digits: Vec<u32> = text.chars().filter_map(|character| character.to_digit(10)).collect();
        if is_separated_digits && (13..=19).contains(&digits.len()) && luhn_fits(&digits) {
            return Err(CardReferenceError::LooksLikeCardNumber);
        }
        Ok(Self(text.to_owned()))
    }

    /// The reference.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The check of card numbers (ISO/IEC 7812-1, annex B).
fn luhn_fits(digits: &[u32]) -> bool {
    let weigh = |(place, digit): (usize, &u32)| match (place % 2, digit * 2) {
        (1, doubled) if doubled > 9 => doubled - 9,
        (1, doubled) => doubled,
        _ => *digit,
    };
    digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_terminal_is_worked_by_hand() {
        let amount = Money::from_minor(1250, "EUR".parse().unwrap());
        let CardProgress::ConfirmByHand { instruction } = ExternalTerminal::new("the card terminal").charge(amount) else {
            panic!()
        };
        assert_eq!(instruction, "Enter 12.50 EUR on the card terminal. Confirm here when it says approved.");
    }

    #[test]
    fn a_card_number_is_not_taken_as_a_reference() {
        assert_eq!(CardReference::parse("4242 4242 4242 4242"), Err(CardReferenceError::LooksLikeCardNumber));
        assert_eq!(CardReference::parse("378282246310005"), Err(CardReferenceError::LooksLikeCardNumber));
        assert_eq!(CardReference::parse(" 0047-118 ").unwrap().as_str(), "0047-118");
        assert_eq!(CardReference::parse("").unwrap().as_str(), "");
        assert_eq!(CardReference::parse(&"1".repeat(65)), Err(CardReferenceError::TooLong));
    }
}
