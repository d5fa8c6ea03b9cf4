//! The journal: one hash chain per origin. Recording adds to our own, admitting adds to a peer's; both apply an entry whole, in
//! the database transaction of the caller, or not at all.

mod admit;
mod ahead;
mod apply;
pub(crate) mod chains;
pub(crate) mod facts;
pub(crate) mod fork;
pub(crate) mod listing;
mod pending;
mod record;

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::Connection;
use tradepost_domain::id::ShopId;

pub(crate) use admit::Applying;
pub use ahead::{Fresh, FreshHook};
pub(crate) use apply::retry_quarantined;
pub(crate) use chains::{Chains, Place};
pub(crate) use pending::Aside;
pub(crate) use record::put_local;

use crate::checkpoint;
use crate::error::ReplicaError;
use crate::identity::Identity;
use crate::origin::{Hash, Origin};

/// Guards that the simulation takes out one by one, to prove that its checks notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guards {
    /// A position counts only with the hash of its header.
    pub tip_hash_in_vector: bool,
    /// An entry waits for what it depends on.
    pub causal_dependencies: bool,
}

impl Default for Guards {
    fn default() -> Self {
        Self { tip_hash_in_vector: true, causal_dependencies: true }
    }
}

/// Why a peer's entry is wrong in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Larger than an entry may be.
    #[error("it is larger than an entry may be")]
    TooLarge,
    /// Not in canonical form.
    #[error("its header is not in canonical form")]
    NotCanonical,
    /// Of a format that this program does not know.
    #[error("it is written in a format that this version does not know; update the program")]
    Format,
    /// Of another shop.
    #[error("it belongs to another shop")]
    Shop,
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// A section's bytes are not what the header says.
    #[error("its contents are not what its header says")]
    Sections,
    /// Its lamport time is impossible.
    #[error("its place in the order of entries is impossible")]
    Lamport,
    /// It does not follow the entry before it.
    #[error("it does not follow the entry before it")]
    Previous,
}

/// One shop's chains, and who we are among them.
pub(crate) struct Journal {
    pub shop: ShopId,
    pub identity: Identity,
    pub chains: Chains,
    pub aside: Aside,
    pub guards: Guards,
    /// A checkpoint is being loaded: the chains stand where it stands, its documents are still coming.
    pub is_loading: bool,
    /// Entries that made this program crash more than once.
    pub suspects: BTreeSet<Hash>,
    /// The entry of ours that this database transaction put ahead: told once it is on disk.
    pub fresh: Option<Arc<Fresh>>,
    /// Who passes entries on.
    pub fresh_hooks: Vec<FreshHook>,
}

impl Journal {
    /// The journal of an opened file.
    pub fn open(connection: &Connection, identity: Identity) -> Result<Self, ReplicaError> {
        let (chains, aside) = (Chains::load(connection)?, Aside::load(connection)?);
        let is_loading = checkpoint::is_loading(connection)?;
        Ok(Self {
            shop: identity.shop(),
            identity,
            chains,
            aside,
            guards: Guards::default(),
            is_loading,
            suspects: BTreeSet::new(),
            fresh: None,
            fresh_hooks: Vec::new(),
        })
    }

    /// Who writes the next entry of ours.
    pub fn origin(&self) -> Origin {
        self.identity.origin
    }

    /// Reads the chains again: after a transaction that was not committed.
    pub fn reload(&mut self, connection: &Connection) -> Result<(), ReplicaError> {
        self.chains = Chains::load(connection)?;
        self.aside = Aside::load(connection)?;
        self.is_loading = checkpoint::is_loading(connection)?;
        self.fresh = None;
        self.identity.reload(connection)
    }
}
