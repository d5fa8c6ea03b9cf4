//! Letters that a medium does not have, in letters that it has.

/// `letter` in other letters that `has` accepts: first the plain form of an accented letter, then its Latin spelling ("Ж" is "Zh", "北" is "Bei"). `None`: there is none.
pub(crate) fn in_latin(letter: char, has: impl Fn(char) -> bool) -> Option<String> {
    if letter == '\u{20ac}' {
        return Some("EUR".to_owned());
    }
    if is_invisible(letter) {
        return Some(String::new());
    }
    let latin = deunicode::deunicode_char(letter)?;
    (!latin.is_empty() && latin.chars().all(has)).then(|| latin.to_owned())
}

/// Joiners and marks of order that print nothing.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}')
}
