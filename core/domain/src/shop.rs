//! The shop itself: its settings, locations, tills and shipping.

use serde::{Deserialize, Serialize};

use crate::id::{DocumentId, LocationId, ShopId, TillId};
use crate::money::{Currency, Money};
use crate::tax::{TaxInclusion, TaxRounding};

/// A postal address. Which lines a country uses is the screen's business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each is the part of an address of the same name")]
pub struct Address {
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub phone: String,
}

/// A shop's settings. One document; its id is the shop's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopSettings {
    /// The shop.
    pub id: ShopId,
    /// Its name.
    pub name: String,
    /// The currency of all its prices.
    pub currency: Currency,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Its state or province, for tax.
    pub region: String,
    /// Whether its prices contain tax.
    pub tax_inclusion: TaxInclusion,
    /// Where tax is rounded.
    pub tax_rounding: TaxRounding,
    /// Cash totals are rounded to this many minor units; 1: not at all.
    pub smallest_coin_minor: i64,
    /// Minutes ahead of UTC, for business days and times on receipts.
    pub utc_offset_minutes: i32,
    /// Lines under the name on receipts.
    pub receipt_header: String,
    /// Lines at the end of receipts.
    pub receipt_footer: String,
    /// Where buyers write to.
    pub contact_email: String,
    /// The storefront's accent color, `#rrggbb`; empty: the house color.
    pub accent: String,
    /// One sentence on the storefront's home page.
    pub tagline: String,
    /// How buyers transfer money: bank, account, reference; empty: bank transfer is not offered.
    pub bank_details: String,
}

/// A place that holds stock or sells. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Whether buyers may collect orders here.
    pub offers_collection: bool,
    /// Whether web orders are shipped from here.
    pub ships_orders: bool,
}

/// A selling point with a drawer. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Till {
    /// Its id.
    pub id: TillId,
    /// Its name: "Front till".
    pub name: String,
    /// Its code on receipts: `T01`. One to four letters and digits, unique in a well-kept shop.
    pub code: String,
    /// Where it stands.
    pub location: LocationId,
}

/// A shop's shipping rates. One document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingTable {
    /// Its document.
    pub id: DocumentId,
    /// Its rates.
    pub rates: Vec<ShippingRate>,
}

/// A row of the shipping table: offered where the place, weight and goods total fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingRate {
    /// Its id in the table.
    pub key: String,
    /// What buyers read: "Standard, 3 to 5 days".
    pub name: String,
    /// Countries, ISO 3166-1 alpha-2; empty: everywhere.
    pub countries: Vec<String>,
    /// Up to this weight, grams; `None`: any.
    pub weight_grams_max: Option<i64>,
    /// From this goods total (gross) on; `None`: any. A rate of zero with a minimum is "free from".
    pub goods_gross_min: Option<Money>,
    /// What it costs, gross.
    pub price: Money,
}
// OWNER domain: Document impls; ShippingTable::rates_for(country, weight_grams, goods_gross) -> Vec<&ShippingRate>; validators (currency, country, code).
