//! Customers: who buys.

use serde::{Deserialize, Serialize};
use tradepost_domain::customer::Customer;
use tradepost_domain::id::CustomerId;
use tradepost_domain::shop::Address;
use tradepost_operations::read::Reader;
use ts_rs::TS;

use super::error::{ApiError, ApiResult};
use super::product::Window;
use super::undo::Saved;
use super::write::Write;

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[allow(missing_docs, reason = "each is the part of an address of the same name")]
pub struct AddressDraft {
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
}

/// A customer.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
pub struct CustomerDraft {
    /// The id; empty: a new one.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Email address, or empty.
    pub email: String,
    /// Phone number, or empty.
    pub phone: String,
    /// Where they live.
    pub address: AddressDraft,
    /// The shop's own note.
    pub note: String,
}

impl From<Address> for AddressDraft {
    fn from(address: Address) -> Self {
        let Address { name, line1, line2, city, region, postal_code, country, phone } = address;
        Self { name, line1, line2, city, region, postal_code, country, phone }
    }
}

impl From<AddressDraft> for Address {
    fn from(address: AddressDraft) -> Self {
        let AddressDraft { name, line1, line2, city, region, postal_code, country, phone } = address;
        Self { name, line1, line2, city, region, postal_code, country: country.trim().to_uppercase(), phone }
    }
}

impl AddressDraft {
    /// On separate lines, as written on a parcel.
    pub fn lines(&self) -> Vec<String> {
        let (city, region, code) = (self.city.as_str(), self.region.as_str(), self.postal_code.as_str());
        let joined = |parts: &[&str], between: &str| {
            parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
        };
        let place = match self.country.as_str() {
            "US" | "CA" => joined(&[city, &joined(&[region, code], " ")], ", "),
            "AU" => joined(&[city, region, code], " "),
            "GB" | "IE" => joined(&[city, region, code], "\n"),
            _ => joined(&[code, city, region], " "),
        };
        let lines = [self.name.as_str(), &self.line1, &self.line2, &place, &self.country, &self.phone];
        lines.iter().flat_map(|line| line.lines()).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}

impl From<Customer> for CustomerDraft {
    fn from(customer: Customer) -> Self {
        let Customer { id, name, email, phone, address, note } = customer;
        Self { id: id.to_string(), name, email, phone, address: address.into(), note }
    }
}

/// A window of the list.
pub fn list(reader: &Reader, search: &str, offset: usize, limit: usize) -> ApiResult<Window<CustomerDraft>> {
    let rows = reader.customers(search.trim(), limit, offset)?;
    Ok(Window::open_ended(rows.into_iter().map(CustomerDraft::from).collect(), offset, limit))
}

/// One customer.
pub fn show(reader: &Reader, id: &str) -> ApiResult<CustomerDraft> {
    find(reader, id).map(CustomerDraft::from)
}

/// Saves a customer.
pub fn save(write: &mut Write<'_, '_>, draft: CustomerDraft) -> ApiResult<Saved> {
    if draft.name.trim().is_empty() && draft.email.trim().is_empty() {
        return Err(ApiError::input("Give the customer a name or an email address."));
    }
    let before = if draft.id.is_empty() { None } else { Some(find(write.reader, &draft.id)?) };
    let id = match &before {
        Some(customer) => customer.id,
        None => CustomerId::from_bytes(write.random_id()),
    };
    let CustomerDraft { id: _, name, email, phone, address, note } = draft;
    let customer = Customer {
        id,
        name: name.trim().to_owned(),
        email: email.trim().to_owned(),
        phone: phone.trim().to_owned(),
        address: address.into(),
        note,
    };
    write.save_customer(before.as_ref(), &customer)
}

fn find(reader: &Reader, id: &str) -> ApiResult<Customer> {
    let id: CustomerId = id.parse().map_err(|_| ApiError::not_found("customer"))?;
    reader.customer(id)?.ok_or_else(|| ApiError::not_found("customer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_its_country_writes_it() {
        let lines = |country: &str| {
            let address = AddressDraft {
                name: String::new(),
                line1: "12 Alder Street".to_owned(),
                line2: String::new(),
                city: "Salem".to_owned(),
                region: "OR".to_owned(),
                postal_code: "97301".to_owned(),
                country: country.to_owned(),
                phone: String::new(),
            };
            address.lines().join(" / ")
        };
        assert_eq!(lines("US"), "12 Alder Street / Salem, OR 97301 / US");
        assert_eq!(lines("DE"), "12 Alder Street / 97301 Salem OR / DE");
        assert_eq!(lines("GB"), "12 Alder Street / Salem / OR / 97301 / GB");
    }
}
