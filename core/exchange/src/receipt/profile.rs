//! What a receipt printer can do. The list is short on purpose: most printers follow one of these.

use super::code_page::CodePage;

/// A kind of receipt printer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrinterProfile {
    /// The word for settings files: stable.
    pub key: &'static str,
    /// What people choose in the settings.
    pub name: &'static str,
    /// Letters in a line of font A.
    pub columns: usize,
    /// Dots in a line, for pictures.
    pub width_dots: usize,
    /// Code pages by the printer's own numbers, in order of preference; the first is selected at the start.
    pub code_pages: &'static [(u8, CodePage)],
    /// How letters of two columns (Chinese, Japanese, Korean) are sent.
    pub wide_text: WideText,
    /// How QR codes are printed.
    pub qr: QrSupport,
    /// Whether and how it cuts.
    pub cut: CutSupport,
}

/// How a printer takes Chinese, Japanese or Korean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WideText {
    /// Not at all: the text is written in Latin letters.
    None,
    /// In GB 18030, switched on by `FS &`.
    Gb18030,
    /// In Shift JIS, switched on by `FS &`.
    ShiftJis,
    /// In Big5, switched on by `FS &`.
    Big5,
    /// In EUC-KR, switched on by `FS &`.
    EucKr,
}

/// How a printer prints a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QrSupport {
    /// It makes it itself (`GS ( k`).
    Native,
    /// As a picture (`GS v 0`).
    Raster,
}

/// How a printer cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutSupport {
    /// It has no knife: paper is fed past the tear bar.
    TearBar,
    /// It feeds to the knife and leaves one point (`GS V 66`).
    Partial,
    /// It feeds to the knife and cuts through (`GS V 65`).
    Full,
}

/// Epson's numbers, which most others follow.
const EPSON_PAGES: &[(u8, CodePage)] = &[
    (16, CodePage::Windows1252),
    (19, CodePage::Cp858),
    (18, CodePage::Cp852),
    (17, CodePage::Cp866),
    (46, CodePage::Windows1251),
    (45, CodePage::Windows1250),
    (47, CodePage::Windows1253),
    (48, CodePage::Windows1254),
    (51, CodePage::Windows1257),
    (2, CodePage::Cp850),
    (0, CodePage::Cp437),
];

/// What small printers of unknown make have in common with Epson's.
const SMALL_PAGES: &[(u8, CodePage)] = &[
    (0, CodePage::Cp437),
    (16, CodePage::Windows1252),
    (19, CodePage::Cp858),
    (18, CodePage::Cp852),
    (17, CodePage::Cp866),
    (2, CodePage::Cp850),
];

/// Star printers switched to ESC/POS keep their own numbers.
const STAR_PAGES: &[(u8, CodePage)] = &[
    (32, CodePage::Windows1252),
    (4, CodePage::Cp858),
    (5, CodePage::Cp852),
    (10, CodePage::Cp866),
    (33, CodePage::Windows1250),
    (34, CodePage::Windows1251),
    (1, CodePage::Cp437),
];

const GENERIC: PrinterProfile = PrinterProfile {
    key: "generic-80mm",
    name: "80 mm, 48 columns",
    columns: 48,
    width_dots: 576,
    code_pages: EPSON_PAGES,
    wide_text: WideText::None,
    qr: QrSupport::Raster,
    cut: CutSupport::Partial,
};

/// Every profile; the first is the one to try first.
pub const PROFILES: &[PrinterProfile] = &[
    GENERIC,
    PrinterProfile {
        key: "generic-58mm",
        name: "58 mm, 32 columns",
        columns: 32,
        width_dots: 384,
        code_pages: SMALL_PAGES,
        wide_text: WideText::None,
        qr: QrSupport::Raster,
        cut: CutSupport::TearBar,
    },
    PrinterProfile {
        key: "epson-tm-t20",
        name: "Epson TM-T20, TM-m30",
        columns: 48,
        width_dots: 576,
        code_pages: EPSON_PAGES,
        wide_text: WideText::None,
        qr: QrSupport::Native,
        cut: CutSupport::Partial,
    },
    PrinterProfile {
        key: "epson-tm-t88",
        name: "Epson TM-T88",
        columns: 42,
        width_dots: 512,
        code_pages: EPSON_PAGES,
        wide_text: WideText::None,
        qr: QrSupport::Native,
        cut: CutSupport::Partial,
    },
    PrinterProfile {
        key: "star-escpos",
        name: "Star in ESC/POS mode",
        columns: 48,
        width_dots: 576,
        code_pages: STAR_PAGES,
        wide_text: WideText::None,
        qr: QrSupport::Raster,
        cut: CutSupport::Partial,
    },
    PrinterProfile {
        key: "chinese-80mm",
        name: "80 mm with Chinese font",
        columns: 48,
        width_dots: 576,
        code_pages: SMALL_PAGES,
        wide_text: WideText::Gb18030,
        qr: QrSupport::Raster,
        cut: CutSupport::Partial,
    },
    PrinterProfile {
        key: "japanese-80mm",
        name: "80 mm with Japanese font",
        columns: 48,
        width_dots: 576,
        code_pages: SMALL_PAGES,
        wide_text: WideText::ShiftJis,
        qr: QrSupport::Raster,
        cut: CutSupport::Partial,
    },
];

impl PrinterProfile {
    /// The profile of this key.
    pub fn by_key(key: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.key == key)
    }

    /// The profile to use until somebody chooses another.
    pub fn generic() -> &'static Self {
        const { &GENERIC }
    }
}
