//! Why a verb was not done, in words for the person who asked.

use tradepost_domain::basket::{BasketError, PricingError};
use tradepost_domain::money::{Money, MoneyError};
use tradepost_domain::order::OrderStepError;
use tradepost_domain::quantity::QuantityError;
use tradepost_domain::refund::RefundError;
use tradepost_domain::sale::SaleError;
use tradepost_domain::staff::{Permission, PinError};
use tradepost_domain::till_session::TillSessionError;
use tradepost_replica::ReplicaError;

/// What a verb returns.
pub type Outcome<T> = Result<T, OperationError>;

/// Why a verb was not done. Nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// It cannot be done like this.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Not by this person.
    #[error("you may not {}: ask somebody who may, or have it approved with their PIN", in_words(*permission))]
    NotPermitted {
        /// What it takes.
        permission: Permission,
    },
    /// What was named is not there.
    #[error("{what} was not found: it may have been removed, or not have arrived here yet")]
    NotFound {
        /// What: "this product".
        what: &'static str,
    },
    /// The shop's file.
    #[error(transparent)]
    Storage(#[from] ReplicaError),
}

/// What can be wrong with what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message says each; the fields are its parts")]
pub enum Refusal {
    #[error(transparent)]
    Basket(#[from] BasketError),
    #[error(transparent)]
    Pricing(#[from] PricingError),
    #[error(transparent)]
    Sale(#[from] SaleError),
    #[error(transparent)]
    Refund(#[from] RefundError),
    #[error(transparent)]
    TillSession(#[from] TillSessionError),
    #[error(transparent)]
    OrderStep(#[from] OrderStepError),
    #[error(transparent)]
    Pin(#[from] PinError),
    #[error(transparent)]
    Money(#[from] MoneyError),
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    #[error("enter {what}")]
    Missing { what: &'static str },
    #[error("{what} is too long: at most {max} characters")]
    TooLong { what: &'static str, max: usize },
    #[error("{what} is not right: {expected}")]
    NotValid { what: &'static str, expected: &'static str },
    #[error("{count} {what} at once are too many: at most {max}")]
    TooMany { what: &'static str, count: usize, max: usize },
    #[error("nothing here has the code \"{code}\": check it, or sell it as an open line with a price")]
    UnknownCode { code: String },
    #[error("{count} variants have the code \"{code}\": choose one by its SKU, and give the others codes of their own")]
    SeveralFit { code: String, count: usize },
    #[error("\"{title}\" has no price yet: give it one, or enter a price for this sale")]
    NoPrice { title: String },
    #[error("amounts in this shop are in {expected}")]
    OtherCurrency { expected: String },
    #[error("this shop is set up already")]
    ShopIsSetUp,
    #[error("this shop is not set up yet: finish setting it up, or wait until it has arrived here")]
    ShopIsNotSetUp,
    #[error("the currency cannot be changed once there are prices or sales: start another shop for it")]
    CurrencyIsFixed,
    #[error("the till \"{till}\" is already open: close it first")]
    SessionIsOpen { till: String },
    #[error("the till \"{till}\" is not open: open it with its float first")]
    NoOpenSession { till: String },
    #[error("this till session is closed: reopen the till and try again")]
    SessionIsClosed,
    #[error("another till has the code \"{code}\": receipts could be mistaken, choose another")]
    TillCodeTaken { code: String },
    #[error("wrong PIN")]
    WrongPin,
    #[error("{name} has no PIN: set one in the back office")]
    NoPin { name: String },
    #[error("{name} does not work here any more")]
    NotActive { name: String },
    #[error("too many wrong PINs: try again in {wait_seconds} seconds")]
    LockedOut { wait_seconds: u64 },
    #[error("somebody must be able to run the shop: make somebody else owner first")]
    LastOwner,
    #[error("this basket was recalled or dropped in the meantime, perhaps at another till")]
    BasketIsTaken,
    #[error("there are goods in the current basket: finish, park or empty it first")]
    BasketInUse,
    #[error("{amount} is more than is left to pay back on the original tender: {left}")]
    TenderExceeded { amount: Money, left: Money },
    #[error("this import made nothing here, or it was undone already")]
    NothingToUndo,
    #[error("a device cannot take itself out of the shop: do it on another one")]
    OwnDevice,
    #[error("this device was taken out of the shop already")]
    DeviceIsRevoked,
    #[error("nothing of this device waits for approval here")]
    NothingToApprove,
}

impl OperationError {
    /// A stable word for scripts and for screens that react to one case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotPermitted { .. } => "not_permitted",
            Self::NotFound { .. } => "not_found",
            Self::Storage(_) => "storage",
        }
    }
}

impl Refusal {
    /// A stable word for scripts and for screens that react to one case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Basket(_) => "basket",
            Self::Pricing(_) => "pricing",
            Self::Sale(SaleError::Underpaid { .. }) => "underpaid",
            Self::Sale(_) => "sale",
            Self::Refund(_) => "refund",
            Self::TillSession(_) => "till_session",
            Self::OrderStep(_) => "order_step",
            Self::Pin(_) => "pin_not_valid",
            Self::Money(_) => "money",
            Self::Quantity(_) => "quantity",
            Self::Missing { .. } => "missing",
            Self::TooLong { .. } => "too_long",
            Self::NotValid { .. } => "not_valid",
            Self::TooMany { .. } => "too_many",
            Self::UnknownCode { .. } => "unknown_code",
            Self::SeveralFit { .. } => "several_fit",
            Self::NoPrice { .. } => "no_price",
            Self::OtherCurrency { .. } => "other_currency",
            Self::ShopIsSetUp => "shop_is_set_up",
            Self::ShopIsNotSetUp => "shop_is_not_set_up",
            Self::CurrencyIsFixed => "currency_is_fixed",
            Self::SessionIsOpen { .. } => "session_is_open",
            Self::NoOpenSession { .. } => "no_open_session",
            Self::SessionIsClosed => "session_is_closed",
            Self::TillCodeTaken { .. } => "till_code_taken",
            Self::WrongPin => "wrong_pin",
            Self::NoPin { .. } => "no_pin",
            Self::NotActive { .. } => "not_active",
            Self::LockedOut { .. } => "locked_out",
            Self::LastOwner => "last_owner",
            Self::BasketIsTaken => "basket_is_taken",
            Self::BasketInUse => "basket_in_use",
            Self::TenderExceeded { .. } => "tender_exceeded",
            Self::NothingToUndo => "nothing_to_undo",
            Self::OwnDevice => "own_device",
            Self::DeviceIsRevoked => "device_is_revoked",
            Self::NothingToApprove => "nothing_to_approve",
        }
    }
}

macro_rules! refusals {
    ($($error:ident),+ $(,)?) => {$(
        impl From<$error> for OperationError {
            fn from(error: $error) -> Self {
                Self::Refused(error.into())
            }
        }
    )+};
}

refusals!(
    BasketError,
    PricingError,
    SaleError,
    RefundError,
    TillSessionError,
    OrderStepError,
    PinError,
    MoneyError,
    QuantityError
);

fn in_words(permission: Permission) -> &'static str {
    match permission {
        Permission::Sell => "sell",
        Permission::Discount => "give discounts or change prices",
        Permission::Refund => "refund",
        Permission::RunTill => "open or close the till or move its cash",
        Permission::Stock => "change stock",
        Permission::EditCatalog => "edit products",
        Permission::Reports => "see reports",
        Permission::Administer => "change staff, devices or settings",
    }
}
