//! Words that nobody typed quite right: the nearest words that the shop knows.

use std::collections::BTreeSet;

/// The most words a shop's vocabulary keeps.
const WORDS_MAX: usize = 60_000;

/// The words of a shop: of its titles, vendors, types and tags.
#[derive(Debug, Default)]
pub struct Vocabulary {
    words: BTreeSet<String>,
}

impl Vocabulary {
    /// Adds the words of a text.
    pub fn learn(&mut self, text: &str) {
        for word in split(text) {
            if self.words.len() < WORDS_MAX && word.chars().count() > 2 {
                self.words.insert(word);
            }
        }
    }

    /// What was probably meant; `None`: every word is known, or nothing is near.
    pub fn correct(&self, typed: &str) -> Option<String> {
        let mut is_changed = false;
        let words: Option<Vec<String>> = split(typed)
            .map(|word| {
                if self.is_known(&word) {
                    return Some(word);
                }
                is_changed = true;
                self.nearest(&word).map(str::to_owned)
            })
            .collect();
        words.filter(|words| is_changed && !words.is_empty()).map(|words| words.join(" "))
    }

    /// Whether some word begins like this.
    fn is_known(&self, beginning: &str) -> bool {
        self.words.range(beginning.to_owned()..).next().is_some_and(|word| word.starts_with(beginning))
    }

    fn nearest(&self, word: &str) -> Option<&str> {
        let letters: Vec<char> = word.chars().collect();
        let distance_max = match letters.len() {
            0..=2 => return None,
            3..=4 => 1,
            _ => 2,
        };
        let near = self.words.iter().filter_map(|known| {
            let known_letters: Vec<char> = known.chars().collect();
            let distance = distance(&letters, &known_letters, distance_max)?;
            // Of equally near ones the one with the same first letter: people seldom mistype that.
            Some((distance, known_letters.first() != letters.first(), known))
        });
        near.min().map(|(_, _, known)| known.as_str())
    }
}

fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Letters added, left out, changed or swapped with their neighbor; `None`: more than `most`.
fn distance(one: &[char], two: &[char], most: usize) -> Option<usize> {
    if one.len().abs_diff(two.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut next = vec![at + 1];
        for (other_at, other) in two.iter().enumerate() {
            let cell = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut cost = cell(&row, other_at) + usize::from(letter != other);
            cost = cost.min(cell(&row, other_at + 1) + 1).min(cell(&next, other_at) + 1);
            let is_swapped = at > 0 && other_at > 0 && one.get(at - 1) == Some(other) && two.get(other_at - 1) == Some(letter);
            if is_swapped {
                cost = cost.min(cell(&before, other_at - 1) + 1);
            }
            next.push(cost);
        }
        if next.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_word_finds_its_neighbor() {
        let mut vocabulary = Vocabulary::default();
        for title in ["Stoneware mug", "Linen apron", "Walnut board"] {
            vocabulary.learn(title);
        }
        for (typed, expected) in [
            ("stonware", Some("stoneware")),
            ("Lnien aprn", Some("linen apron")),
            ("walnut boadr", Some("walnut board")),
            ("stone", None),
            ("bicycle", None),
            ("xx", None),
        ] {
            assert_eq!(vocabulary.correct(typed).as_deref(), expected, "{typed}");
        }
    }
}
