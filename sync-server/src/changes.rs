//! What changed in a shop, and when: so that a sale of one product does not make the page of another one out of date.
//!
//! A commit is only noted, since it must not wait. The next page that is asked for looks up what the commit was about before it
//! trusts anything that was kept: a page never shows a price that a visible commit replaced.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tradepost_domain::document::DocumentKind;
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{OrderId, ProductId, VariantId};
use tradepost_domain::posting::Account;
use tradepost_operations::{Reader, Touched};

use crate::error::ServerError;

/// Documents and facts that wait to be looked up. Of more at once (an import, a new device's months of sales) everything counts as
/// changed, which is cheaper than looking.
const NOTED_MAX: usize = 2_000;
/// Products whose last change is remembered; beyond that everything counts as changed, once.
const PRODUCTS_MAX: usize = 200_000;

/// What a page shows, by which it is known when it is out of date. Every page shows the shop's frame: its name, colors, collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depends {
    scope: Scope,
    products: Vec<ProductId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The products it names.
    Products,
    /// Also which products there are, what they are called and cost: a list.
    Catalog,
    /// Whatever happens in the shop.
    Everything,
}

impl Depends {
    /// On whatever happens in the shop.
    pub fn on_everything() -> Self {
        Self { scope: Scope::Everything, products: Vec::new() }
    }

    /// On the price, the texts and the stock of these products alone.
    pub fn on_products(products: Vec<ProductId>) -> Self {
        Self { scope: Scope::Products, products }
    }

    /// On the texts and prices of all products, and on the stock of these.
    pub fn on_catalog(products: Vec<ProductId>) -> Self {
        Self { scope: Scope::Catalog, products }
    }

    /// Its bytes in memory, about.
    pub fn weight(&self) -> usize {
        self.products.len() * size_of::<ProductId>()
    }
}

/// A change that was noted and not looked up yet.
#[derive(Debug, Clone)]
pub enum Noted {
    /// An entry, or several.
    Committed(Touched),
    /// What open checkouts keep of these variants.
    Kept(Vec<VariantId>),
}

impl Noted {
    fn len(&self) -> usize {
        match self {
            Self::Committed(touched) => touched.documents.len() + touched.facts.len(),
            Self::Kept(variants) => variants.len(),
        }
    }
}

/// What noted changes turned out to be about.
#[derive(Debug, Default)]
pub struct Found {
    products: Vec<ProductId>,
    /// Texts or prices of products.
    pub is_catalog: bool,
    /// What stands around every page.
    pub is_frame: bool,
    is_everything: bool,
}

impl Found {
    /// Whether the shop's overview has to be read again.
    pub fn is_of_documents(&self) -> bool {
        self.is_catalog || self.is_frame || self.is_everything
    }
}

/// The changes of one shop, each by the revision it made.
#[derive(Debug, Default)]
pub struct Changes(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    revision: u64,
    noted: Vec<(u64, Noted)>,
    noted_len: usize,
    everything: u64,
    frame: u64,
    catalog: u64,
    products: HashMap<ProductId, u64>,
}

impl Changes {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a change. Called in the moment after the commit: it only writes it down.
    pub fn note(&self, noted: Noted) {
        let mut state = self.state();
        state.revision += 1;
        state.noted_len += noted.len();
        let is_unsaid = matches!(&noted, Noted::Committed(touched) if touched.is_empty());
        if is_unsaid || state.noted_len > NOTED_MAX {
            state.everything = state.revision;
            state.noted.clear();
            state.noted_len = 0;
        } else {
            let revision = state.revision;
            state.noted.push((revision, noted));
        }
    }

    /// The revision, where all that was noted has been looked up.
    pub fn settled(&self) -> Option<u64> {
        let state = self.state();
        state.noted.is_empty().then_some(state.revision)
    }

