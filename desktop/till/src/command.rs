//! Everything a person can ask for by a button or a key: its word, its hint, its icon and its key, in one table.
//!
//! A screen shows commands; [`crate::app`] runs them. No two commands of one panel share a key, which a test proves.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::icon;

/// Something a person can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is explained by its row in `info`")]
pub enum Command {
    Back,
    Confirm,
    Lock,
    Menu,
    Settings,
    // Selling
    Pay,
    DiscountBasket,
    Note,
    Park,
    Recall,
    Refund,
    OpenLine,
    Customer,
    MoveCash,
    Reports,
    PrintQueue,
    AwayReport,
    PrintLast,
    VoidBasket,
    EditLine,
    RemoveLine,
    MoreOfLine,
    LessOfLine,
    NextLine,
    PreviousLine,
    // A line
    RemoveDiscount,
    AskApproval,
    TaxNext,
    // Customers
    NewCustomer,
    RemoveCustomer,
    // Payment
    TakeCash,
    TakeCard,
    TakeOther,
    RemoveTender,
    Suggestion(u8),
    // Cash, reports, closing
    PaidIn,
    PaidOut,
    SafeDrop,
    KickDrawer,
    CloseSession,
    PrintReport,
    NewSale,
    // Refund
    RefundAll,
    RefundTenderNext,
    WithoutReceipt,
    GoodsNext,
    // Settings
    ThemeLight,
    ThemeDark,
    ThemeSystem,
}

/// How a command is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Its word, on the button.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub hint: &'static str,
    /// Its icon.
    pub icon: char,
    /// Its key.
    pub key: Option<KeyboardShortcut>,
}

const fn plain(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::NONE, key))
}

