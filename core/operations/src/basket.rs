//! The basket on this machine's counter: kept through a power cut, priced, parked and recalled.

use tradepost_domain::basket::{Basket, BasketLine, Discount, LINES_MAX, ParkedBasket, PricedBasket, Pricing};
use tradepost_domain::catalog::ProductStatus;
use tradepost_domain::id::{BasketId, LineId, StaffId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::{Quantity, Unit};
use tradepost_domain::shop::ShopSettings;
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::{TaxCategory, TaxTable};
use tradepost_domain::time::BusinessDay;
use tradepost_replica::read::VariantRow;
use tradepost_replica::{Draft, Reader, Recorded};

use crate::by::By;
use crate::error::{OperationError, Outcome, Refusal};
use crate::shop::{Shop, Work, found, json, may, settings};
use crate::text;

const CURRENT: &str = "basket/current";

/// What empties the basket on the counter, in the transaction that takes its goods. It is emptied where it stands: taking its row out
/// would cost a sale two pages more.
pub(crate) fn emptied() -> (String, Option<Vec<u8>>) {
    (CURRENT.to_owned(), json(&None::<Basket>))
}

/// The shop's rules for prices on one day. Good for as long as the reader's generation stays.
#[derive(Debug, Clone)]
pub struct PricingRules {
    /// The shop's settings.
    pub settings: ShopSettings,
    /// Its tax table.
    pub taxes: TaxTable,
    /// The day whose rates hold.
    pub day: BusinessDay,
}

/// A basket that was set aside.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each says itself")]
pub struct Parked {
    pub id: BasketId,
    pub recorded: Recorded,
}

/// A basket that was brought back.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "each says itself")]
pub struct Recalled {
    pub basket: Basket,
    pub recorded: Recorded,
}

impl PricingRules {
    pub(crate) fn read(read: &Reader, day: BusinessDay) -> Outcome<Self> {
        let settings = settings(read)?;
        Ok(Self { settings, taxes: read.tax_table()?, day })
    }

    /// The rules as the domain takes them.
    pub fn pricing(&self) -> Pricing<'_> {
        Pricing {
            taxes: &self.taxes,
            tax_inclusion: self.settings.tax_inclusion,
            tax_rounding: self.settings.tax_rounding,
            country: &self.settings.country,
            region: &self.settings.region,
            day: self.day,
            currency: self.settings.currency,
        }
    }

    /// What a basket costs.
    pub fn price(&self, basket: &Basket) -> Outcome<PricedBasket> {
        if basket.lines.len() > LINES_MAX {
            return Err(Refusal::TooMany { what: "lines", count: basket.lines.len(), max: LINES_MAX }.into());
        }
        Ok(basket.price(&self.pricing())?)
    }
}

impl Shop {
    /// The basket on the counter; an empty one if there is none.
    pub fn current_basket(&self, by: &mut By<'_>) -> Outcome<Basket> {
        let kept = self.work().local::<Basket>(CURRENT)?;
        Ok(kept.unwrap_or_else(|| Basket::new(BasketId::from_bytes(by.new_id()))))
    }

    /// Keeps the basket on the counter through a crash or a power cut. Outside the journal: nothing has happened yet.
    pub fn save_basket(&self, basket: &Basket) -> Outcome<()> {
        let mut work = self.work();
        if basket.is_empty() {
            return Ok(work.replica.put_local(CURRENT, None)?);
        }
        work.put_local(CURRENT, basket)
    }

    /// The rules for prices on a day.
    pub fn pricing_rules(&self, day: BusinessDay) -> Outcome<PricingRules> {
        PricingRules::read(&self.read(), day)
    }

    /// What a basket costs now.
    pub fn price(&self, by: &mut By<'_>, basket: &Basket) -> Outcome<PricedBasket> {
        let read = self.read();
        let day = by.now().date_at_offset(settings(&read)?.utc_offset_minutes);
        PricingRules::read(&read, day)?.price(basket)
    }

    /// The variants that a scanned or typed code may mean; those that are sold before those that are not.
    pub fn find_by_code(&self, code: &str) -> Outcome<Vec<VariantRow>> {
        find_by_code(&self.read(), code)
    }

    /// A line for a variant as it is now.
    pub fn line_for(by: &mut By<'_>, variant: &VariantRow, quantity: Quantity) -> Outcome<BasketLine> {
        let title = title_of(variant);
        let unit_price = variant.list_price.ok_or(Refusal::NoPrice { title: title.clone() })?;
        Ok(BasketLine {
            id: LineId::from_bytes(by.new_id()),
            product: Some(variant.product),
            variant: Some(variant.id),
            sku: variant.sku.clone(),
            title,
            quantity,
            unit: variant.unit,
            unit_price,
            tax_category: variant.tax_category.clone(),
            discount: None,
        })
    }

    /// A line for something that is not in the catalog.
    pub fn open_line(
        by: &mut By<'_>,
        title: &str,
        unit_price: Money,
        tax_category: TaxCategory,
        quantity: Quantity,
    ) -> Outcome<BasketLine> {
        text::name(title, "a name for the line")?;
        Ok(BasketLine {
            id: LineId::from_bytes(by.new_id()),
            product: None,
            variant: None,
            sku: String::new(),
            title: title.trim().to_owned(),
            quantity,
            unit: Unit::Each,
            unit_price,
            tax_category,
            discount: None,
        })
    }

