//! The table: what, figure, floor, ratio, target, and whether it was reached.

/// Whether a target was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was.
    Reached,
    /// It was not.
    NotReached,
    /// There is no target, or it could not be measured.
    None,
}

impl Verdict {
    /// Of a comparison.
    pub fn of(is_reached: bool) -> Self {
        if is_reached { Self::Reached } else { Self::NotReached }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NotReached => "NOT REACHED",
            Self::None => "",
        }
    }
}

/// One line.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was measured.
    pub what: String,
    /// What it came to.
    pub figure: String,
    /// The floor of the same run.
    pub floor: String,
    /// Figure through floor.
    pub ratio: String,
    /// What was to be reached.
    pub target: String,
    /// Whether it was.
    pub verdict: Verdict,
    /// Further figures, below the table.
    pub notes: Vec<String>,
}

impl Row {
    /// Something that could not be measured here.
    pub fn skipped(what: &str, reason: &str) -> Self {
        let empty = String::new;
        Self {
            what: what.to_owned(),
            figure: "skipped".to_owned(),
            floor: empty(),
            ratio: empty(),
            target: empty(),
            verdict: Verdict::None,
            notes: vec![reason.to_owned()],
        }
    }

    fn cells(&self) -> [&str; 6] {
        [&self.what, &self.figure, &self.floor, &self.ratio, &self.target, self.verdict.word()]
    }
}

/// Prints lines as a Markdown table, and their notes below it.
pub fn print(rows: &[Row]) {
    let head = ["what", "figure", "floor", "ratio", "to reach", ""];
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row.cells()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; 6]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        println!("| {} |", padded.collect::<Vec<_>>().join(" | "));
    };
    line(head);
    println!("|{}|", widths.map(|width| "-".repeat(width + 2)).join("|"));
    rows.iter().for_each(|row| line(row.cells()));
    for row in rows {
        row.notes.iter().for_each(|note| println!("  {}: {note}", row.what));
    }
    println!();
}
