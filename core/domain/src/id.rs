//! Identifiers: 16 bytes each, one type per noun, written as 32 lowercase hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The text was not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected 32 hexadecimal digits")]
pub struct IdError;

fn parse_hex(text: &str) -> Result<[u8; 16], IdError> {
    let digits = text.as_bytes();
    if digits.len() != 32 {
        return Err(IdError);
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| IdError)?;
        if pair.starts_with('+') {
            return Err(IdError);
        }
        *byte = u8::from_str_radix(pair, 16).map_err(|_| IdError)?;
    }
    Ok(bytes)
}

const fn hex_digit(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id with these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self { Self(bytes) }
            /// The id's bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; 32];
                for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
                    pair.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
                }
                out.pad(std::str::from_utf8(&digits).unwrap_or_default())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> { parse_hex(text).map(Self) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
                } else {
                    serde_bytes::ByteArray::<16>::deserialize(deserializer).map(|bytes| Self(bytes.into_array()))
                }
            }
        }
    )+};
}

ids! {
    /// A shop: the first 16 bytes of the BLAKE3 hash of its root public key.
    ShopId;
    /// One program's copy of a shop.
    ReplicaId;
    /// A document: something people edit.
    DocumentId;
    /// A fact. Two facts with one id are one fact.
    FactId;
    /// A product. Equal to its document's id.
    ProductId;
    /// A variant of a product.
    VariantId;
    /// A picture of a product.
    ImageId;
    /// A collection of products. Equal to its document's id.
    CollectionId;
    /// A place that holds stock or sells. Equal to its document's id.
    LocationId;
    /// A selling point with a drawer. Equal to its document's id.
    TillId;
    /// A staff member. Equal to its document's id.
    StaffId;
    /// A customer. Equal to its document's id.
    CustomerId;
    /// A basket: lines being gathered. Equal to its document's id once it is parked.
    BasketId;
    /// One line of a basket, sale or order; unique within it.
    LineId;
    /// One drawer from opening float to counted close. Equal to the id of the fact that opened it.
    TillSessionId;
    /// A completed sale. Equal to its fact's id.
    SaleId;
    /// A refund. Equal to its fact's id.
    RefundId;
    /// A storefront order. Equal to its fact's id, which is the checkout's id.
    OrderId;
    /// Entries made by one larger piece of work, such as an import.
    BatchId;
}

macro_rules! same_bytes {
    ($($from:ident => $to:ident),+ $(,)?) => {$(
        impl From<$from> for $to {
            fn from(id: $from) -> Self { Self(id.0) }
        }
    )+};
}

same_bytes! {
    ProductId => DocumentId, CollectionId => DocumentId, LocationId => DocumentId, TillId => DocumentId,
    StaffId => DocumentId, CustomerId => DocumentId, BasketId => DocumentId, ShopId => DocumentId, DocumentId => ShopId,
    DocumentId => ProductId, DocumentId => CollectionId, DocumentId => LocationId, DocumentId => TillId,
    DocumentId => StaffId, DocumentId => CustomerId, DocumentId => BasketId,
    TillSessionId => FactId, SaleId => FactId, RefundId => FactId, OrderId => FactId,
    FactId => TillSessionId, FactId => SaleId, FactId => RefundId, FactId => OrderId,
}
