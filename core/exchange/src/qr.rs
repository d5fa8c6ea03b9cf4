//! QR codes as squares of dark and light modules.

use qrcode::{Color, EcLevel, QrCode};

/// The longest text in a QR code: larger codes do not scan from thermal paper.
pub(crate) const QR_BYTES_MAX: usize = 600;

pub(crate) struct QrSquare(QrCode);

impl QrSquare {
    /// The code of a text; `None` where it is longer than [`QR_BYTES_MAX`].
    pub(crate) fn of(text: &str) -> Option<Self> {
        if text.len() > QR_BYTES_MAX {
            return None;
        }
        QrCode::with_error_correction_level(text, EcLevel::M).ok().map(Self)
    }

    /// How many modules it is wide and high.
    pub(crate) fn width(&self) -> usize {
        self.0.width()
    }

    /// Whether a module is dark; outside the code nothing is.
    pub(crate) fn is_dark(&self, column: usize, row: usize) -> bool {
        column < self.width() && row < self.width() && self.0[(column, row)] == Color::Dark
    }
}
