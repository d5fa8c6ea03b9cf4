//! Writing: the verbs of the shop with undo. One call is one thing a person does.

use std::sync::Mutex;

use tradepost_domain::catalog::{Collection, Product};
use tradepost_domain::customer::Customer;
use tradepost_domain::document::{Document, DocumentEdit, DocumentKind, Scalar};
use tradepost_domain::id::{DocumentId, LocationId, OrderId, VariantId};
use tradepost_domain::money::Money;
use tradepost_domain::order::FulfillmentStage;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::shop::{Location, ShippingTable, ShopSettings, Till};
use tradepost_domain::staff::StaffMember;
use tradepost_domain::stock::StockLine;
use tradepost_domain::tax::TaxTable;
use tradepost_operations::read::Reader;
use tradepost_operations::{By, Fulfillment, Outcome, PRODUCTS_AT_ONCE_MAX, PinChange, Recorded, Shop};

use super::desk::held;
use super::error::{ApiError, ApiResult};
use super::undo::{Saved, UndoEdit, UndoList, UndoStep};

/// One write by one person.
pub struct Write<'a, 'b> {
    /// Reads what is stored.
    pub reader: &'a Reader,
    /// The verbs.
    pub shop: &'a Shop,
    /// Who does it.
    pub by: By<'b>,
    /// Takes what can be undone.
    pub undo: &'a Mutex<UndoList>,
}

impl Write<'_, '_> {
    /// The bytes of a new id.
    pub fn random_id(&mut self) -> [u8; 16] {
        self.by.new_id()
    }

    /// The id a screen sent, or a new one where it sent none.
    pub fn id_or_new<T: From<DocumentId>>(&mut self, id: &str, what: &str) -> ApiResult<T> {
        if id.is_empty() {
            return Ok(DocumentId::from_bytes(self.random_id()).into());
        }
        id.parse::<DocumentId>().map(T::from).map_err(|_| ApiError::not_found(what))
    }

    /// Saves a product.
    pub fn save_product(&mut self, before: Option<&Product>, product: &Product) -> ApiResult<Saved> {
        self.saving(before, product, |shop, by| shop.save_product(by, product))
    }

    /// Saves many products; undone together.
    pub fn save_products(&mut self, changes: &[(Product, Product)]) -> ApiResult<Saved> {
        let mut step = UndoStep::default();
        for chunk in changes.chunks(PRODUCTS_AT_ONCE_MAX) {
            let after: Vec<Product> = chunk.iter().map(|(_, after)| after.clone()).collect();
            self.shop.save_products(&mut self.by, &after)?;
            step.edits.extend(chunk.iter().filter_map(|(before, after)| undo_of(Some(before), after)));
        }
        Ok(self.remember(String::new(), step))
    }

    /// Saves a collection.
    pub fn save_collection(&mut self, before: Option<&Collection>, collection: &Collection) -> ApiResult<Saved> {
        self.saving(before, collection, |shop, by| shop.save_collection(by, collection))
    }

    /// Saves a customer.
    pub fn save_customer(&mut self, before: Option<&Customer>, customer: &Customer) -> ApiResult<Saved> {
        self.saving(before, customer, |shop, by| shop.save_customer(by, customer))
    }

    /// Saves the shop's settings.
    pub fn edit_shop(&mut self, before: &ShopSettings, after: &ShopSettings) -> ApiResult<Saved> {
        self.saving(Some(before), after, |shop, by| shop.edit_shop(by, after))
    }

    /// Saves the tax table.
    pub fn save_tax_table(&mut self, before: &TaxTable, after: &TaxTable) -> ApiResult<Saved> {
        self.saving(Some(before), after, |shop, by| shop.save_tax_table(by, after))
    }

    /// Saves the shipping table.
    pub fn save_shipping_table(&mut self, before: &ShippingTable, after: &ShippingTable) -> ApiResult<Saved> {
        self.saving(Some(before), after, |shop, by| shop.save_shipping_table(by, after))
    }

    /// Saves a location.
    pub fn save_location(&mut self, before: Option<&Location>, after: &Location) -> ApiResult<Saved> {
        self.saving(before, after, |shop, by| shop.save_location(by, after))
    }

    /// Saves a till.
    pub fn save_till(&mut self, before: Option<&Till>, after: &Till) -> ApiResult<Saved> {
        self.saving(before, after, |shop, by| shop.save_till(by, after))
    }

    /// Saves a staff member; `pin` replaces the PIN.
    pub fn save_staff(&mut self, before: Option<&StaffMember>, after: &StaffMember, pin: Option<&str>) -> ApiResult<Saved> {
        let change = pin.map_or(PinChange::Keep, |pin| PinChange::Set(pin.to_owned()));
        self.saving(before, after, |shop, by| shop.save_staff(by, after, change))
    }

    /// Makes one value of a field the only one.
    pub fn settle_conflict(&mut self, document: DocumentId, path: &str, value: Option<Scalar>) -> ApiResult<()> {
        self.shop.settle_conflict(&mut self.by, document, path, value)?;
        Ok(())
    }

    /// Goods arrived.
    pub fn receive(&mut self, location: LocationId, lines: Vec<(VariantId, Quantity)>, reference: &str) -> ApiResult<Saved> {
        let done = self.shop.receive(&mut self.by, location, stock_lines(lines), reference)?;
        Ok(Saved::fact(done.fact.to_string()))
    }

