//! What the tests of the journal share: simulated devices of one shop, and short ways to make facts and edits.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests; each binary uses a part")]

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tradepost_domain::device::{Certificate, CertificateBody, DeviceCertified, DeviceRole};
use tradepost_domain::document::{DocumentEdit, DocumentKind, FieldChange, Scalar};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{DocumentId, FactId, LocationId, ReplicaId, VariantId};
use tradepost_domain::quantity::Quantity;
use tradepost_domain::stock::{StockAdjusted, StockLine};
use tradepost_domain::time::Timestamp;
use tradepost_replica::read::Reader;
use tradepost_replica::simulated::SimulatedEnvironment;
use tradepost_replica::{
    Admission, Continuity, DatabaseKey, DeviceSecrets, Draft, Environment, Membership, Recorded, Replica, ReplicaError,
    SigningSeed, TransferEntry, identity,
};

pub const KEY: DatabaseKey = DatabaseKey([7; 32]);

/// A device with its folder and clock.
pub struct Device {
    pub folder: PathBuf,
    pub env: SimulatedEnvironment,
    pub seed: SigningSeed,
    pub replica: Option<Replica>,
}

/// A shop with its founder; further devices join it.
pub struct Shop {
    pub root: TempDir,
    pub root_seed: SigningSeed,
    pub office: Device,
    devices: u64,
}

impl Shop {
    pub fn found() -> Self {
        Self::found_with(1)
    }

    pub fn found_with(seed: u64) -> Self {
        let root = TempDir::new().unwrap();
        let folder = root.path().join("office");
        let mut env = SimulatedEnvironment::new(seed);
        let founded = Replica::found(&folder, "Office", DeviceRole::BackOffice, KEY, &mut env).unwrap();
        let office = Device { folder, env, seed: founded.signing_seed, replica: Some(founded.replica) };
        Self { root, root_seed: founded.root_seed, office, devices: seed }
    }

    /// A certificate by the office for a device with this key.
    pub fn certificate(&mut self, replica: ReplicaId, seed: &SigningSeed, name: &str) -> Certificate {
        let body = CertificateBody {
            shop: self.office.get().shop(),
            replica,
            public_key: identity::public_key_of(seed),
            role: DeviceRole::Till,
            name: name.to_owned(),
            till: None,
            issued_at: Timestamp::from_unix_ms(0),
        };
        self.office.get().certify(&body).unwrap()
    }

    /// A new till that the office certifies. It holds nothing yet; the office's journal tells of it.
    pub fn till(&mut self, name: &str) -> Device {
        let (mut device, certificate) = self.uncertified_till(name);
        let fact = Fact { id: FactId::from_bytes(device.id()), body: FactBody::DeviceCertified(DeviceCertified { certificate }) };
        self.office.record(Draft { operation: "device.certify".into(), facts: vec![fact], ..Draft::default() });
        device
    }

    /// A new till with a certificate that nobody has told yet.
    pub fn uncertified_till(&mut self, name: &str) -> (Device, Certificate) {
        self.devices += 1;
        let mut env = SimulatedEnvironment::new(self.devices);
        let mut bytes = [0; 32];
        env.random(&mut bytes);
        let seed = SigningSeed(bytes);
        let mut id = [0; 16];
        env.random(&mut id);
        let certificate = self.certificate(ReplicaId::from_bytes(id), &seed, name);
        let office = self.office.get();
        let mut certificates = vec![certificate.clone()];
        certificates.extend(office.certificates().unwrap());
        let membership = Membership { shop: office.shop(), root_public_key: office.root_public_key(), certificates };
        let folder = self.root.path().join(name);
        let replica = Replica::join(&folder, KEY, &seed, &membership, &mut env).unwrap();
        (Device { folder, env, seed, replica: Some(replica) }, certificate)
    }
}

impl Device {
    pub fn get(&self) -> &Replica {
        self.replica.as_ref().unwrap()
    }

