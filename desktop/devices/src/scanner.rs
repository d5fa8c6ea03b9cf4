//! Tells a scan from typing. A scanner is a keyboard that types very fast and ends with Enter or Tab.
//!
//! Keys are held back while they may be part of a scan, at most [`GAP_MS_MAX`] after the last, and then come out as what they were. So a scan is a scan
//! whatever has the focus, and typed text arrives whole and in order. Pure: the caller brings the times.

/// The longest pause between two keys of a scan. Scanners type a key every 1 to 20 ms; the fastest typists every 60.
pub const GAP_MS_MAX: u64 = 35;

/// The shortest scan: two keys in one roll of the fingers are not one.
pub const SCAN_CHARACTERS_MIN: usize = 4;

/// The longest scan: a GS1 DataMatrix with all its fields is shorter.
pub const SCAN_CHARACTERS_MAX: usize = 256;

/// A key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Character(char),
    /// Enter or Return.
    Enter,
    /// Tab.
    Tab,
}

/// What keys turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keystroke {
    /// Somebody typed this key.
    Typed(Key),
    /// Somebody scanned this code.
    Scanned(String),
}

/// Watches keys.
#[derive(Debug, Clone, Default)]
pub struct ScanDetector {
    held: String,
    last_at_ms: u64,
}

impl ScanDetector {
    /// Holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a key pressed at `at_ms` of any steady clock. Returns what is certain now, in order.
    pub fn press(&mut self, key: Key, at_ms: u64) -> Vec<Keystroke> {
        let mut certain = self.wait_until(at_ms);
        self.last_at_ms = at_ms;
        match key {
            Key::Character(character) => {
                self.held.push(character);
                if self.held.chars().count() > SCAN_CHARACTERS_MAX {
                    certain.extend(self.release());
                }
            }
            Key::Enter | Key::Tab if self.held.chars().count() >= SCAN_CHARACTERS_MIN => {
                certain.push(Keystroke::Scanned(std::mem::take(&mut self.held)));
            }
            Key::Enter | Key::Tab => {
                certain.extend(self.release());
                certain.push(Keystroke::Typed(key));
            }
        }
        certain
    }

    /// Returns held keys that the passing of time has shown to be typed. Call it once per frame while [`is_holding`](Self::is_holding).
    pub fn wait_until(&mut self, now_ms: u64) -> Vec<Keystroke> {
        if now_ms.saturating_sub(self.last_at_ms) > GAP_MS_MAX { self.release() } else { Vec::new() }
    }

    /// Whether keys are held back: look again within [`GAP_MS_MAX`].
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    fn release(&mut self) -> Vec<Keystroke> {
        std::mem::take(&mut self.held).chars().map(|character| Keystroke::Typed(Key::Character(character))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Presses keys `gap_ms` apart, Enter last where `text` ends with a line feed; what came out, scans in brackets.
    fn check(text: &str, gap_ms: u64, expected: &str) {
        let (mut detector, mut at_ms, mut out) = (ScanDetector::new(), 1_000, Vec::new());
        for character in text.chars() {
            let key = match character {
                '\n' => Key::Enter,
                '\t' => Key::Tab,
                other => Key::Character(other),
            };
            out.extend(detector.press(key, at_ms));
            at_ms += gap_ms;
        }
        out.extend(detector.wait_until(at_ms + GAP_MS_MAX));
        let shown: String = out
            .into_iter()
            .map(|keystroke| match keystroke {
                Keystroke::Typed(Key::Character(character)) => character.to_string(),
                Keystroke::Typed(Key::Enter) => "\n".to_owned(),
                Keystroke::Typed(Key::Tab) => "\t".to_owned(),
                Keystroke::Scanned(code) => format!("[{code}]"),
            })
            .collect();
        assert_eq!(shown, expected, "{text:?} every {gap_ms} ms");
        assert!(!detector.is_holding());
    }

    #[test]
    fn a_fast_burst_with_enter_or_tab_is_a_scan() {
        check("4006381333931\n", 8, "[4006381333931]");
        check("ABC-123\t", 20, "[ABC-123]");
        check("4006381333931\n5000112637922\n", 5, "[4006381333931][5000112637922]");
    }

    #[test]
    fn typing_is_typing_however_long() {
        check("hello world\n", 80, "hello world\n");
        check("hello\n", GAP_MS_MAX + 1, "hello\n");
        check("ab\n", 10, "ab\n");
        check("12345678", 10, "12345678");
    }

    #[test]
    fn a_scan_in_the_middle_of_typing_is_told_apart() {
        let mut detector = ScanDetector::new();
        let mut out = detector.press(Key::Character('x'), 0);
        for (index, digit) in "12345670".chars().enumerate() {
            out.extend(detector.press(Key::Character(digit), 500 + 10 * index as u64));
        }
        out.extend(detector.press(Key::Enter, 580));
        assert_eq!(out, [Keystroke::Typed(Key::Character('x')), Keystroke::Scanned("12345670".to_owned())]);
    }

    #[test]
    fn a_burst_without_end_is_let_through() {
        check(&"x".repeat(SCAN_CHARACTERS_MAX + 1), 5, &"x".repeat(SCAN_CHARACTERS_MAX + 1));
    }

    #[test]
    fn a_clock_that_jumps_back_loses_no_key() {
        let mut detector = ScanDetector::new();
        let mut out = detector.press(Key::Character('a'), 10_000);
        out.extend(detector.press(Key::Character('b'), 5));
        out.extend(detector.wait_until(10_000));
        assert_eq!(out, [Keystroke::Typed(Key::Character('a')), Keystroke::Typed(Key::Character('b'))]);
    }
}