    /// Stock changed for a reason.
    pub fn adjust(&mut self, location: LocationId, lines: Vec<(VariantId, Quantity)>, reason: &str) -> ApiResult<Saved> {
        let done = self.shop.adjust(&mut self.by, location, stock_lines(lines), reason)?;
        Ok(Saved::fact(done.fact.to_string()))
    }

    /// Stock was counted.
    pub fn count(&mut self, location: LocationId, lines: Vec<(VariantId, Quantity)>) -> ApiResult<Saved> {
        let done = self.shop.count(&mut self.by, location, stock_lines(lines))?;
        Ok(Saved::fact(done.fact.to_string()))
    }

    /// Supplies all that is left of an order.
    pub fn fulfill(&mut self, order: OrderId, stage: FulfillmentStage, tracking_number: &str) -> ApiResult<Saved> {
        let fulfillment = Fulfillment { lines: None, stage, tracking_number: tracking_number.to_owned(), location: None };
        self.shop.fulfill(&mut self.by, order, fulfillment)?;
        Ok(Saved::fact(order.to_string()))
    }

    /// Money for an order came in.
    pub fn record_payment(&mut self, order: OrderId, amount: Money, reference: &str) -> ApiResult<Saved> {
        self.shop.record_payment(&mut self.by, order, amount, reference)?;
        Ok(Saved::fact(order.to_string()))
    }

    /// Stops an order.
    pub fn cancel(&mut self, order: OrderId, reason: &str) -> ApiResult<Saved> {
        self.shop.cancel(&mut self.by, order, reason)?;
        Ok(Saved::fact(order.to_string()))
    }

    /// Records the inverse of an edit, of those fields that still hold what it set.
    pub fn undo(&mut self, token: u64) -> ApiResult<Saved> {
        let step = held(self.undo).take(token);
        let step = step.ok_or_else(|| ApiError::input("This cannot be undone any more. Change it by hand."))?;
        let mut changed: u32 = 0;
        for edit in &step.edits {
            if self.undo_one(edit)? {
                changed = changed.saturating_add(1);
            }
        }
        if changed == 0 {
            return Err(ApiError::input("Nothing was undone: it has been changed again since."));
        }
        Ok(Saved { id: String::new(), changed, undo: None })
    }

    fn undo_one(&mut self, edit: &UndoEdit) -> ApiResult<bool> {
        let Some((_, mut fields)) = self.reader.fields(edit.made.id)? else { return Ok(false) };
        let Some(inverse) = edit.still_ours(&fields) else { return Ok(false) };
        fields.apply(&inverse.changes);
        self.save_fields(inverse, &fields)?;
        Ok(true)
    }

    /// Saves a document by its fields through the verb of its kind, so that the same checks hold for an undo.
    fn save_fields(&mut self, edit: DocumentEdit, fields: &tradepost_domain::document::Fields) -> ApiResult<()> {
        let DocumentEdit { id, kind, changes } = edit;
        let (shop, by) = (self.shop, &mut self.by);
        match kind {
            DocumentKind::Product => shop.set_product_fields(by, id.into(), changes)?,
            DocumentKind::Shop => shop.edit_shop(by, &ShopSettings::from_fields(id, fields))?,
            DocumentKind::Location => shop.save_location(by, &Location::from_fields(id, fields))?,
            DocumentKind::Till => shop.save_till(by, &Till::from_fields(id, fields))?,
            DocumentKind::StaffMember => shop.save_staff(by, &StaffMember::from_fields(id, fields), PinChange::Keep)?,
            DocumentKind::TaxTable => shop.save_tax_table(by, &TaxTable::from_fields(id, fields))?,
            DocumentKind::ShippingTable => shop.save_shipping_table(by, &ShippingTable::from_fields(id, fields))?,
            DocumentKind::Collection => shop.save_collection(by, &Collection::from_fields(id, fields))?,
            DocumentKind::Customer => shop.save_customer(by, &Customer::from_fields(id, fields))?,
            DocumentKind::ParkedBasket => return Err(ApiError::input("A parked basket is recalled at a till, not undone here.")),
        };
        Ok(())
    }

    fn saving<D: Document>(
        &mut self,
        before: Option<&D>,
        after: &D,
        verb: impl FnOnce(&Shop, &mut By<'_>) -> Outcome<Option<Recorded>>,
    ) -> ApiResult<Saved> {
        let id = after.document_id().to_string();
        let recorded = verb(self.shop, &mut self.by)?;
        if recorded.is_none() {
            return Ok(Saved { id, changed: 0, undo: None });
        }
        match before.and_then(|before| undo_of(Some(before), after)) {
            Some(edit) => Ok(self.remember(id, UndoStep { edits: vec![edit] })),
            None => Ok(Saved { id, changed: 1, undo: None }),
        }
    }

    fn remember(&mut self, id: String, step: UndoStep) -> Saved {
        let changed = u32::try_from(step.edits.len()).unwrap_or(u32::MAX);
        let undo = (changed > 0).then(|| held(self.undo).remember(step));
        Saved { id, changed, undo }
    }
}

fn undo_of<D: Document>(before: Option<&D>, after: &D) -> Option<UndoEdit> {
    let edit = after.edit_from(before)?;
    Some(UndoEdit::of(&before.map(D::to_fields).unwrap_or_default(), &edit))
}

fn stock_lines(lines: Vec<(VariantId, Quantity)>) -> Vec<StockLine> {
    lines.into_iter().map(|(variant, quantity)| StockLine { variant, quantity }).collect()
}
