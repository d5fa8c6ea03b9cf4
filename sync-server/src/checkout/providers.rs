//! Who moves the money and who moves the goods. Built in: pay on collection, bank transfer, and the shop's own table of shipping rates.

use tradepost_domain::money::Money;
use tradepost_domain::order::PaymentMethod;
use tradepost_domain::shop::ShopSettings;

use super::store::DeliveryChoice;
use crate::shops::Overview;

/// A way of paying for an order.
pub trait PaymentProvider: Send + Sync {
    /// What stands in the order.
    fn method(&self) -> PaymentMethod;
    /// Its word in forms.
    fn word(&self) -> &'static str;
    /// What buyers read.
    fn title(&self) -> &'static str;
    /// What it means for the buyer.
    fn note(&self) -> &'static str;
    /// Its icon.
    fn icon(&self) -> &'static str;
    /// Whether it fits this shop and this delivery.
    fn is_offered(&self, settings: &ShopSettings, delivery: DeliveryChoice) -> bool;
    /// What the buyer has to do after ordering; `None`: nothing before collecting.
    fn instructions(&self, settings: &ShopSettings) -> Option<String>;
}

struct PayOnCollection;
struct BankTransfer;

impl PaymentProvider for PayOnCollection {
    fn method(&self) -> PaymentMethod {
        PaymentMethod::PayOnCollection
    }
    fn word(&self) -> &'static str {
        "on-collection"
    }
    fn title(&self) -> &'static str {
        "Pay when you collect"
    }
    fn note(&self) -> &'static str {
        "In cash or by card, at the till"
    }
    fn icon(&self) -> &'static str {
        "store"
    }
    fn is_offered(&self, _settings: &ShopSettings, delivery: DeliveryChoice) -> bool {
        matches!(delivery, DeliveryChoice::Collect(_))
    }
    fn instructions(&self, _settings: &ShopSettings) -> Option<String> {
        None
    }
}

impl PaymentProvider for BankTransfer {
    fn method(&self) -> PaymentMethod {
        PaymentMethod::BankTransfer
    }
    fn word(&self) -> &'static str {
        "bank-transfer"
    }
    fn title(&self) -> &'static str {
        "Bank transfer"
    }
    fn note(&self) -> &'static str {
        "You get the account after ordering; your order is prepared once the money is here"
    }
    fn icon(&self) -> &'static str {
        "bank"
    }
    fn is_offered(&self, settings: &ShopSettings, _delivery: DeliveryChoice) -> bool {
        !settings.bank_details.trim().is_empty()
    }
    fn instructions(&self, settings: &ShopSettings) -> Option<String> {
        Some(settings.bank_details.clone())
    }
}

/// All ways of paying.
pub const PAYMENTS: &[&dyn PaymentProvider] = &[&PayOnCollection, &BankTransfer];

/// The provider of a method.
pub fn payment_of(method: PaymentMethod) -> Option<&'static dyn PaymentProvider> {
    PAYMENTS.iter().copied().find(|provider| provider.method() == method)
}

/// What is to be sent.
#[derive(Debug, Clone)]
pub struct Parcel<'a> {
    /// Where to, ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// Weight, grams.
    pub weight_grams: i64,
    /// What the goods cost, gross.
    pub goods_gross: Money,
}

/// An offer to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingOffer {
    /// Its key, for forms.
    pub key: String,
    /// What buyers read.
    pub name: String,
    /// What it costs, gross.
    pub price: Money,
}

/// Who sends goods.
pub trait ShippingProvider: Send + Sync {
    /// What it costs to send this, cheapest first; none: not there.
    fn offers(&self, parcel: &Parcel<'_>) -> Vec<ShippingOffer>;
}

/// The shop's own table.
pub struct TableRates<'a>(pub &'a Overview);

impl ShippingProvider for TableRates<'_> {
    fn offers(&self, parcel: &Parcel<'_>) -> Vec<ShippingOffer> {
        let rates = self.0.shipping.rates_for(parcel.country, parcel.weight_grams, parcel.goods_gross);
        rates
            .into_iter()
            .map(|rate| ShippingOffer { key: rate.key.clone(), name: rate.name.clone(), price: rate.price })
            .collect()
    }
}
