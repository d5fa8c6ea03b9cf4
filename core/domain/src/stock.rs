//! Stock: what moves it, and what is on hand, committed and available.

use serde::{Deserialize, Serialize};

use crate::id::{LocationId, VariantId};
use crate::quantity::Quantity;
use crate::time::Timestamp;

/// Goods arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReceived {
    /// Where.
    pub location: LocationId,
    /// What and how much.
    pub lines: Vec<StockLine>,
    /// The delivery note's number or a remark.
    pub reference: String,
    /// When.
    pub received_at: Timestamp,
}

/// A quantity of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLine {
    /// What.
    pub variant: VariantId,
    /// How much.
    pub quantity: Quantity,
}

/// Stock changed for a human reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAdjusted {
    /// Where.
    pub location: LocationId,
    /// What and by how much; negative: less.
    pub lines: Vec<StockLine>,
    /// Why.
    pub reason: String,
    /// When.
    pub adjusted_at: Timestamp,
}

/// Stock was counted. An observation, not a difference: what stands after it is the counted quantity and every movement that came later.
///
/// "Later" is decided the same way on every replica: a movement that knew of the count is later; one that the count knew of is earlier; of two that knew
/// nothing of each other the corrected wall clocks decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCounted {
    /// Where.
    pub location: LocationId,
    /// What was there.
    pub lines: Vec<StockLine>,
    /// When.
    pub counted_at: Timestamp,
}

/// The stock of a variant at a location.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLevel {
    /// Physically here.
    pub on_hand: Quantity,
    /// Of those, promised to placed orders.
    pub committed: Quantity,
    /// Of those, not sellable.
    pub unavailable: Quantity,
}

impl StockLevel {
    /// What can still be sold: on hand less committed less unavailable. Negative after an offline sale of goods that were
    /// promised elsewhere, and then shown as such.
    pub const fn available(&self) -> Quantity {
        let available = self.on_hand.thousandths.saturating_sub(self.committed.thousandths);
        Quantity::from_thousandths(available.saturating_sub(self.unavailable.thousandths))
    }
}
