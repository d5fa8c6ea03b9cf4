//! What the screen asks of the shop, and what comes back. The worker executes; no screen waits.

use tradepost_domain::basket::Discount;
use tradepost_domain::id::{BasketId, CollectionId, CustomerId, LineId, ProductId, SaleId, StaffId, VariantId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::{GoodsReturn, Tender, TenderType};
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::TaxCategory;
use tradepost_domain::till_session::{CashCount, CashMovementKind};

/// Something for the worker to do.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields are what their types say")]
pub enum Ask {
    /// Join a shop.
    Pair { url: String, code: String },
    /// Open the shop again after something was wrong.
    Reopen,
    /// Somebody comes to the till.
    SignIn { staff: StaffId, pin: String },
    /// Somebody leaves it; the basket stays.
    SignOut,
    /// Somebody who may approves what the person signed in may not do.
    Approve { staff: StaffId, pin: String, permission: Permission },
    /// What was approved is done, or given up.
    EndApproval,
    /// Open the drawer for the day.
    OpenSession { opening_float: Money },
    /// A code was scanned, or typed and confirmed.
    Scan(String),
    /// Enter was pressed in the search field: a code first, then the result chosen, then the best there is.
    AddTyped { text: String, chosen: Option<VariantId> },
    /// Add one of this.
    AddVariant(VariantId),
    /// Add something that is not in the catalog.
    AddOpenLine { title: String, price: Money, tax_category: TaxCategory },
    /// Show the variants of this.
    ChooseVariant(ProductId),
    /// Stop choosing.
    DropChoices,
    /// Show the quick keys of this group.
    ShowCategory(Option<CollectionId>),
    /// Change a line.
    SetQuantity { line: LineId, quantity: Quantity },
    /// One more or fewer of a line, counted from what it is when this is done; nothing left: remove the line.
    StepQuantity { line: LineId, step: Step },
    /// Change a line's price.
    SetPrice { line: LineId, price: Money },
    /// Discount a line, or no longer.
    SetLineDiscount { line: LineId, discount: Option<Discount> },
    /// Remove a line.
    VoidLine(LineId),
    /// Discount the basket, or no longer.
    SetBasketDiscount(Option<Discount>),
    /// The note for the receipt.
    SetNote(String),
    /// Look for customers.
    FindCustomers(String),
    /// Who buys, or nobody in particular.
    SetCustomer(Option<CustomerId>),
    /// A new customer, who buys this.
    AddCustomer { name: String, phone: String, email: String },
    /// Abandon the basket.
    VoidBasket,
    /// Set the basket aside.
    Park { label: String },
    /// Bring a basket back.
    Recall(BasketId),
    /// Give a parked basket up.
    DropParked(BasketId),
    /// Complete the sale.
    Complete { tenders: Vec<Tender> },
    /// Bring the list of recent sales up to date.
    ListSales,
    /// Look for the sale of a receipt.
    FindReceipt(String),
    /// Show what can be refunded of this sale.
    ShowRefundable(SaleId),
    /// Stop refunding.
    DropRefund,
    /// Refund these lines.
    Refund { sale: SaleId, lines: Vec<(LineId, Quantity, GoodsReturn)>, tender: TenderType, reason: String },
    /// Take what is in the basket back, without a receipt.
    RefundGoods { goods: GoodsReturn, tender: TenderType, reason: String },
    /// Move cash in or out of the drawer.
    MoveCash { kind: CashMovementKind, amount: Money, reason: String },
    /// Open the drawer without a sale.
    KickDrawer,
    /// Bring the X report up to date.
    ShowXReport,
    /// Print the X report.
    PrintXReport,
    /// Close the drawer.
    CloseSession { count: CashCount },
    /// Print this once more.
    PrintAgain(String),
    /// Print the receipt of this sale once more.
    PrintSale(SaleId),
    /// Print the last receipt once more.
    PrintLast,
    /// Print the last Z report once more.
    PrintZReport,
    /// Where the printer is.
    SetPrinter { address: String },
    /// The look: light, dark or as the system has it.
    SetTheme(ThemeChoice),
    /// The report of the time away was read.
    AwayRead,
}

/// One more, or one fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One more.
    More,
    /// One fewer.
    Fewer,
}

/// Light, dark, or as the system has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Something that happened at the worker and that the screen reacts to once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Signed in.
    SignedIn,
    /// This line is new, or has more of it.
    Added(LineId),
    /// Nothing has this code.
    NotFound(String),
    /// Somebody who may has approved it.
    Approved(String),
    /// The basket changed as asked.
    BasketChanged,
    /// The basket was set aside.
    Parked,
    /// A basket came back.
    Recalled,
    /// A sale or refund is complete.
    Finished,
    /// A receipt was found: its lines can be refunded.
    RefundOpened,
    /// Cash was moved; a sentence.
    CashMoved(String),
    /// The drawer was closed.
    SessionClosed,
    /// The drawer was opened for the day.
    SessionOpened,
    /// What the till was asked to do, it did; a sentence.
    Done(String),
    /// It could not be done; what failed and what to do next.
    Failed(String),
}
