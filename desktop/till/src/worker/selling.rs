//! What is done to the basket. Every change is on disk before the screen shows it, so that a power cut loses nothing.

use std::sync::Arc;

use tradepost_domain::basket::{Discount, DiscountKind};
use tradepost_domain::id::{LineId, ProductId, VariantId};
use tradepost_domain::money::Money;
use tradepost_domain::quantity::Quantity;
use tradepost_domain::sale::ReceiptNumber;
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::TaxCategory;
use tradepost_operations::read::VariantRow;
use tradepost_operations::{By, Label, OperationError, Shop};

use super::desk::{Desk, OpenShop};
use super::rows;
use crate::ask::{Ask, News, Step};
use crate::model::{Choices, Model};

type Outcome<T> = Result<T, OperationError>;

impl Desk {
    /// Carries out what the screen asks. What cannot be done is told in its place.
    #[expect(clippy::wildcard_enum_match_arm, reason = "everything else is an operation on the open shop")]
    pub fn carry_out(&mut self, ask: Ask) {
        match ask {
            Ask::Pair { url, code } => return self.pair(&url, &code),
            Ask::Reopen => return self.reopen(&ask),
            _ => {}
        }
        match self.do_it(ask) {
            Ok(Some(news)) => self.tell(news),
            Ok(None) => self.mark_dirty(),
            Err(problem) => self.fail(&problem.to_string()),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "what does not change the basket is settled elsewhere")]
    fn do_it(&mut self, ask: Ask) -> Outcome<Option<News>> {
        match ask {
            Ask::Scan(code) => self.scan(&code),
            Ask::AddTyped { text, chosen } => self.add_typed(&text, chosen),
            Ask::AddOpenLine { title, price, tax_category } => self.add_open_line(&title, price, tax_category),
            Ask::FindCustomers(text) => self.find_customers(text),
            Ask::SetCustomer(customer) => self.set_customer(customer),
            Ask::AddCustomer { name, phone, email } => self.add_customer(&name, &phone, &email),
            Ask::AddVariant(id) => self.add_variant(id),
            Ask::ChooseVariant(id) => self.choose_variant(id),
            Ask::DropChoices => {
                self.model.choices = None;
                Ok(None)
            }
            Ask::ShowCategory(category) => {
                if let Some(open) = &mut self.open {
                    open.category = category;
                }
                self.model.choices = None;
                self.refresh_catalog();
                Ok(None)
            }
            Ask::SetQuantity { line, quantity } => self.change(|open, _| Ok(open.basket.set_quantity(line, quantity)?)),
            Ask::StepQuantity { line, step } => self.change(|open, _| step_quantity(open, line, step)),
            Ask::SetPrice { line, price } => self.change(|open, model| set_price(open, model, line, price)),
            Ask::SetLineDiscount { line, discount } => self.change(|open, model| {
                let by = OpenShop::by(&mut open.env, model);
                open.shop.discount_line(&by, &mut open.basket, line, discount)
            }),
            Ask::VoidLine(line) => self.change(|open, _| Ok(open.basket.void_line(line).map(|_| ())?)),
            Ask::SetBasketDiscount(discount) => self.change(|open, model| {
                let by = OpenShop::by(&mut open.env, model);
                open.shop.discount_basket(&by, &mut open.basket, discount)
            }),
            Ask::SetNote(note) => self.change(|open, _| {
                open.basket.note = note;
                Ok(())
            }),
            Ask::VoidBasket => self.void_basket(),
            other => self.settle_it(other),
        }
    }