    /// The revision, and what has to be looked up for it.
    pub fn unsettled(&self) -> (u64, Vec<Noted>) {
        let state = self.state();
        (state.revision, state.noted.iter().map(|(_, noted)| noted.clone()).collect())
    }

    /// What was found out for everything noted up to `revision`. Two may find out the same at once; that is harmless.
    pub fn settle(&self, revision: u64, found: Found) {
        let mut state = self.state();
        let at = |old: u64, is_changed: bool| if is_changed { old.max(revision) } else { old };
        state.everything = at(state.everything, found.is_everything);
        state.frame = at(state.frame, found.is_frame);
        state.catalog = at(state.catalog, found.is_catalog);
        for product in found.products {
            let changed = state.products.entry(product).or_default();
            *changed = (*changed).max(revision);
        }
        if state.products.len() > PRODUCTS_MAX {
            state.products.clear();
            state.everything = revision.max(state.everything);
        }
        state.noted.retain(|(noted, _)| *noted > revision);
        state.noted_len = state.noted.iter().map(|(_, noted)| noted.len()).sum();
    }

    /// Whether a page that was made at `revision` is still what would be made now. Only after everything was looked up.
    pub fn is_current(&self, revision: u64, depends: &Depends) -> bool {
        let state = self.state();
        let by_scope = match depends.scope {
            Scope::Products => 0,
            Scope::Catalog => state.catalog,
            Scope::Everything => state.revision,
        };
        state.everything.max(state.frame).max(by_scope) <= revision
            && depends.products.iter().all(|product| state.products.get(product).is_none_or(|changed| *changed <= revision))
    }

    /// When documents last changed of which the overview is made.
    pub fn overview_revision(&self) -> u64 {
        let state = self.state();
        state.everything.max(state.frame).max(state.catalog)
    }
}

/// Looks up what was noted.
pub fn look_up(reader: &Reader, noted: &[Noted]) -> Result<Found, ServerError> {
    let mut found = Found::default();
    let mut variants = Vec::new();
    for noted in noted {
        match noted {
            Noted::Kept(kept) => variants.extend_from_slice(kept),
            Noted::Committed(touched) => {
                for id in &touched.documents {
                    match reader.document_kind(*id)? {
                        Some(DocumentKind::Product) => {
                            found.products.push(ProductId::from_bytes(*id.as_bytes()));
                            found.is_catalog = true;
                        }
                        Some(
                            DocumentKind::Shop
                            | DocumentKind::Location
                            | DocumentKind::TaxTable
                            | DocumentKind::ShippingTable
                            | DocumentKind::Collection,
                        ) => found.is_frame = true,
                        Some(
                            DocumentKind::Till | DocumentKind::StaffMember | DocumentKind::Customer | DocumentKind::ParkedBasket,
                        ) => {}
                        None => found.is_everything = true,
                    }
                }
                for id in &touched.facts {
                    match reader.fact(*id)? {
                        Some(fact) => found.is_everything |= !variants_of(reader, &fact, &mut variants)?,
                        None => found.is_everything = true,
                    }
                }
            }
        }
    }
    variants.sort_unstable();
    variants.dedup();
    for variant in variants {
        found.products.extend(reader.variant(variant)?.map(|row| row.product));
    }
    Ok(found)
}

