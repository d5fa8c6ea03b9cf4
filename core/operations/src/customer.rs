//! Customers.

use tradepost_domain::customer::Customer;
use tradepost_domain::id::CustomerId;
use tradepost_domain::shop::Address;
use tradepost_domain::staff::Permission;
use tradepost_replica::Recorded;

use crate::by::By;
use crate::error::Outcome;
use crate::shop::Shop;
use crate::text;

impl Shop {
    /// A customer with nothing but a name, not saved yet.
    pub fn new_customer(by: &mut By<'_>, name: &str) -> Customer {
        Customer {
            id: CustomerId::from_bytes(by.new_id()),
            name: name.trim().to_owned(),
            email: String::new(),
            phone: String::new(),
            address: Address::default(),
            note: String::new(),
        }
    }

    /// Makes or changes a customer: whoever sells may.
    pub fn save_customer(&self, by: &mut By<'_>, customer: &Customer) -> Outcome<Option<Recorded>> {
        text::name(&customer.name, "the customer's name")?;
        text::at_most(&customer.email, "the email address", text::NAME_CHARS_MAX)?;
        text::at_most(&customer.phone, "the phone number", text::NAME_CHARS_MAX)?;
        text::long(&customer.note, "the note")?;
        self.work_by(by, Permission::Sell)?.save(by, "customer.save", customer)
    }
}
