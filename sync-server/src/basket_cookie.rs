//! The buyer's basket: variants and quantities in a signed cookie. Adding to it writes nothing here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tradepost_domain::id::{OrderId, VariantId};
use tradepost_domain::quantity::Quantity;

use crate::signing::{Purpose, Signer};

/// The most lines: the cookie stays well under the 4096 bytes that browsers keep.
pub const LINES_MAX: usize = 50;
/// The most of one thing in one basket, thousandths.
pub const QUANTITY_MAX: i64 = 9_999_000;
const LINE_BYTES: usize = 20;

/// What a buyer gathered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BasketCookie {
    /// Variant and quantity, in the order they were added.
    pub lines: Vec<(VariantId, Quantity)>,
    /// The checkout that was begun with it.
    pub checkout: Option<OrderId>,
}

/// Why something cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BasketFull {
    /// Too many lines.
    #[error("The basket is full: order these things first.")]
    Lines,
    /// Too much of one thing.
    #[error("That is more than can be ordered at once.")]
    Quantity,
}

impl BasketCookie {
    /// Reads a cookie's value; anything that is not ours, or of another shop, is an empty basket.
    pub fn read(value: &str, scope: &str, signer: &Signer) -> Self {
        Self::parse(value, scope, signer).unwrap_or_default()
    }

    fn parse(value: &str, scope: &str, signer: &Signer) -> Option<Self> {
        let (body, signature) = value.split_once('.')?;
        if !signer.is_signed(Purpose::Basket, &format!("{scope}\0{body}"), signature) {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
        let (checkout, lines) = bytes.split_first_chunk::<16>()?;
        let checkout = (*checkout != [0; 16]).then(|| OrderId::from_bytes(*checkout));
        let lines = lines.chunks_exact(LINE_BYTES).take(LINES_MAX).filter_map(read_line).collect();
        Some(Self { lines, checkout })
    }

    /// The cookie's value.
    pub fn write(&self, scope: &str, signer: &Signer) -> String {
        let mut bytes = self.checkout.map_or([0; 16], |id| *id.as_bytes()).to_vec();
        for (variant, quantity) in self.lines.iter().take(LINES_MAX) {
            bytes.extend_from_slice(variant.as_bytes());
            bytes.extend_from_slice(&u32::try_from(quantity.thousandths).unwrap_or(0).to_be_bytes());
        }
        let body = URL_SAFE_NO_PAD.encode(bytes);
        let signature = signer.sign(Purpose::Basket, &format!("{scope}\0{body}"));
        format!("{body}.{signature}")
    }

    /// Adds to a line or makes one.
    pub fn add(&mut self, variant: VariantId, quantity: Quantity) -> Result<(), BasketFull> {
        let before = self.quantity_of(variant);
        let sum = before.checked_add(quantity).map_err(|_| BasketFull::Quantity)?;
        self.set(variant, sum)
    }

    /// Sets a line's quantity; zero or less takes it out.
    pub fn set(&mut self, variant: VariantId, quantity: Quantity) -> Result<(), BasketFull> {
        if quantity.thousandths > QUANTITY_MAX {
            return Err(BasketFull::Quantity);
        }
        if quantity.thousandths <= 0 {
            self.lines.retain(|(id, _)| *id != variant);
        } else if let Some(line) = self.lines.iter_mut().find(|(id, _)| *id == variant) {
            line.1 = quantity;
        } else if self.lines.len() >= LINES_MAX {
            return Err(BasketFull::Lines);
        } else {
            self.lines.push((variant, quantity));
        }
        Ok(())
    }

    /// How much of a variant is in it.
    pub fn quantity_of(&self, variant: VariantId) -> Quantity {
        self.lines.iter().find(|(id, _)| *id == variant).map_or(Quantity::ZERO, |line| line.1)
    }

    /// The number at the basket: pieces, and one for each weighed thing.
    pub fn count(&self) -> i64 {
        self.lines.iter().map(|(_, quantity)| quantity.to_whole().unwrap_or(1)).fold(0, i64::saturating_add)
    }
}

fn read_line(bytes: &[u8]) -> Option<(VariantId, Quantity)> {
    let (id, rest) = bytes.split_first_chunk::<16>()?;
    let quantity = u32::from_be_bytes(rest.try_into().ok()?);
    (quantity > 0).then(|| (VariantId::from_bytes(*id), Quantity::from_thousandths(i64::from(quantity))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basket_comes_back_from_its_cookie_and_only_in_its_shop() {
        let signer = Signer::new([1; 32]);
        let mut basket = BasketCookie::default();
        basket.add(VariantId::from_bytes([1; 16]), Quantity::ONE).unwrap();
        basket.add(VariantId::from_bytes([2; 16]), Quantity::from_thousandths(1_250)).unwrap();
        basket.add(VariantId::from_bytes([1; 16]), Quantity::ONE).unwrap();
        basket.checkout = Some(OrderId::from_bytes([9; 16]));
        let value = basket.write("tea", &signer);
        assert_eq!(BasketCookie::read(&value, "tea", &signer), basket);
        assert_eq!(basket.count(), 3);
        assert_eq!(BasketCookie::read(&value, "coffee", &signer), BasketCookie::default());
        assert_eq!(BasketCookie::read(&value.replace('A', "B"), "tea", &signer), BasketCookie::default());
        assert_eq!(BasketCookie::read("nonsense", "tea", &signer), BasketCookie::default());
    }

    #[test]
    fn a_full_basket_fits_a_cookie_and_says_that_it_is_full() {
        let signer = Signer::new([1; 32]);
        let mut basket = BasketCookie::default();
        for number in 0..u8::try_from(LINES_MAX).unwrap() {
            basket.add(VariantId::from_bytes([number; 16]), Quantity::from_thousandths(QUANTITY_MAX)).unwrap();
        }
        assert_eq!(basket.add(VariantId::from_bytes([99; 16]), Quantity::ONE), Err(BasketFull::Lines));
        assert_eq!(basket.add(VariantId::from_bytes([0; 16]), Quantity::ONE), Err(BasketFull::Quantity));
        assert!(basket.write("a-shop-with-a-long-name", &signer).len() < 3_900);
    }
}
