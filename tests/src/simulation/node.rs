//! One program of the simulated shop: its folder, its keys, and its replica while it runs.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use tradepost_operations::Shop;
use tradepost_replica::{ClockReading, DeviceSecrets, Environment, Fresh, Replica, SharedReplica, share};

use super::rng::Rng;

/// Clocks and randomness of one node: the world's time, told wrong by a fixed amount.
#[derive(Debug, Clone)]
pub struct NodeEnvironment {
    /// The world's time, milliseconds.
    pub now_ms: Rc<Cell<i64>>,
    /// What this node's wall clock is off by.
    pub skew_ms: i64,
    /// Chance of its own.
    pub rng: Rng,
}

impl Environment for NodeEnvironment {
    fn clock(&mut self) -> ClockReading {
        let now = self.now_ms.get();
        ClockReading { wall_ms: now + self.skew_ms, boot_id: 1, monotonic_ms: now as u64, server_offset_ms: Some(-self.skew_ms) }
    }

    fn random(&mut self, bytes: &mut [u8]) {
        self.rng.fill(bytes);
    }
}

/// What a node is in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// Sells on the web, stands between all others.
    Server,
    /// Edits.
    BackOffice,
    /// Sells over the counter.
    Till,
}

/// One program.
pub struct Node {
    /// Its name in reports.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Its data folder.
    pub folder: PathBuf,
    /// Its keys.
    pub secrets: DeviceSecrets,
    /// Its clocks and randomness.
    pub env: NodeEnvironment,
    /// The shop while the program runs; `None` while it is down.
    pub shop: Option<Shop>,
    /// Its till, if it is one.
    pub till: Option<tradepost_domain::id::TillId>,
    /// What it would pass on at once.
    pub fresh: Arc<Mutex<Option<Arc<Fresh>>>>,
}

impl Node {
    /// The last entry that this program put on disk ahead of what follows from it, if it did since it started.
    pub fn fresh(&self) -> Option<Arc<Fresh>> {
        self.fresh.lock().expect("nobody panicked with it").clone()
    }

    /// The replica, while the program runs.
    pub fn replica(&self) -> Option<SharedReplica> {
        self.shop.as_ref().map(|shop| shop.replica().clone())
    }

    /// Ends the program without a word, as a power cut does: nothing is written on the way out.
    pub fn crash(&mut self) {
        self.shop = None;
    }

    /// Starts the program again on its folder.
    pub fn start(&mut self) {
        let opened = Replica::open(&self.folder, self.secrets.clone(), &mut self.env)
            .unwrap_or_else(|error| panic!("{} does not start: {error}", self.name));
        if let Some(seed) = opened.new_signing_seed {
            self.secrets.signing_seed = Some(seed);
        }
        self.run(opened.replica);
    }

    /// Runs the program on its replica.
    pub fn run(&mut self, mut replica: Replica) {
        self.fresh = Arc::default();
        let fresh = Arc::clone(&self.fresh);
        replica.on_fresh(Box::new(move |entry| *fresh.lock().expect("nobody panicked with it") = Some(Arc::clone(entry))));
        self.shop = Some(Shop::new(share(replica)).expect("a shop on an open replica"));
    }
}