/// The variants whose stock a fact moves. `false`: it cannot be told.
fn variants_of(reader: &Reader, fact: &Fact, variants: &mut Vec<VariantId>) -> Result<bool, ServerError> {
    match &fact.body {
        FactBody::StockCounted(counted) => variants.extend(counted.lines.iter().map(|line| line.variant)),
        FactBody::OrderPlaced(placed) => variants.extend(placed.lines.iter().filter_map(|item| item.line.variant)),
        FactBody::OrderCanceled(canceled) => return variants_of_order(reader, canceled.order, variants),
        FactBody::OrderFulfilled(fulfilled) => return variants_of_order(reader, fulfilled.order, variants),
        FactBody::SaleCompleted(_) | FactBody::Refunded(_) | FactBody::StockReceived(_) | FactBody::StockAdjusted(_) => {
            let Ok(postings) = fact.body.postings() else { return Ok(false) };
            variants.extend(postings.iter().filter_map(|posting| match posting.account {
                Account::OnHand(_, variant)
                | Account::Committed(_, variant)
                | Account::Unavailable(_, variant)
                | Account::InTransit(_, variant) => Some(variant),
                Account::Supplier(_)
                | Account::Customer(_)
                | Account::Shrinkage(_)
                | Account::SetAside(_)
                | Account::Drawer(_)
                | Account::CashOutside => None,
            }));
        }
        FactBody::TillSessionOpened(_)
        | FactBody::CashMoved(_)
        | FactBody::TillSessionClosed(_)
        | FactBody::OrderPaid(_)
        | FactBody::DeviceCertified(_)
        | FactBody::DeviceRevoked(_) => {}
    }
    Ok(true)
}

fn variants_of_order(reader: &Reader, order: OrderId, variants: &mut Vec<VariantId>) -> Result<bool, ServerError> {
    // An order that has not arrived yet says what it is about when it does.
    let Some((placed, _)) = reader.order(order)? else { return Ok(true) };
    variants.extend(placed.lines.iter().filter_map(|item| item.line.variant));
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ProductId = ProductId::from_bytes([1; 16]);
    const TWO: ProductId = ProductId::from_bytes([2; 16]);

    fn kept() -> Noted {
        Noted::Kept(vec![VariantId::from_bytes([9; 16])])
    }

    #[test]
    fn a_change_of_one_product_leaves_the_page_of_another() {
        let changes = Changes::default();
        changes.note(kept());
        assert_eq!(changes.settled(), None);
        let (revision, noted) = changes.unsettled();
        assert_eq!((revision, noted.len()), (1, 1));
        changes.settle(revision, Found { products: vec![ONE], ..Found::default() });
        assert_eq!(changes.settled(), Some(1));
        assert!(!changes.is_current(0, &Depends::on_products(vec![TWO, ONE])));
        assert!(changes.is_current(1, &Depends::on_products(vec![ONE])));
        assert!(changes.is_current(0, &Depends::on_products(vec![TWO])));
        assert!(changes.is_current(0, &Depends::on_catalog(vec![TWO])));
        assert!(!changes.is_current(0, &Depends::on_everything()));
    }

    #[test]
    fn a_changed_frame_and_an_unsaid_change_make_every_page_anew() {
        for found in [Found { is_frame: true, ..Found::default() }, Found { is_everything: true, ..Found::default() }] {
            let changes = Changes::default();
            changes.note(kept());
            changes.settle(1, found);
            assert!(!changes.is_current(0, &Depends::on_products(vec![TWO])));
            assert!(changes.is_current(1, &Depends::on_products(vec![TWO])));
        }
        let changes = Changes::default();
        changes.note(Noted::Committed(Touched::default()));
        assert_eq!(changes.settled(), Some(1));
        assert!(!changes.is_current(0, &Depends::on_products(Vec::new())));
    }

    #[test]
    fn what_is_noted_while_others_look_up_is_not_lost() {
        let changes = Changes::default();
        changes.note(kept());
        let (revision, _) = changes.unsettled();
        changes.note(kept());
        changes.settle(revision, Found { products: vec![ONE], ..Found::default() });
        assert_eq!(changes.settled(), None);
        assert_eq!(changes.unsettled().1.len(), 1);
    }

    #[test]
    fn more_than_is_worth_looking_up_counts_as_everything() {
        let changes = Changes::default();
        for _ in 0..=NOTED_MAX {
            changes.note(kept());
        }
        assert_eq!(changes.settled(), Some(NOTED_MAX as u64 + 1));
        assert!(!changes.is_current(NOTED_MAX as u64, &Depends::on_products(Vec::new())));
    }
}
