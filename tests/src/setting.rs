//! A shop of several programs on this machine: an office that founds it, others that join it, each with a replica of its own, and the
//! line between two of them. No socket: frames are carried from hand to hand.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use tradepost_domain::device::DeviceRole;
use tradepost_domain::id::{ReplicaId, TillId};
use tradepost_operations::{By, NewShop, SetUp, Shop, share};
use tradepost_replica::identity::public_key_of;
use tradepost_replica::{DatabaseKey, DeviceSecrets, Environment, Replica, SigningSeed, lock};
use tradepost_sync::pairing::{PairCodeRequest, PairRequest, certify_device};
use tradepost_sync::{Counts, Output, Session, SessionState, SyncError};

/// The key of every file of a test.
pub const KEY: DatabaseKey = DatabaseKey([42; 32]);

/// The signing key of a shop's first program, beside its file. These shops hold nothing that anybody would steal.
const SEED_FILE: &str = "seed";

/// One program: its replica, as operations hold it, and its clocks.
pub struct Side {
    /// The shop as it is here.
    pub shop: Shop,
    /// Its clocks and chance.
    pub env: Box<dyn Environment>,
    /// Its data folder.
    pub folder: PathBuf,
}

impl Side {
    /// The device's owner, now.
    pub fn by(&mut self) -> By<'_> {
        By::owner(self.env.as_mut())
    }

    /// The shop, and who does something in it.
    pub fn work(&mut self) -> (Shop, By<'_>) {
        (self.shop.clone(), By::owner(self.env.as_mut()))
    }

    fn random<const N: usize>(&mut self) -> [u8; N] {
        random(self.env.as_mut())
    }
}

fn random<const N: usize>(env: &mut dyn Environment) -> [u8; N] {
    let mut bytes = [0; N];
    env.random(&mut bytes);
    bytes
}

/// A shop's first program. It is not set up yet.
pub fn found(folder: &Path, mut env: Box<dyn Environment>) -> Side {
    std::fs::create_dir_all(folder).expect("a folder");
    let founded = Replica::found(folder, "Office", DeviceRole::BackOffice, KEY, env.as_mut()).expect("a shop is founded");
    std::fs::write(folder.join(SEED_FILE), founded.signing_seed.0).expect("the key is kept");
    Side { shop: Shop::new(share(founded.replica)).expect("a shop"), env, folder: folder.to_owned() }
}

/// The key of the shop's first program.
pub fn seed_of(folder: &Path) -> SigningSeed {
    let seed = std::fs::read(folder.join(SEED_FILE)).expect("the key was kept");
    SigningSeed(seed.try_into().expect("a key of 32 bytes"))
}

/// A shop's first program again, after the process that founded it has ended.
pub fn reopen(folder: &Path, mut env: Box<dyn Environment>) -> Side {
    let secrets = DeviceSecrets { database_key: KEY, signing_seed: Some(seed_of(folder)) };
    let opened = Replica::open(folder, secrets, env.as_mut()).expect("the shop opens");
    Side { shop: Shop::new(share(opened.replica)).expect("a shop"), env, folder: folder.to_owned() }
}

/// A shop's first program, set up.
pub fn open_shop(folder: &Path, env: Box<dyn Environment>, new: NewShop) -> (Side, SetUp) {
    let mut office = found(folder, env);
    let (shop, mut by) = office.work();
    let set_up = shop.set_up(&mut by, new).expect("the shop is set up");
    (office, set_up)
}

/// A program that joins the office's shop; it knows nothing of it yet.
pub fn join(office: &mut Side, folder: &Path, mut env: Box<dyn Environment>, role: DeviceRole, till: Option<TillId>) -> Side {
    std::fs::create_dir_all(folder).expect("a folder");
    let seed = SigningSeed(random(env.as_mut()));
    let request = PairRequest {
        code: String::new(),
        replica: ReplicaId::from_bytes(office.random()),
        public_key: public_key_of(&seed),
        name: "Member".to_owned(),
    };
    let grant = PairCodeRequest { role, name: "Member".to_owned(), till };
    let replica = office.shop.replica().clone();
    let membership = certify_device(&mut lock(&replica), &request, &grant, office.env.as_mut()).expect("a certificate");
    let joined = Replica::join(folder, KEY, &seed, &membership, env.as_mut()).expect("the shop is joined");
    Side { shop: Shop::new(share(joined)).expect("a shop"), env, folder: folder.to_owned() }
}

/// A conversation between two programs.
pub struct Wire {
    dialed: Session,
    accepted: Session,
    forth: VecDeque<Vec<u8>>,
    back: VecDeque<Vec<u8>>,
}

impl Wire {
    /// The first program dials the second.
    pub fn dial(caller: &mut Side) -> Result<Self, SyncError> {
        let replica = caller.shop.replica().clone();
        let (dialed, outputs) = Session::dial(&lock(&replica), caller.env.as_mut())?;
        let mut wire = Self { dialed, accepted: Session::accept(), forth: VecDeque::new(), back: VecDeque::new() };
        send(outputs, &mut wire.forth);
        Ok(wire)
    }

    /// Carries frames until both sides hold the same and say so.
    pub fn run(&mut self, caller: &mut Side, called: &mut Side) -> Result<Counts, SyncError> {
        let (ours, theirs) = (caller.shop.replica().clone(), called.shop.replica().clone());
        send(self.dialed.poll(&mut lock(&ours), caller.env.as_mut())?, &mut self.forth);
        send(self.accepted.poll(&mut lock(&theirs), called.env.as_mut())?, &mut self.back);
        while !(self.forth.is_empty() && self.back.is_empty()) {
            if let Some(frame) = self.forth.pop_front() {
                hear(&mut self.accepted, &frame, called, &mut self.back)?;
            }
            if let Some(frame) = self.back.pop_front() {
                hear(&mut self.dialed, &frame, caller, &mut self.forth)?;
            }
        }
        Ok(self.dialed.counts())
    }

    /// Whether both sides say that they hold the same.
    pub fn is_in_step(&self) -> bool {
        self.dialed.state() == SessionState::InStep && self.accepted.state() == SessionState::InStep
    }
}

/// One side hears a frame, answers, and then applies what it stored ahead.
fn hear(session: &mut Session, frame: &[u8], side: &mut Side, line: &mut VecDeque<Vec<u8>>) -> Result<(), SyncError> {
    let replica = side.shop.replica().clone();
    let mut replica = lock(&replica);
    send(session.receive(frame, &mut replica, side.env.as_mut())?, line);
    if replica.is_ahead() {
        replica.apply_ahead()?;
        send(session.poll(&mut replica, side.env.as_mut())?, line);
    }
    Ok(())
}

fn send(outputs: Vec<Output>, line: &mut VecDeque<Vec<u8>>) {
    line.extend(outputs.into_iter().filter_map(|output| match output {
        Output::Send(frame) => Some(frame),
        Output::Applied(_) | Output::State(_) | Output::ServerClock { .. } | Output::NewIncarnation(_) | Output::ApplyAhead => {
            None
        }
    }));
}

/// One conversation from hello to in step.
pub fn exchange(caller: &mut Side, called: &mut Side) -> Counts {
    let mut wire = Wire::dial(caller).expect("a first frame");
    let counts = wire.run(caller, called).expect("the session goes on");
    assert!(wire.is_in_step(), "the session ended before both sides held the same");
    counts
}
