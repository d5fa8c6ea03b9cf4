//! CBOR in and out. What we write is deterministic: shortest integers, definite lengths, fields in the order of the type.

use serde::{Serialize, de::DeserializeOwned};

use crate::error::ReplicaError;

/// The bytes of `value`.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, ReplicaError> {
    let mut bytes = Vec::with_capacity(512);
    ciborium::into_writer(value, &mut bytes).map_err(|_| ReplicaError::damaged("a value that cannot be written"))?;
    Ok(bytes)
}

/// The value that `bytes` hold, all of them.
pub fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ReplicaError> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).map_err(|_| ReplicaError::damaged("stored bytes that cannot be read"))?;
    if rest.is_empty() { Ok(value) } else { Err(ReplicaError::damaged("stored bytes with something after their end")) }
}