    /// Changes the basket: on disk first, then on the screen. What failed leaves the basket as it was.
    pub(super) fn change(&mut self, work: impl FnOnce(&mut OpenShop, &Model) -> Outcome<()>) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let before = open.basket.clone();
        let outcome = work(open, &self.model).and_then(|()| open.shop.save_basket(&open.basket));
        if outcome.is_err() {
            open.basket = before;
        }
        self.refresh_basket();
        outcome.map(|()| Some(News::BasketChanged))
    }

    fn scan(&mut self, code: &str) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let variants = open.shop.find_by_code(code)?;
        if variants.is_empty()
            && let Some(label) = open.shop.read_label(code)?
        {
            return self.add_label(code, &label);
        }
        match variants.as_slice() {
            [] if code.parse::<ReceiptNumber>().is_ok() => self.find_receipt(code),
            [] => Ok(Some(News::NotFound(code.trim().to_owned()))),
            [variant] => self.add(variant),
            several => {
                let tiles = several.iter().map(rows::tile_of_variant).collect();
                self.model.choices =
                    Some(Arc::new(Choices { title: format!("Several things have the code {}", code.trim()), tiles }));
                Ok(Some(News::BasketChanged))
            }
        }
    }

    /// What was typed may be a code. Otherwise the chosen result is meant, or the best where the search was not done yet.
    fn add_typed(&mut self, text: &str, chosen: Option<VariantId>) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let is_code = !open.shop.find_by_code(text)?.is_empty() || open.shop.read_label(text)?.is_some();
        if is_code || text.parse::<ReceiptNumber>().is_ok() {
            return self.scan(text);
        }
        let best = match chosen {
            Some(id) => open.reader.variant(id)?,
            None => open.reader.search_variants(text, 1)?.into_iter().next(),
        };
        match best {
            Some(variant) => self.add(&variant),
            None => Ok(Some(News::NotFound(text.to_owned()))),
        }
    }

    fn add_variant(&mut self, id: VariantId) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let variant = open.reader.variant(id)?.ok_or(OperationError::NotFound { what: "this product" })?;
        self.add(&variant)
    }

    fn add(&mut self, variant: &VariantRow) -> Outcome<Option<News>> {
        let mut added: Option<LineId> = None;
        self.model.choices = None;
        self.change(|open, model| {
            let line = Shop::line_for(&mut OpenShop::by(&mut open.env, model), variant, Quantity::ONE)?;
            added = Some(open.basket.add(line)?);
            Ok(())
        })?;
        Ok(added.map(News::Added))
    }

    /// A label with a price or weight in it: its own line, as heavy or as dear as it says.
    fn add_label(&mut self, code: &str, label: &Label) -> Outcome<Option<News>> {
        let Some(variant) = label.variants.first() else { return Ok(Some(News::NotFound(code.trim().to_owned()))) };
        let mut added: Option<LineId> = None;
        self.model.choices = None;
        self.change(|open, model| {
            let line = Shop::line_for_label(&mut OpenShop::by(&mut open.env, model), variant, label)?;
            added = Some(open.basket.add_apart(line)?);
            Ok(())
        })?;
        Ok(added.map(News::Added))
    }

    fn add_open_line(&mut self, title: &str, price: Money, tax_category: TaxCategory) -> Outcome<Option<News>> {
        let mut added: Option<LineId> = None;
        self.change(|open, model| {
            let by = &mut OpenShop::by(&mut open.env, model);
            let line = Shop::open_line(by, title, price, tax_category, Quantity::ONE)?;
            added = Some(open.basket.add(line)?);
            Ok(())
        })?;
        Ok(added.map(News::Added))
    }

    fn choose_variant(&mut self, id: ProductId) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let variants = open.reader.variants_of(id)?;
        match variants.as_slice() {
            [] => Err(OperationError::NotFound { what: "this product" }),
            [variant] => self.add(variant),
            several => {
                let title = several.first().map(|variant| variant.product_title.clone()).unwrap_or_default();
                let tiles = several.iter().map(choice).collect();
                self.model.choices = Some(Arc::new(Choices { title, tiles }));
                Ok(None)
            }
        }
    }

    fn void_basket(&mut self) -> Outcome<Option<News>> {
        self.change(|open, model| {
            let by = &mut OpenShop::by(&mut open.env, model);
            open.basket = tradepost_domain::basket::Basket::new(tradepost_domain::id::BasketId::from_bytes(By::new_id(by)));
            Ok(())
        })
    }
}

/// One more or fewer of a line; one that is gone by now stays gone.
fn step_quantity(open: &mut OpenShop, id: LineId, step: Step) -> Outcome<()> {
    let Some(line) = open.basket.find_line(id) else { return Ok(()) };
    let quantity = match step {
        Step::More => line.quantity.checked_add(Quantity::ONE)?,
        Step::Fewer => line.quantity.checked_sub(Quantity::ONE)?,
    };
    if quantity > Quantity::ZERO {
        open.basket.set_quantity(id, quantity)?
    } else {
        drop(open.basket.void_line(id)?)
    }
    Ok(())
}

/// Another price for a line. Where somebody else approved a lower one it is a discount, which names them in the sale for good.
fn set_price(open: &mut OpenShop, model: &Model, id: LineId, price: Money) -> Outcome<()> {
    let is_own = model.signed_in.as_ref().is_some_and(|staff| staff.may(Permission::Discount));
    let approver = model.who_may(Permission::Discount).filter(|_| !is_own);
    let line = open.basket.find_line(id).cloned();
    if let (Some(approver), Some(line)) = (approver, line)
        && price.minor < line.unit_price.minor
    {
        let off = line.unit_price.checked_sub(price)?.times(line.quantity)?;
        let discount = Discount { kind: DiscountKind::Amount(off), reason: "Price changed".to_owned(), staff: Some(approver) };
        let by = OpenShop::by(&mut open.env, model);
        return open.shop.discount_line(&by, &mut open.basket, id, Some(discount));
    }
    let by = By { staff: model.who_may(Permission::Discount), ..OpenShop::by(&mut open.env, model) };
    open.shop.override_price(&by, &mut open.basket, id, price)
}

/// A variant among those of its product: its options lead.
fn choice(variant: &VariantRow) -> crate::model::Tile {
    let tile = rows::tile_of_variant(variant);
    let title = if variant.variant_title.is_empty() { variant.product_title.clone() } else { variant.variant_title.clone() };
    crate::model::Tile { title, subtitle: variant.sku.clone(), ..tile }
}