    pub fn get_mut(&mut self) -> &mut Replica {
        self.replica.as_mut().unwrap()
    }

    /// A reader that finds everything applied.
    pub fn reader(&mut self) -> Reader {
        self.get_mut().apply_ahead().unwrap();
        self.get().reader().unwrap()
    }

    pub fn id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        self.env.random(&mut id);
        id
    }

    pub fn record(&mut self, draft: Draft) -> Recorded {
        self.replica.as_mut().unwrap().record(draft, &mut self.env).unwrap()
    }

    /// Records goods that came (a fact that moves stock).
    pub fn adjust(&mut self, thousandths: i64) -> Recorded {
        let fact = self.adjustment(thousandths);
        self.record(Draft { operation: "stock.adjust".into(), facts: vec![fact], ..Draft::default() })
    }

    pub fn adjustment(&mut self, thousandths: i64) -> Fact {
        let body = StockAdjusted {
            location: LocationId::from_bytes([1; 16]),
            lines: vec![StockLine { variant: VariantId::from_bytes([2; 16]), quantity: Quantity::from_thousandths(thousandths) }],
            reason: "test".into(),
            adjusted_at: Timestamp::from_unix_ms(0),
        };
        Fact { id: FactId::from_bytes(self.id()), body: FactBody::StockAdjusted(body) }
    }

    /// Sets one field of one document.
    pub fn edit(&mut self, document: u8, path: &str, text: &str) -> Recorded {
        self.record(Draft { operation: "product.edit".into(), edits: vec![edit(document, path, text)], ..Draft::default() })
    }

    /// Admits an entry: every other one ahead of what follows from it, where that may be.
    pub fn admit(&mut self, entry: &TransferEntry) -> Admission {
        if entry.hash().0[0].is_multiple_of(2) {
            self.admit_ahead(entry)
        } else {
            self.with_env(|replica, env| replica.admit(entry, env))
        }
    }

    /// Admits an entry ahead of what follows from it, where that may be.
    pub fn admit_ahead(&mut self, entry: &TransferEntry) -> Admission {
        self.with_env(|replica, env| replica.admit_ahead(std::slice::from_ref(entry), env)).pop().unwrap()
    }

    fn with_env<T>(&mut self, work: impl FnOnce(&mut Replica, &mut SimulatedEnvironment) -> Result<T, ReplicaError>) -> T {
        work(self.replica.as_mut().unwrap(), &mut self.env).unwrap()
    }

    /// Everything that this device lacks of `other`, one by one in the order of sending.
    pub fn pull(&mut self, other: &Device) -> Vec<Admission> {
        let entries = self.missing(other);
        entries.iter().map(|entry| self.admit(entry)).collect()
    }

    pub fn missing(&self, other: &Device) -> Vec<TransferEntry> {
        other.get().entries_after(&self.get().vector().unwrap(), usize::MAX, usize::MAX).unwrap()
    }

    /// Closes without ceremony, as a crash would, and opens again.
    pub fn reopen(&mut self) -> Continuity {
        self.replica = None;
        let opened = Replica::open(&self.folder, self.secrets(), &mut self.env).unwrap();
        self.replica = Some(opened.replica);
        opened.continuity
    }

    pub fn secrets(&self) -> DeviceSecrets {
        DeviceSecrets { database_key: KEY, signing_seed: Some(self.seed.clone()) }
    }
}

pub fn edit(document: u8, path: &str, text: &str) -> DocumentEdit {
    let changes = vec![FieldChange { path: path.into(), value: Some(Scalar::Text(text.into())) }];
    DocumentEdit { id: DocumentId::from_bytes([document; 16]), kind: DocumentKind::Product, changes }
}

/// Both have the same documents and facts, and have read the same.
pub fn assert_in_step(one: &mut Device, other: &mut Device) {
    assert_eq!(one.get().vector().unwrap(), other.get().vector().unwrap());
    assert_eq!(one.get_mut().digest().unwrap(), other.get_mut().digest().unwrap());
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
