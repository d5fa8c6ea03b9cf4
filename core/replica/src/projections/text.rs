//! Text as it is compared: without case and accents, so that "Créme" is found by "creme" and stands beside it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The most bytes of a product's words that are indexed: a title, tags and a few thousand variants.
const WORDS_BYTES_MAX: usize = 128 * 1024;

/// A text without case and accents.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect()
}

/// The words of a text: runs of letters and digits, folded.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Gathers what is searched for: words, and codes also without their dashes.
#[derive(Default)]
pub struct Words(String);

impl Words {
    /// Adds a text.
    pub fn add(&mut self, text: &str) {
        if self.0.len() + text.len() < WORDS_BYTES_MAX {
            self.0.push(' ');
            self.0.push_str(&fold(text));
        }
    }

    /// Adds a code such as `ABC-123`, which is found by `abc-12`, `123` and `abc123`.
    pub fn add_code(&mut self, code: &str) {
        self.add(code);
        if code.contains(|letter: char| !letter.is_alphanumeric()) {
            let joined: String = code.chars().filter(|letter| letter.is_alphanumeric()).collect();
            self.add(&joined);
        }
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a code is looked up by. The GTINs of one article are one code: UPC-A, EAN-13 and GTIN-14 differ in leading zeros only
/// (GS1 General Specifications, section 3.3.2); anything else is compared without case and surrounding space.
pub fn code_key(code: &str) -> String {
    let code = code.trim();
    if is_gtin(code) { format!("{code:0>14}") } else { fold(code) }
}

fn is_gtin(code: &str) -> bool {
    let digits = code.as_bytes();
    if !matches!(digits.len(), 8 | 12 | 13 | 14) || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let weighted = digits.iter().rev().enumerate().map(|(place, digit)| {
        let value = u32::from(digit - b'0');
        if place % 2 == 1 { value * 3 } else { value }
    });
    weighted.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_upc_and_its_ean_are_one_code() {
        assert_eq!(code_key("036000291452"), code_key("0036000291452"));
        assert_eq!(code_key("4006381333931"), "04006381333931");
        assert_ne!(code_key("036000291453"), code_key("0036000291453"), "a wrong check digit is no GTIN");
        assert_eq!(code_key(" ab-1 "), code_key("AB-1"));
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(fold("CRÈME Brûlée"), "creme brulee");
        assert_eq!(words("T-shirt, blau/M"), ["t", "shirt", "blau", "m"]);
    }
}
