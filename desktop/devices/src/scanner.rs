//! Tells a scan from typing. A scanner is a keyboard that types very fast and ends with Enter or Tab.
//!
//! Keys are held back while they may be part of a scan and then come out as what they were. So a scan is a scan whatever has the focus, and typed text
//! arrives whole and in order. Pure: the caller brings the times.
//!
//! A window reads its keys frame by frame: of a key it knows after which moment it was pressed and before which. Where frames are slow, several typed keys
//! come with one frame and look like a scan, and a scan comes in pieces. So a run of keys is judged by what is certain of its pauses, and as a whole.

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
    /// When the first of the keys held was pressed, at the latest.
    first_at_ms: u64,
    /// When the last key was pressed, at the latest.
    last_at_ms: u64,
    /// Keys since the first, of a run that goes on.
    gaps: u64,
    /// This run was too slow for a scan: what belongs to it is typed at once.
    is_typing: bool,
}

impl ScanDetector {
    /// Holds nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a key pressed after `after_ms` and not later than `at_ms`, both of any steady clock. Returns what is certain now, in order.
    pub fn press(&mut self, key: Key, after_ms: u64, at_ms: u64) -> Vec<Keystroke> {
        let mut certain = self.wait_until(after_ms);
        if self.held.is_empty() && !self.is_typing {
            (self.first_at_ms, self.gaps) = (at_ms, 0);
        } else {
            self.gaps += 1;
        }
        self.last_at_ms = at_ms;
        if self.is_slower_than_a_scan(after_ms) {
            certain.extend(self.release());
            self.is_typing = true;
        }
        match key {
            Key::Character(_) if self.is_typing => certain.push(Keystroke::Typed(key)),
            Key::Character(character) => {
                self.held.push(character);
                if self.held.chars().count() > SCAN_CHARACTERS_MAX {
                    certain.extend(self.release());
                }
            }
            Key::Enter | Key::Tab => {
                let about_ms = after_ms.midpoint(at_ms);
                if self.held.chars().count() >= SCAN_CHARACTERS_MIN && !self.is_slower_than_a_scan(about_ms) {
                    certain.push(Keystroke::Scanned(std::mem::take(&mut self.held)));
                } else {
                    certain.extend(self.release());
                    certain.push(Keystroke::Typed(key));
                }
                self.is_typing = false;
            }
        }
        certain
    }

    /// Returns held keys that the passing of time has shown to be typed: no key was pressed until now. Call it once per frame while
    /// [`is_holding`](Self::is_holding).
    pub fn wait_until(&mut self, now_ms: u64) -> Vec<Keystroke> {
        if now_ms.saturating_sub(self.last_at_ms) <= GAP_MS_MAX {
            return Vec::new();
        }
        self.is_typing = false;
        self.release()
    }

    /// Whether keys are held back: look again within [`GAP_MS_MAX`].
    pub fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Lets go of held keys as typed: something was done that is no scan.
    pub fn release(&mut self) -> Vec<Keystroke> {
        std::mem::take(&mut self.held).chars().map(|character| Keystroke::Typed(Key::Character(character))).collect()
    }

    /// Whether the run so far, its last key pressed at `last_ms`, has pauses that no scanner makes.
    fn is_slower_than_a_scan(&self, last_ms: u64) -> bool {
        last_ms.saturating_sub(self.first_at_ms) > self.gaps * GAP_MS_MAX
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
            out.extend(detector.press(key, at_ms, at_ms));
            at_ms += gap_ms;
        }
        out.extend(detector.wait_until(at_ms + GAP_MS_MAX));
        assert_eq!(shown(out), expected, "{text:?} every {gap_ms} ms");
        assert!(!detector.is_holding());
    }

    fn shown(out: Vec<Keystroke>) -> String {
        let show = |keystroke| match keystroke {
            Keystroke::Typed(Key::Character(character)) => character.to_string(),
            Keystroke::Typed(Key::Enter) => "\n".to_owned(),
            Keystroke::Typed(Key::Tab) => "\t".to_owned(),
            Keystroke::Scanned(code) => format!("[{code}]"),
        };
        out.into_iter().map(show).collect()
    }

    /// Presses the keys of `text` and Enter `gap_ms` apart into a window that takes `frame_ms` for a frame, the first key while it rests;
    /// what came out.
    fn in_frames(text: &str, gap_ms: u64, frame_ms: u64) -> String {
        let (mut detector, mut out) = (ScanDetector::new(), Vec::new());
        let keys = text.chars().map(Key::Character).chain([Key::Enter]);
        let mut pressed = keys.enumerate().map(|(index, key)| (1_000 + gap_ms * index as u64, key)).peekable();
        let (mut after_ms, mut at_ms) = (0, 1_000);
        while pressed.peek().is_some() || detector.is_holding() {
            while let Some((_, key)) = pressed.next_if(|(key_ms, _)| *key_ms <= at_ms) {
                out.extend(detector.press(key, after_ms, at_ms));
            }
            out.extend(detector.wait_until(at_ms));
            (after_ms, at_ms) = (at_ms, at_ms + frame_ms);
        }
        shown(out)
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
        let mut out = detector.press(Key::Character('x'), 0, 0);
        for (index, digit) in "12345670".chars().enumerate() {
            let at_ms = 500 + 10 * index as u64;
            out.extend(detector.press(Key::Character(digit), at_ms, at_ms));
        }
        out.extend(detector.press(Key::Enter, 580, 580));
        assert_eq!(out, [Keystroke::Typed(Key::Character('x')), Keystroke::Scanned("12345670".to_owned())]);
    }

    #[test]
    fn slow_frames_make_no_scan_of_typing_and_cut_no_scan() {
        for frame_ms in [1, 16, 40, 90, 160, 250, 400] {
            for gap_ms in [1, 5, 10, 20] {
                for code in ["4006381333931", "PAN-013-1"] {
                    assert_eq!(
                        in_frames(code, gap_ms, frame_ms),
                        format!("[{code}]"),
                        "a key every {gap_ms} ms, frames of {frame_ms} ms"
                    );
                }
            }
            for gap_ms in [80, 120, 200] {
                for words in ["plum jam", "PAN-013-1", "1234"] {
                    assert_eq!(
                        in_frames(words, gap_ms, frame_ms),
                        format!("{words}\n"),
                        "a key every {gap_ms} ms, frames of {frame_ms} ms"
                    );
                }
            }
        }
    }

    #[test]
    fn slow_frames_show_typing_while_it_goes_on() {
        let (mut detector, mut shown) = (ScanDetector::new(), 0);
        for frame in 0..10_u64 {
            let after_ms = (frame * 160).saturating_sub(160);
            for key in ['a', 'b'] {
                shown += detector.press(Key::Character(key), after_ms, frame * 160).len();
            }
            assert!(frame < 3 || shown as u64 == 2 * (frame + 1), "{shown} keys after {frame} frames");
        }
    }

    #[test]
    fn a_burst_without_end_is_let_through() {
        check(&"x".repeat(SCAN_CHARACTERS_MAX + 1), 5, &"x".repeat(SCAN_CHARACTERS_MAX + 1));
    }

    #[test]
    fn a_clock_that_jumps_back_loses_no_key() {
        let mut detector = ScanDetector::new();
        let mut out = detector.press(Key::Character('a'), 10_000, 10_000);
        out.extend(detector.press(Key::Character('b'), 5, 5));
        out.extend(detector.wait_until(10_000));
        assert_eq!(out, [Keystroke::Typed(Key::Character('a')), Keystroke::Typed(Key::Character('b'))]);
    }
}
