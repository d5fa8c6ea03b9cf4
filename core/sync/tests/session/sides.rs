//! Replicas to talk, and a line to carry their words.

use std::collections::VecDeque;

use tempfile::TempDir;
use tradepost_domain::device::{CertificateBody, DeviceRole};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, LocationId, ReplicaId, VariantId};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::stock::{StockLine, StockReceived};
use tradepost_domain::time::Timestamp;
use tradepost_replica::identity::public_key_of;
use tradepost_replica::simulated::SimulatedEnvironment;
use tradepost_replica::{DatabaseKey, Draft, Environment, Fresh, Membership, Replica, SigningSeed};
use tradepost_sync::pairing::{self, PairCodeRequest, PairRequest};
use tradepost_sync::{Output, Session, SessionState, SyncError};

pub const KEY: DatabaseKey = DatabaseKey([7; 32]);

pub struct Side {
    pub replica: Replica,
    pub env: SimulatedEnvironment,
    pub signing: SigningSeed,
    pub folder: TempDir,
}

pub fn founder(seed: u64) -> Side {
    let folder = tempfile::tempdir().unwrap();
    let mut env = SimulatedEnvironment::new(seed);
    let founded = Replica::found(folder.path(), "Back office", DeviceRole::BackOffice, KEY, &mut env).unwrap();
    Side { replica: founded.replica, env, signing: founded.signing_seed, folder }
}

pub fn member(of: &mut Side, seed: u64, role: DeviceRole) -> Side {
    let folder = tempfile::tempdir().unwrap();
    let mut env = SimulatedEnvironment::new(seed);
    let signing = SigningSeed(random(&mut env));
    let request = PairRequest {
        code: String::new(),
        replica: ReplicaId::from_bytes(random(&mut env)),
        public_key: public_key_of(&signing),
        name: "Member".to_owned(),
    };
    let grant = PairCodeRequest { role, name: "Member".to_owned(), till: None };
    let membership: Membership = pairing::certify_device(&mut of.replica, &request, &grant, &mut of.env).unwrap();
    let replica = Replica::join(folder.path(), KEY, &signing, &membership, &mut env).unwrap();
    Side { replica, env, signing, folder }
}

/// A till with a good certificate that stands in nobody's journal yet.
pub fn member_nobody_told_of(of: &Side, seed: u64) -> Side {
    let folder = tempfile::tempdir().unwrap();
    let mut env = SimulatedEnvironment::new(seed);
    let signing = SigningSeed(random(&mut env));
    let body = CertificateBody {
        shop: of.replica.shop(),
        replica: ReplicaId::from_bytes(random(&mut env)),
        public_key: public_key_of(&signing),
        role: DeviceRole::Till,
        name: "Till".to_owned(),
        till: None,
        issued_at: Timestamp::from_unix_ms(0),
    };
    let mut certificates = vec![of.replica.certify(&body).unwrap()];
    certificates.extend(of.replica.certificates().unwrap());
    let membership = Membership { certificates, ..of.replica.membership().unwrap() };
    let replica = Replica::join(folder.path(), KEY, &signing, &membership, &mut env).unwrap();
    Side { replica, env, signing, folder }
}

fn random<const N: usize>(env: &mut SimulatedEnvironment) -> [u8; N] {
    let mut bytes = [0; N];
    env.random(&mut bytes);
    bytes
}

impl Side {
    pub fn receive_stock(&mut self, quantity: i64) {
        let body = FactBody::StockReceived(StockReceived {
            location: LocationId::from_bytes([1; 16]),
            lines: vec![StockLine { variant: VariantId::from_bytes([2; 16]), quantity: Quantity::from_thousandths(quantity) }],
            reference: "delivery".to_owned(),
            received_at: Timestamp::from_unix_ms(0),
        });
        self.record("stock.receive", body);
    }

    pub fn record(&mut self, operation: &str, body: FactBody) {
        let fact = Fact { id: FactId::from_bytes(random(&mut self.env)), body };
        let draft = Draft { operation: operation.to_owned(), facts: vec![fact], ..Draft::default() };
        self.replica.record(draft, &mut self.env).unwrap();
    }
}

/// A line that carries every frame until nobody has anything to say.
pub struct Wire {
    pub dialed: Session,
    pub accepted: Session,
    to_accepted: VecDeque<Vec<u8>>,
    to_dialed: VecDeque<Vec<u8>>,
    pub frames: usize,
}

impl Wire {
    pub fn dial(a: &mut Side) -> Self {
        let (dialed, outputs) = Session::dial(&a.replica, &mut a.env).unwrap();
        let mut wire =
            Self { dialed, accepted: Session::accept(), to_accepted: VecDeque::new(), to_dialed: VecDeque::new(), frames: 0 };
        carry(outputs, &mut wire.to_accepted);
        wire
    }

    /// The side that dialed passes an entry on.
    pub fn pass_on(&mut self, fresh: &Fresh) {
        carry(self.dialed.pass_on(fresh).unwrap(), &mut self.to_accepted);
        assert_eq!(self.to_accepted.len(), 1);
    }

    pub fn run(&mut self, a: &mut Side, b: &mut Side) -> Result<(), SyncError> {
        carry(self.dialed.poll(&mut a.replica, &mut a.env)?, &mut self.to_accepted);
        carry(self.accepted.poll(&mut b.replica, &mut b.env)?, &mut self.to_dialed);
        loop {
            let (forth, back) = (self.to_accepted.pop_front(), self.to_dialed.pop_front());
            if forth.is_none() && back.is_none() {
                return Ok(());
            }
            if let Some(frame) = forth {
                self.frames += 1;
                hear(&mut self.accepted, &frame, b, &mut self.to_dialed)?;
            }
            if let Some(frame) = back {
                self.frames += 1;
                hear(&mut self.dialed, &frame, a, &mut self.to_accepted)?;
            }
        }
    }
}

/// One side hears a frame, answers, and then applies what it stored ahead.
fn hear(session: &mut Session, frame: &[u8], side: &mut Side, line: &mut VecDeque<Vec<u8>>) -> Result<(), SyncError> {
    carry(session.receive(frame, &mut side.replica, &mut side.env)?, line);
    if side.replica.is_ahead() {
        side.replica.apply_ahead()?;
        carry(session.poll(&mut side.replica, &mut side.env)?, line);
    }
    Ok(())
}

fn carry(outputs: Vec<Output>, line: &mut VecDeque<Vec<u8>>) {
    line.extend(outputs.into_iter().filter_map(|output| match output {
        Output::Send(frame) => Some(frame),
        Output::Applied(_) | Output::State(_) | Output::ServerClock { .. } | Output::NewIncarnation(_) | Output::ApplyAhead => {
            None
        }
    }));
}

pub fn assert_in_step(wire: &Wire, a: &mut Side, b: &mut Side) {
    assert_eq!(wire.dialed.state(), SessionState::InStep);
    assert_eq!(wire.accepted.state(), SessionState::InStep);
    assert_eq!(a.replica.vector().unwrap(), b.replica.vector().unwrap());
    assert_eq!(a.replica.digest().unwrap(), b.replica.digest().unwrap());
}
