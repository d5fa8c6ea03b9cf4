//! Barcodes as rows of dark and light modules: EAN-13, EAN-8 and UPC-A (GS1 General Specifications, 5.2), Code 128 (ISO/IEC 15417).

use tradepost_domain::barcode::Gtin;

/// A barcode ready to draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Barcode {
    /// Modules from left to right, true is a bar; without quiet zones.
    pub modules: Vec<bool>,
    /// Light modules that have to stay free on each side.
    pub quiet_modules: usize,
    /// What is printed under it.
    pub text: String,
}

/// The longest text in Code 128 that fits any label.
const CODE_128_CHARACTERS_MAX: usize = 48;

impl Barcode {
    /// The barcode of a code; `None` where no symbology here holds it.
    pub(crate) fn of(code: &str) -> Option<Self> {
        let digits: Vec<usize> = match Gtin::parse(code) {
            Ok(_) => code.bytes().map(|digit| usize::from(digit.saturating_sub(b'0'))).collect(),
            Err(_) => Vec::new(),
        };
        let (modules, quiet_modules) = match digits.len() {
            8 => (ean_8(&digits), 7),
            // UPC-A is EAN-13 with a zero before it.
            12 => (ean_13(&[&[0], digits.as_slice()].concat()), 9),
            13 => (ean_13(&digits), 11),
            _ => (code_128(code)?, 10),
        };
        Some(Self { modules, quiet_modules, text: code.to_owned() })
    }
}

/// Left digits with odd parity; even parity is the mirror of the right digit, which is the complement of the odd one.
const ODD: [u8; 10] =
    [0b0001101, 0b0011001, 0b0010011, 0b0111101, 0b0100011, 0b0110001, 0b0101111, 0b0111011, 0b0110111, 0b0001011];

/// Which of the six left digits have even parity, by the thirteenth digit.
const PARITY: [u8; 10] = [0b000000, 0b001011, 0b001101, 0b001110, 0b010011, 0b011001, 0b011100, 0b010101, 0b010110, 0b011010];

fn bits(value: u8, count: u32) -> impl Iterator<Item = bool> {
    (0..count).rev().map(move |bit| value >> bit & 1 == 1)
}

fn odd(digit: usize) -> u8 {
    ODD.get(digit).copied().unwrap_or(0)
}

fn right(digit: usize) -> u8 {
    !odd(digit) & 0b111_1111
}

fn even(digit: usize) -> u8 {
    right(digit).reverse_bits() >> 1
}

fn ean_13(digits: &[usize]) -> Vec<bool> {
    let Some((first, rest)) = digits.split_first() else { return Vec::new() };
    let parity = PARITY.get(*first).copied().unwrap_or(0);
    let mut modules = vec![true, false, true];
    for (digit, is_even) in rest.iter().zip(bits(parity, 6)) {
        modules.extend(bits(if is_even { even(*digit) } else { odd(*digit) }, 7));
    }
    modules.extend([false, true, false, true, false]);
    rest.iter().skip(6).for_each(|digit| modules.extend(bits(right(*digit), 7)));
    modules.extend([true, false, true]);
    modules
}

fn ean_8(digits: &[usize]) -> Vec<bool> {
    let mut modules = vec![true, false, true];
    digits.iter().take(4).for_each(|digit| modules.extend(bits(odd(*digit), 7)));
    modules.extend([false, true, false, true, false]);
    digits.iter().skip(4).for_each(|digit| modules.extend(bits(right(*digit), 7)));
    modules.extend([true, false, true]);
    modules
}

/// Widths of bar, space, bar, space, bar, space of each value.
const CODE_128: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312", "231212",
    "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212", "223112", "312131",
    "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121",
    "313121", "211331", "231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111",
    "314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242", "121142", "121241", "114212",
    "124112", "124211", "411212", "421112", "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113",
    "114311", "411113", "411311", "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

const TO_SET_C: usize = 99;
const TO_SET_B: usize = 100;
const START_B: usize = 104;
const START_C: usize = 105;
const STOP: usize = 106;

fn code_128(text: &str) -> Option<Vec<bool>> {
    let is_printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if text.is_empty() || text.len() > CODE_128_CHARACTERS_MAX || !is_printable {
        return None;
    }
    let mut values = code_128_values(text.as_bytes());
    let sum: usize = values.iter().enumerate().map(|(place, value)| place.max(1) * value).sum();
    values.extend([sum % 103, STOP]);
    let widths = values.iter().filter_map(|value| CODE_128.get(*value)).flat_map(|pattern| pattern.bytes());
    // Every pattern starts with a bar; all but the last have an even number of widths, so bars and spaces alternate throughout.
    Some(widths.enumerate().flat_map(|(place, width)| std::iter::repeat_n(place % 2 == 0, usize::from(width - b'0'))).collect())
}

/// Set C holds two digits in one value; it pays from four digits in a row on, or when there is nothing else.
fn code_128_values(mut rest: &[u8]) -> Vec<usize> {
    let mut values = Vec::new();
    let mut is_in_c = false;
    while let Some(first) = rest.first() {
        let digit_count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let wants_c =
            digit_count >= 4 || (digit_count == 2 && rest.len() == 2 && values.is_empty()) || (is_in_c && digit_count >= 2);
        if values.is_empty() {
            values.push(if wants_c { START_C } else { START_B });
        } else if wants_c != is_in_c {
            values.push(if wants_c { TO_SET_C } else { TO_SET_B });
        }
        is_in_c = wants_c;
        if wants_c {
            for pair in rest.chunks_exact(2).take(digit_count / 2) {
                values.push(pair.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0')));
            }
            rest = rest.get(digit_count / 2 * 2..).unwrap_or(&[]);
        } else {
            values.push(usize::from(first - 0x20));
            rest = rest.get(1..).unwrap_or(&[]);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_has_its_width() {
        let table = [
            ("4006381333931", 95),
            ("036000291452", 95),
            ("96385074", 67),
            ("A-1", 11 * 5 + 13),
            ("123456", 11 * 5 + 13),
            ("12345", 11 * 6 + 13),
        ];
        for (code, width) in table {
            assert_eq!(Barcode::of(code).unwrap().modules.len(), width, "{code}");
        }
        assert_eq!(Barcode::of(""), None);
        assert_eq!(Barcode::of("größe"), None);
    }
}
