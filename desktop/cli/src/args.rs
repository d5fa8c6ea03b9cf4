//! What can be typed. The names are stable: scripts are written with them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tradepost_domain::time::{BusinessDay, Timestamp};

/// A shop from the command line: the same operations as at the till and in the back office.
#[derive(Debug, Parser)]
#[command(name = "tradepost", version, propagate_version = true)]
pub struct Arguments {
    /// The folder of this device's data.
    #[arg(long, value_name = "DIR", env = "TRADEPOST_DATA", global = true, default_value = "tradepost-data")]
    pub data: PathBuf,
    /// Answer with one JSON object.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a shop on this device, or show it.
    #[command(subcommand)]
    Shop(ShopCommand),
    /// Show or set tax rates.
    #[command(subcommand)]
    Tax(TaxCommand),
    /// Take products from a file of another program.
    Import(Import),
    /// Write all products to a file.
    Export(Export),
    /// List, show or change products.
    #[command(subcommand)]
    Product(ProductCommand),
    /// List or change stock.
    #[command(subcommand)]
    Stock(StockCommand),
    /// Open and close the till, move its cash.
    #[command(subcommand)]
    Till(TillCommand),
    /// Sell by barcode or SKU.
    Sell(Sell),
    /// Refund a receipt, or some of its lines.
    Refund(Refund),
    /// List orders, take them forward.
    #[command(subcommand)]
    Orders(OrdersCommand),
    /// Publish the shop to a server.
    Connect(Connect),
    /// Get a one-time code for a new device.
    PairCode(PairCode),
    /// Join a shop with a one-time code.
    Pair(Pair),
    /// Exchange entries with the server.
    Sync(Sync),
    /// Totals.
    Report(Report),
    /// The state digest and vector: equal on replicas in step.
    Digest,
    /// Fields that several people set at the same time; settle one.
    Conflicts(Conflicts),
    /// Check everything that this device holds.
    Verify,
    /// Make lists, balances and search again from documents and facts.
    Rebuild,
    /// Write a backup.
    Backup(Backup),
    /// Make this device's shop from a backup.
    Restore(Restore),
    /// Print labels with barcodes to a PDF.
    Labels(Labels),
    /// Show, print or save a receipt again.
    Receipt(Receipt),
}

