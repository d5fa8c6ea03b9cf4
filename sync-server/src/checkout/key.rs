//! Addresses of checkouts and orders.

use tradepost_domain::id::OrderId;

use crate::error::ServerError;
use crate::signing::{Purpose, Signer};

/// The name of a checkout or order in addresses: its id, and a signature that nobody can guess.
pub fn key_of(signer: &Signer, site_slug: &str, id: OrderId) -> String {
    format!("{id}-{}", signer.sign(Purpose::Link, &format!("{site_slug}\0{id}")))
}

/// The checkout or order of an address.
pub fn id_of(signer: &Signer, slug: &str, key: &str) -> Result<OrderId, ServerError> {
    let (id, signature) = key.split_at_checked(32).ok_or(ServerError::NotFound)?;
    let signature = signature.strip_prefix('-').ok_or(ServerError::NotFound)?;
    if !signer.is_signed(Purpose::Link, &format!("{slug}\0{id}"), signature) {
        return Err(ServerError::NotFound);
    }
    id.parse().map_err(|_| ServerError::NotFound)
}