    /// Gives a line a discount or takes it away; whoever sells needs to be allowed to, or somebody who is has approved it ([`Discount::staff`]).
    pub fn discount_line(&self, by: &By<'_>, basket: &mut Basket, line: LineId, discount: Option<Discount>) -> Outcome<()> {
        self.allow_discount(by, discount.as_ref())?;
        Ok(basket.set_line_discount(line, discount)?)
    }

    /// Gives the whole basket a discount or takes it away.
    pub fn discount_basket(&self, by: &By<'_>, basket: &mut Basket, discount: Option<Discount>) -> Outcome<()> {
        self.allow_discount(by, discount.as_ref())?;
        basket.discount = discount;
        Ok(())
    }

    /// Sells a line at another price than the catalog's.
    pub fn override_price(&self, by: &By<'_>, basket: &mut Basket, line: LineId, unit_price: Money) -> Outcome<()> {
        if !self.may(by.staff, Permission::Discount)? {
            return Err(OperationError::NotPermitted { permission: Permission::Discount });
        }
        Ok(basket.set_unit_price(line, unit_price)?)
    }

    /// Sets a basket aside, to be recalled at any till. The counter is free then.
    pub fn park(&self, by: &mut By<'_>, basket: &Basket, label: &str) -> Outcome<Parked> {
        text::at_most(label, "the label", text::NAME_CHARS_MAX)?;
        if basket.is_empty() {
            return Err(tradepost_domain::sale::SaleError::EmptyBasket.into());
        }
        let mut work = self.work_by(by, Permission::Sell)?;
        let parked = ParkedBasket {
            basket: basket.clone(),
            label: label.trim().to_owned(),
            staff: by.staff,
            parked_at: by.now(),
            is_taken: false,
        };
        let edits = work.edit_of(&parked)?.into_iter().collect();
        let draft = Draft { edits, local: vec![emptied()], ..by.draft("basket.park") };
        let recorded = work.record(draft, by.env)?;
        Ok(Parked { id: basket.id, recorded })
    }

    /// Brings a basket back to this counter, which must be empty.
    pub fn recall(&self, by: &mut By<'_>, id: BasketId) -> Outcome<Recalled> {
        let mut work = self.work_by(by, Permission::Sell)?;
        let is_in_use = work.local::<Basket>(CURRENT)?.is_some_and(|current| !current.is_empty());
        if is_in_use {
            return Err(Refusal::BasketInUse.into());
        }
        let parked = untaken(&work, id)?;
        let basket = parked.basket.clone();
        let taken = ParkedBasket { is_taken: true, ..parked };
        let edits = work.edit_of(&taken)?.into_iter().collect();
        let draft = Draft { edits, local: vec![(CURRENT.to_owned(), json(&basket))], ..by.draft("basket.recall") };
        let recorded = work.record(draft, by.env)?;
        Ok(Recalled { basket, recorded })
    }

    /// Gives up a parked basket.
    pub fn drop_parked(&self, by: &mut By<'_>, id: BasketId) -> Outcome<Recorded> {
        let mut work = self.work_by(by, Permission::Sell)?;
        let taken = ParkedBasket { is_taken: true, ..untaken(&work, id)? };
        let edits = work.edit_of(&taken)?.into_iter().collect();
        let draft = Draft { edits, ..by.draft("basket.drop") };
        work.record(draft, by.env)
    }

    fn allow_discount(&self, by: &By<'_>, discount: Option<&Discount>) -> Outcome<()> {
        let read = self.read();
        discount.map_or(Ok(()), |discount| discount_is_allowed(&read, by.staff, discount))
    }
}

/// Whether whoever sells may give discounts, or somebody who may has allowed this one.
pub(crate) fn discount_is_allowed(read: &Reader, seller: Option<StaffId>, discount: &Discount) -> Outcome<()> {
    let approver_may = discount.staff.is_some() && may(read, discount.staff, Permission::Discount)?;
    if approver_may || may(read, seller, Permission::Discount)? {
        return Ok(());
    }
    Err(OperationError::NotPermitted { permission: Permission::Discount })
}

pub(crate) fn find_by_code(read: &Reader, code: &str) -> Outcome<Vec<VariantRow>> {
    let mut rows = read.variants_by_code(code.trim())?;
    let is_any_sold = rows.iter().any(|row| row.status == ProductStatus::Active);
    rows.retain(|row| !is_any_sold || row.status == ProductStatus::Active);
    Ok(rows)
}

/// What is printed for a variant: "T-shirt, blue / M".
pub(crate) fn title_of(variant: &VariantRow) -> String {
    match variant.variant_title.as_str() {
        "" => variant.product_title.clone(),
        options => format!("{}, {options}", variant.product_title),
    }
}

fn untaken(work: &Work<'_>, id: BasketId) -> Outcome<ParkedBasket> {
    let parked = found(work.read.document::<ParkedBasket>(id.into())?, "this basket")?;
    if parked.is_taken { Err(Refusal::BasketIsTaken.into()) } else { Ok(parked) }
}