#[derive(Debug, Subcommand)]
pub enum ShopCommand {
    /// Create a shop. No network is needed.
    Create(ShopCreate),
    /// Show the shop.
    Show,
    /// Change what buyers and receipts show: tagline, accent, contact_email, bank_details, receipt_header, receipt_footer,
    /// embedded_codes (how labels carry a price or weight: 28IIIIIWW.WWWC,02IIIIIKPPPPC).
    Set {
        /// FIELD=VALUE
        #[arg(required = true)]
        fields: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub struct ShopCreate {
    /// Its name.
    #[arg(long)]
    pub name: String,
    /// Its currency, three letters.
    #[arg(long)]
    pub currency: String,
    /// Its country, two letters.
    #[arg(long)]
    pub country: String,
    /// Prices contain tax.
    #[arg(long)]
    pub tax_inclusive: bool,
    /// Its state or province, for tax.
    #[arg(long, default_value = "")]
    pub region: String,
    /// Its first location's name.
    #[arg(long, default_value = "Main location")]
    pub location: String,
    /// The owner's name.
    #[arg(long, default_value = "Owner")]
    pub owner: String,
    /// The owner's PIN for tills, 4 to 8 digits.
    #[arg(long)]
    pub pin: Option<String>,
    /// Minutes ahead of UTC, for trading days.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub utc_offset_minutes: i32,
    /// What people call this device.
    #[arg(long, default_value = "Back office")]
    pub device: String,
}

#[derive(Debug, Subcommand)]
pub enum TaxCommand {
    /// The rates.
    List,
    /// Set rates in percent: standard=8.25
    Set {
        /// CATEGORY=PERCENT
        #[arg(required = true)]
        rates: Vec<String>,
        /// What receipts call it, before the percent.
        #[arg(long, default_value = "Tax")]
        name: String,
    },
}

#[derive(Debug, Args)]
pub struct Import {
    /// The file.
    pub file: PathBuf,
    /// Whose file it is; told from its columns where not given.
    #[arg(long)]
    pub format: Option<String>,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Where the stock of new variants is.
    #[arg(long, value_name = "NAME")]
    pub location: Option<String>,
}

#[derive(Debug, Args)]
pub struct Export {
    /// The file.
    pub file: PathBuf,
    /// For which program.
    #[arg(long, default_value = "shopify")]
    pub format: String,
}

#[derive(Debug, Subcommand)]
pub enum ProductCommand {
    /// List products.
    List {
        /// Words or parts of words in title, SKU, barcode, vendor, type, tags.
        #[arg(long, default_value = "")]
        search: String,
        /// Also archived ones.
        #[arg(long)]
        archived: bool,
    },
    /// Show a product with its variants.
    Show {
        /// Its handle.
        handle: String,
    },
    /// Change fields: title, price, sku ... A field of one variant of several is price:SKU=12.50
    Set {
        /// Its handle.
        handle: String,
        /// FIELD=VALUE
        #[arg(required = true)]
        fields: Vec<String>,
        /// Make the product if there is none.
        #[arg(long)]
        create: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum StockCommand {
    /// What is on hand, committed and available, by SKU and location.
    List {
        /// Only at this location.
        #[arg(long, value_name = "NAME")]
        location: Option<String>,
        /// Words or parts of words.
        #[arg(long, default_value = "")]
        search: String,
    },
    /// Goods arrived.
    Receive(StockChange),
    /// This is what is there.
    Count(StockChange),
    /// More or less than before, for a reason.
    Adjust(StockChange),
}

#[derive(Debug, Args)]
pub struct StockChange {
    /// SKU=QTY
    #[arg(required = true)]
    pub quantities: Vec<String>,
    /// Where; the only or first location where not given.
    #[arg(long, value_name = "NAME")]
    pub location: Option<String>,
    /// The delivery note's number, or why.
    #[arg(long, default_value = "command line")]
    pub reason: String,
}

#[derive(Debug, Subcommand)]
pub enum TillCommand {
    /// Open the drawer.
    Open {
        /// Cash in it.
        #[arg(long, value_name = "AMOUNT")]
        float: String,
        /// When, if it is recorded after the fact.
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
    /// Totals so far: the X report.
    Show,
    /// Cash in or out for another reason than a sale.
    Move {
        /// Which way.
        kind: CashKind,
        /// How much.
        amount: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Close the drawer with what was counted in it: the Z report.
    Close {
        /// All cash in it.
        #[arg(long, value_name = "AMOUNT")]
        counted: String,
        /// When, if it is recorded after the fact.
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CashKind {
    /// Into the drawer.
    In,
    /// Out of the drawer.
    Out,
    /// From the drawer to the safe.
    Safe,
}

#[derive(Debug, Args)]
pub struct Sell {
    /// CODE or CODE=QTY; the code is a barcode or SKU.
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    pub codes: Vec<String>,
    /// Percent off everything.
    #[arg(long, value_name = "PERCENT")]
    pub discount: Option<String>,
    /// Cash handed over.
    #[arg(long, value_name = "AMOUNT")]
    pub cash: Option<String>,
    /// Paid with a card on a terminal of its own.
    #[arg(long, value_name = "AMOUNT")]
    pub card: Option<String>,
    /// When, if it is recorded after the fact.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
    /// Many sales and refunds, one JSON object a line; - is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["discount", "cash", "card", "at"])]
    pub batch: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Refund {
    /// The number at the top of the receipt: T01-1-000001
    pub receipt_number: String,
    /// LINE=QTY, where LINE is the line's number on the receipt or its SKU; none: everything that is left.
    pub lines: Vec<String>,
    /// Why.
    #[arg(long, default_value = "")]
    pub reason: String,
    /// The goods are damaged: they do not go back on the shelf.
    #[arg(long)]
    pub damaged: bool,
    /// In cash, however it was paid.
    #[arg(long)]
    pub cash: bool,
    /// When, if it is recorded after the fact.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Timestamp>,
}

#[derive(Debug, Subcommand)]
pub enum OrdersCommand {
    /// List orders, newest first.
    List {
        /// Only of this status: open, packed, canceled, fulfilled.
        #[arg(long)]
        status: Option<String>,
    },
    /// Show an order.
    Show {
        /// Its number.
        number: String,
    },
    /// Send or hand over all that is left of an order.
    Fulfill {
        /// Its number.
        number: String,
        /// The carrier's tracking number.
        #[arg(long, default_value = "")]
        tracking: String,
    },
    /// Gather and box an order.
    Pack {
        /// Its number.
        number: String,
    },
    /// Record that an order was paid; all that is due where no amount is given.
    Pay {
        /// Its number.
        number: String,
        /// How much.
        #[arg(long)]
        amount: Option<String>,
        /// The bank's or terminal's reference.
        #[arg(long, default_value = "")]
        reference: String,
    },
    /// Stop an order of which nothing has left.
    Cancel {
        /// Its number.
        number: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub struct Connect {
    /// The server's address.
    pub url: String,
    /// The server operator's token.
    #[arg(long, value_name = "TOKEN", env = "TRADEPOST_ADMIN_TOKEN", hide_env_values = true)]
    pub admin_token: String,
}

#[derive(Debug, Args)]
pub struct PairCode {
    /// What the new device is for.
    #[arg(long, value_enum, default_value_t = DeviceKind::Till)]
    pub role: DeviceKind,
    /// What people will call it.
    #[arg(long)]
    pub name: Option<String>,
    /// The code of the till that it will be (T01); a new till where not given.
    #[arg(long, value_name = "CODE")]
    pub till: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceKind {
    /// Sells over the counter.
    Till,
    /// Runs the shop.
    BackOffice,
}

#[derive(Debug, Args)]
pub struct Pair {
    /// The server's address.
    pub url: String,
    /// The one-time code.
    pub code: String,
    /// What people call this device.
    #[arg(long, default_value = "")]
    pub name: String,
}

#[derive(Debug, Args)]
pub struct Sync {
    /// Exchange everything once, and end. This is what happens where nothing else is said.
    #[arg(long, conflicts_with = "follow")]
    pub once: bool,
    /// Go on until the program is stopped.
    #[arg(long)]
    pub follow: bool,
    /// How long it may take at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub timeout: u64,
}

#[derive(Debug, Args)]
pub struct Report {
    /// Of what.
    #[arg(value_enum)]
    pub kind: ReportKind,
    /// From this trading day on.
    #[arg(long, value_name = "DATE")]
    pub from: Option<BusinessDay>,
    /// Up to and including this trading day.
    #[arg(long, value_name = "DATE")]
    pub to: Option<BusinessDay>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportKind {
    /// Sales, refunds and orders by trading day.
    Sales,
    /// Tax by rate.
    Tax,
    /// Stock by location with its value at cost and at price.
    Stock,
    /// Till sessions.
    Sessions,
}

#[derive(Debug, Args)]
pub struct Conflicts {
    /// Set a field to a value; text, number, true or false, or nothing to take it away.
    #[arg(long, num_args = 2..=3, value_names = ["DOCUMENT", "PATH", "VALUE"])]
    pub settle: Option<Vec<String>>,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write.
    pub file: PathBuf,
    /// Do not write the keys that open it beside it.
    #[arg(long)]
    pub without_keys: bool,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    pub file: PathBuf,
    /// The keys that open it; looked for beside the backup, then in the data folder.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Labels {
    /// The PDF to write.
    pub file: PathBuf,
    /// SKU or SKU=COPIES; one of each variant of the shop where none is given.
    pub codes: Vec<String>,
    /// The sheet or roll, such as a4-24.
    #[arg(long, default_value = "a4-24")]
    pub sheet: String,
    /// Tags for the shelf, with large prices.
    #[arg(long)]
    pub shelf: bool,
}

#[derive(Debug, Args)]
pub struct Receipt {
    /// The number at the top of the receipt.
    pub receipt_number: String,
    /// Print it on a network printer.
    #[arg(long, value_name = "HOST:PORT")]
    pub print: Option<String>,
    /// Save it as a PDF.
    #[arg(long, value_name = "FILE")]
    pub pdf: Option<PathBuf>,
}
