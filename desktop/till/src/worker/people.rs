//! People at the counter: who approves, and who buys.

use std::collections::BTreeMap;
use std::sync::Arc;

use tradepost_domain::id::{CustomerId, StaffId, VariantId};
use tradepost_domain::shop::ShopSettings;
use tradepost_domain::staff::Permission;
use tradepost_domain::tax::TaxCategory;
use tradepost_operations::{OperationError, Shop};

use super::desk::{Desk, OpenShop};
use crate::ask::News;
use crate::model::{Approval, FoundCustomers, TaxChoice};

type Outcome<T> = Result<T, OperationError>;

/// Customers listed for a search.
const CUSTOMERS_MAX: usize = 40;

impl Desk {
    pub(super) fn approve(&mut self, staff: StaffId, pin: &str, permission: Permission) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let member = open.shop.approve(&mut OpenShop::by(&mut open.env, &self.model), staff, pin, permission)?;
        let words = format!("Approved by {}.", member.name);
        self.model.approval = Some(Arc::new(Approval { permission, staff: member.id, name: member.name }));
        Ok(Some(News::Approved(words)))
    }

    pub(super) fn find_customers(&mut self, text: String) -> Outcome<Option<News>> {
        let Some(open) = &self.open else { return Ok(None) };
        let rows = open.reader.customers(&text, CUSTOMERS_MAX, 0)?;
        self.model.customers = Arc::new(FoundCustomers { text, rows });
        Ok(None)
    }

    pub(super) fn set_customer(&mut self, customer: Option<CustomerId>) -> Outcome<Option<News>> {
        self.change(|open, _| {
            open.basket.customer = customer;
            Ok(())
        })
    }

    /// A new customer, who buys this. Who is here twice is put right in the back office; nobody waits for that.
    pub(super) fn add_customer(&mut self, name: &str, phone: &str, email: &str) -> Outcome<Option<News>> {
        let Some(open) = &mut self.open else { return Ok(None) };
        let by = &mut OpenShop::by(&mut open.env, &self.model);
        let mut customer = Shop::new_customer(by, name);
        phone.trim().clone_into(&mut customer.phone);
        email.trim().clone_into(&mut customer.email);
        open.shop.save_customer(by, &customer)?;
        self.set_customer(Some(customer.id))
    }

    /// The customer of the basket, and the pictures of what is in it.
    pub(super) fn refresh_around_basket(&mut self) {
        let Some(open) = &self.open else { return };
        let wanted = open.basket.customer;
        if wanted != self.model.customer.as_ref().map(|customer| customer.id) {
            let found = wanted.map(|id| open.reader.customer(id)).transpose();
            self.model.customer = found.ok().flatten().flatten().map(Arc::new);
        }
        let known = &self.model.line_pictures;
        let variants = || open.basket.lines.iter().filter_map(|line| line.variant);
        if variants().all(|variant| known.contains_key(&variant)) && known.len() <= open.basket.lines.len() {
            return;
        }
        let picture = |variant: VariantId| {
            let read = || open.reader.variant(variant).ok().flatten().map(|row| row.image_url).unwrap_or_default();
            (variant, known.get(&variant).cloned().unwrap_or_else(read))
        };
        let pictures: BTreeMap<VariantId, String> = variants().map(picture).collect();
        self.model.line_pictures = Arc::new(pictures);
    }

    /// What an open line may be for tax: the categories of the shop's tax table, each with its rate of today.
    pub(super) fn refresh_tax_choices(&mut self, settings: &ShopSettings) -> Outcome<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let table = open.reader.tax_table()?;
        let day = OpenShop::by(&mut open.env, &self.model).now().date_at_offset(settings.utc_offset_minutes);
        let mut categories = vec![TaxCategory::default()];
        for rate in &table.rates {
            if !categories.contains(&rate.category) {
                categories.push(rate.category.clone());
            }
        }
        let choice = |category: TaxCategory| {
            let rate = table.rate_for(&category, &settings.country, &settings.region, day).map(|rate| rate.rate_millionths);
            let name = super::desk::sentence(&category.0.replace('_', " "));
            let name = name.trim_end_matches('.');
            let words = rate.map_or(format!("{name}, no tax"), |rate| format!("{name}, {} %", crate::view::percent(rate)));
            TaxChoice { category, words }
        };
        self.model.tax_choices = categories.into_iter().map(choice).collect();
        Ok(())
    }
}