const fn control(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn info(label: &'static str, hint: &'static str, icon: char, key: Option<KeyboardShortcut>) -> Info {
    Info { label, hint, icon, key }
}

impl Command {
    /// How the command is shown.
    pub const fn info(self) -> Info {
        match self {
            Self::Back => info("Back", "Back to the products", icon::ARROW_LEFT, plain(Key::Escape)),
            Self::Confirm => info("Confirm", "Do it", icon::CHECK, plain(Key::Enter)),
            Self::Lock => info("Lock", "Sign out; the basket stays", icon::LOCK, plain(Key::F11)),
            Self::Menu => info("More", "Cash, reports, printing and settings", icon::MENU, plain(Key::F10)),
            Self::Settings => info("Settings", "Printer, look and this till", icon::SETTINGS, control(Key::Comma)),
            Self::Pay => info("Take payment", "Take payment for the basket", icon::WALLET, plain(Key::F12)),
            Self::DiscountBasket => info("Discount", "Discount the whole basket", icon::PERCENT, plain(Key::F2)),
            Self::Note => info("Note", "Write a note on the receipt", icon::STICKY_NOTE, plain(Key::F3)),
            Self::Park => info("Park", "Set the basket aside", icon::CIRCLE_PAUSE, plain(Key::F4)),
            Self::Recall => info("Recall", "Bring a parked basket back", icon::ARCHIVE_RESTORE, plain(Key::F5)),
            Self::Refund => info("Refund", "Refund lines of an earlier receipt", icon::UNDO, plain(Key::F6)),
            Self::OpenLine => info("Open line", "An amount with a name, not in the catalog", icon::TAG, control(Key::O)),
            Self::Customer => info("Customer", "Who buys: find or add a customer", icon::USER, control(Key::U)),
            Self::MoveCash => info("Cash", "Paid in, paid out, safe drop; open the drawer", icon::COINS, plain(Key::F7)),
            Self::Reports => info("Report", "The day so far; count and close the drawer", icon::FILE_TEXT, plain(Key::F8)),
            Self::PrintLast => info("Print again", "Print the last receipt again", icon::PRINTER, plain(Key::F9)),
            Self::PrintQueue => info("Print queue", "What waits for the printer", icon::LIST, control(Key::P)),
            Self::AwayReport => info("While offline", "What happened while this till was offline", icon::INFO, control(Key::I)),
            Self::VoidBasket => info("Clear basket", "Abandon this basket", icon::TRASH, control(Key::Delete)),
            Self::EditLine => info("Edit", "Quantity, price and discount of the chosen line", icon::PENCIL, plain(Key::F1)),
            Self::RemoveLine => info("Remove line", "Take the chosen line out of the basket", icon::TRASH, plain(Key::Delete)),
            Self::MoreOfLine => info("One more", "One more of the chosen line", icon::PLUS, control(Key::ArrowUp)),
            Self::LessOfLine => info("One less", "One less of the chosen line", icon::MINUS, control(Key::ArrowDown)),
            Self::NextLine => info("Next line", "Choose the next line", icon::LIST, plain(Key::ArrowDown)),
            Self::PreviousLine => info("Previous line", "Choose the line before", icon::LIST, plain(Key::ArrowUp)),
            Self::RemoveDiscount => info("Remove discount", "Take the discount off again", icon::X, plain(Key::F4)),
            Self::AskApproval => info("Have it approved", "Somebody who may enters their PIN", icon::LOCK, plain(Key::F2)),
            Self::TaxNext => info("Tax", "What it is for tax", icon::PERCENT, plain(Key::F2)),
            Self::NewCustomer => info("New customer", "Add somebody who is not in the list", icon::PLUS, plain(Key::F2)),
            Self::RemoveCustomer => info("Remove customer", "Sell to nobody in particular", icon::X, plain(Key::F4)),
            Self::TakeCash => info("Take cash", "Take this amount in cash", icon::BANKNOTE, plain(Key::Enter)),
            Self::TakeCard => {
                info("Take card", "Charge the card terminal, then record it here", icon::CREDIT_CARD, plain(Key::F9))
            }
            Self::TakeOther => info("Other", "Voucher or anything else you note down", icon::TAG, plain(Key::F8)),
            Self::RemoveTender => info("Remove last", "Take the last part payment out again", icon::UNDO, plain(Key::Delete)),
            Self::Suggestion(0) => info("", "Take this amount in cash", icon::BANKNOTE, plain(Key::F1)),
            Self::Suggestion(1) => info("", "Take this amount in cash", icon::BANKNOTE, plain(Key::F2)),
            Self::Suggestion(2) => info("", "Take this amount in cash", icon::BANKNOTE, plain(Key::F3)),
            Self::Suggestion(3) => info("", "Take this amount in cash", icon::BANKNOTE, plain(Key::F4)),
            Self::Suggestion(_) => info("", "Take this amount in cash", icon::BANKNOTE, None),
            Self::PaidIn => info("Paid in", "Cash put into the drawer", icon::ARROW_DOWN_TO_LINE, plain(Key::F1)),
            Self::PaidOut => {
                info("Paid out", "Cash taken out of the drawer to pay something", icon::ARROW_UP_FROM_LINE, plain(Key::F2))
            }
            Self::SafeDrop => info("Safe drop", "Cash moved from the drawer to the safe", icon::VAULT, plain(Key::F3)),
            Self::KickDrawer => info("Open drawer", "Open the drawer without a sale", icon::HAND_COINS, control(Key::D)),
            Self::CloseSession => {
                info("Count and close", "Count the drawer and close it for the day", icon::DOOR_CLOSED, plain(Key::F12))
            }
            Self::PrintReport => info("Print report", "Print this report", icon::PRINTER, plain(Key::F9)),
            Self::NewSale => info("New sale", "Or just scan the next thing", icon::SHOPPING_BASKET, plain(Key::Enter)),
            Self::RefundAll => info("Everything", "Refund all that is left of this receipt", icon::LIST, plain(Key::F2)),
            Self::RefundTenderNext => info("Money back by", "Cash or card", icon::BANKNOTE, plain(Key::F3)),
            Self::WithoutReceipt => info("Without a receipt", "Take goods back at today's prices", icon::UNDO, plain(Key::F2)),
            Self::GoodsNext => info("Where the goods go", "On the shelf, damaged, or kept", icon::PACKAGE, plain(Key::F4)),
            Self::ThemeLight => info("Light", "Light colors", icon::SUN, plain(Key::F1)),
            Self::ThemeDark => info("Dark", "Dark colors", icon::MOON, plain(Key::F2)),
            Self::ThemeSystem => info("As the system", "As this computer is set", icon::SETTINGS, plain(Key::F3)),
        }
    }

    /// Whether two presses in one frame are two of it.
    pub fn is_step(self) -> bool {
        matches!(self, Self::MoreOfLine | Self::LessOfLine | Self::NextLine | Self::PreviousLine)
    }

    /// The key as people read it: "F12", "Ctrl P".
    pub fn key_name(self) -> Option<String> {
        self.info().key.map(key_name)
    }
}

/// A key as people read it.
#[expect(clippy::wildcard_enum_match_arm, reason = "most keys read as egui names them")]
pub fn key_name(shortcut: KeyboardShortcut) -> String {
    let key = match shortcut.logical_key {
        Key::Escape => "Esc",
        Key::Delete => "Del",
        Key::ArrowUp => "Up",
        Key::ArrowDown => "Down",
        Key::Comma => ",",
        key => key.name(),
    };
    if shortcut.modifiers.command { format!("Ctrl {key}") } else { key.to_owned() }
}
