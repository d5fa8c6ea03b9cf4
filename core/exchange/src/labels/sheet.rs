//! Sheets and rolls of labels. Lengths are tenths of a millimeter.

/// A sheet of labels, or a roll with one label to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    /// The word for settings files: stable.
    pub key: &'static str,
    /// What people choose.
    pub name: &'static str,
    /// The page's width.
    pub page_width: i64,
    /// The page's height.
    pub page_height: i64,
    /// A label's width.
    pub label_width: i64,
    /// A label's height.
    pub label_height: i64,
    /// From the page's left edge to the first label.
    pub left: i64,
    /// From the page's top edge to the first label.
    pub top: i64,
    /// From one label's left edge to the next one's.
    pub step_x: i64,
    /// From one label's top edge to the next one's.
    pub step_y: i64,
    /// Labels beside one another.
    pub columns: usize,
    /// Labels above one another.
    pub rows: usize,
}

const fn roll(key: &'static str, name: &'static str, width: i64, height: i64) -> Sheet {
    Sheet {
        key,
        name,
        page_width: width,
        page_height: height,
        label_width: width,
        label_height: height,
        left: 0,
        top: 0,
        step_x: width,
        step_y: height,
        columns: 1,
        rows: 1,
    }
}

/// Every sheet and roll.
pub const SHEETS: &[Sheet] = &[
    Sheet {
        key: "a4-24",
        name: "A4, 3 x 8, 70 x 37 mm",
        page_width: 2100,
        page_height: 2970,
        label_width: 700,
        label_height: 370,
        left: 0,
        top: 5,
        step_x: 700,
        step_y: 370,
        columns: 3,
        rows: 8,
    },
    Sheet {
        key: "a4-21",
        name: "A4, 3 x 7, 63.5 x 38.1 mm",
        page_width: 2100,
        page_height: 2970,
        label_width: 635,
        label_height: 381,
        left: 72,
        top: 151,
        step_x: 660,
        step_y: 381,
        columns: 3,
        rows: 7,
    },
    Sheet {
        key: "a4-65",
        name: "A4, 5 x 13, 38.1 x 21.2 mm",
        page_width: 2100,
        page_height: 2970,
        label_width: 381,
        label_height: 212,
        left: 47,
        top: 107,
        step_x: 406,
        step_y: 212,
        columns: 5,
        rows: 13,
    },
    Sheet {
        key: "letter-30",
        name: "Letter, 3 x 10, 2 5/8 x 1 inch",
        page_width: 2159,
        page_height: 2794,
        label_width: 667,
        label_height: 254,
        left: 48,
        top: 127,
        step_x: 698,
        step_y: 254,
        columns: 3,
        rows: 10,
    },
    roll("roll-57x32", "Roll, 57 x 32 mm", 570, 320),
    roll("roll-62x29", "Roll, 62 x 29 mm", 620, 290),
    roll("roll-50x25", "Roll, 50 x 25 mm", 500, 250),
    roll("roll-40x30", "Roll, 40 x 30 mm", 400, 300),
];

impl Sheet {
    /// The sheet of this key.
    pub fn by_key(key: &str) -> Option<&'static Self> {
        SHEETS.iter().find(|sheet| sheet.key == key)
    }

    /// Labels on a page.
    pub fn labels_per_page(&self) -> usize {
        self.columns * self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sheet_fits_its_page() {
        for sheet in SHEETS {
            let (columns, rows) = (i64::try_from(sheet.columns).unwrap(), i64::try_from(sheet.rows).unwrap());
            assert!(sheet.left + (columns - 1) * sheet.step_x + sheet.label_width <= sheet.page_width, "{}", sheet.key);
            assert!(sheet.top + (rows - 1) * sheet.step_y + sheet.label_height <= sheet.page_height, "{}", sheet.key);
            assert!(sheet.step_x >= sheet.label_width && sheet.step_y >= sheet.label_height, "{}", sheet.key);
        }
    }
}
