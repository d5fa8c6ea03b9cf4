//! The shop as programs hold it: its replica, and a reader for the verbs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tradepost_domain::document::{Document, DocumentEdit};
use tradepost_domain::fact::{Fact, FactBody};
use tradepost_domain::id::{FactId, StaffId, TillId};
use tradepost_domain::money::Money;
use tradepost_domain::shop::{ShopSettings, Till};
use tradepost_domain::staff::{Permission, StaffMember};
use tradepost_domain::time::BusinessDay;
use tradepost_replica::{Draft, Environment, Reader, Recorded, ReplicaGuard, SharedReplica, lock};

use crate::basket::PricingRules;
use crate::by::By;
use crate::error::{OperationError, Outcome, Refusal};

/// A shop on this machine, and everything people do in it. Cheap to clone; clones share one replica.
#[derive(Clone)]
pub struct Shop {
    replica: SharedReplica,
    reader: Arc<Mutex<Reader>>,
    kept: Arc<Mutex<Kept>>,
}

/// What every sale needs and hardly ever changes, as it was read at one version of the documents.
#[derive(Default)]
struct Kept {
    documents_version: u64,
    rules: Option<PricingRules>,
    tills: BTreeMap<TillId, Till>,
    staff: BTreeMap<StaffId, Option<StaffMember>>,
}

impl Shop {
    /// The shop that this replica holds.
    pub fn new(replica: SharedReplica) -> Outcome<Self> {
        let reader = lock(&replica).reader()?;
        Ok(Self { replica, reader: Arc::new(Mutex::new(reader)), kept: Arc::default() })
    }

    /// A reader with a connection of its own: one for each thread that draws.
    pub fn reader(&self) -> Outcome<Reader> {
        Ok(lock(&self.replica).reader()?)
    }

    /// The replica.
    pub fn replica(&self) -> &SharedReplica {
        &self.replica
    }

    /// Whether this person may do it. `None` is the device's owner, who may do everything.
    pub fn may(&self, staff: Option<StaffId>, permission: Permission) -> Outcome<bool> {
        may(&self.read(), staff, permission)
    }

    /// Its settings.
    pub fn settings(&self) -> Outcome<ShopSettings> {
        settings(&self.read())
    }

    /// The reader of the verbs, for one that records nothing.
    pub(crate) fn read(&self) -> MutexGuard<'_, Reader> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replica and reader for one verb. What was read stays true until it has recorded: nobody else writes meanwhile.
    pub(crate) fn work(&self) -> Work<'_> {
        let mut replica = lock(&self.replica);
        // A failure is the disk's, and the verb hears of it when it records.
        replica.apply_ahead().ok();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.documents_version != replica.documents_version() {
            *kept = Kept { documents_version: replica.documents_version(), ..Kept::default() };
        }
        Work { replica, read: self.read(), kept }
    }

    /// Replica and reader, once the permission is checked.
    pub(crate) fn work_by(&self, by: &By<'_>, permission: Permission) -> Outcome<Work<'_>> {
        let mut work = self.work();
        work.require(by.staff, permission)?;
        Ok(work)
    }
}

/// One verb at work.
pub(crate) struct Work<'a> {
    pub replica: ReplicaGuard<'a>,
    pub read: MutexGuard<'a, Reader>,
    kept: MutexGuard<'a, Kept>,
}

impl Work<'_> {
    pub fn require(&mut self, staff: Option<StaffId>, permission: Permission) -> Outcome<()> {
        let Some(id) = staff else { return Ok(()) };
        let member = match self.kept.staff.get(&id) {
            Some(member) => member,
            None => {
                let member = self.read.document::<StaffMember>(id.into())?;
                self.kept.staff.entry(id).or_insert(member)
            }
        };
        let may = member.as_ref().is_some_and(|member| member.may(permission));
        if may { Ok(()) } else { Err(OperationError::NotPermitted { permission }) }
    }

    pub fn settings(&self) -> Outcome<ShopSettings> {
        settings(&self.read)
    }

    /// A till.
    pub fn till(&mut self, id: TillId) -> Outcome<Till> {
        if let Some(till) = self.kept.tills.get(&id) {
            return Ok(till.clone());
        }
        let till = found(self.read.till(id)?, "this till")?;
        self.kept.tills.insert(id, till.clone());
        Ok(till)
    }

    /// The rules for prices on a day.
    pub fn pricing_rules(&mut self, day: BusinessDay) -> Outcome<PricingRules> {
        let rules = match &self.kept.rules {
            Some(rules) => rules.clone(),
            None => PricingRules::read(&self.read, day)?,
        };
        self.kept.rules.get_or_insert_with(|| rules.clone());
        Ok(PricingRules { day, ..rules })
    }

    pub fn record(&mut self, draft: Draft, env: &mut dyn Environment) -> Outcome<Recorded> {
        Ok(self.replica.record(draft, env)?)
    }

    /// Records one fact.
    pub fn record_fact(&mut self, by: &mut By<'_>, operation: &str, id: FactId, body: FactBody) -> Outcome<Recorded> {
        let draft = Draft { facts: vec![Fact { id, body }], ..by.draft(operation) };
        self.record(draft, by.env)
    }

    /// Records what differs from what is stored; `None` when nothing does.
    pub fn save<D: Document>(&mut self, by: &mut By<'_>, operation: &str, document: &D) -> Outcome<Option<Recorded>> {
        let edits: Vec<DocumentEdit> = self.edit_of(document)?.into_iter().collect();
        self.record_edits(by, operation, edits)
    }

    /// What differs from what is stored.
    pub fn edit_of<D: Document>(&self, document: &D) -> Outcome<Option<DocumentEdit>> {
        let before = self.read.document::<D>(document.document_id())?;
        Ok(document.edit_from(before.as_ref()))
    }

    pub fn record_edits(&mut self, by: &mut By<'_>, operation: &str, edits: Vec<DocumentEdit>) -> Outcome<Option<Recorded>> {
        if edits.is_empty() {
            return Ok(None);
        }
        let draft = Draft { edits, ..by.draft(operation) };
        self.record(draft, by.env).map(Some)
    }

    /// A value of this machine alone, in JSON. What cannot be read (an older version wrote it) counts as absent.
    pub fn local<T: serde::de::DeserializeOwned>(&self, key: &str) -> Outcome<Option<T>> {
        let bytes = self.replica.local(key)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub fn put_local<T: serde::Serialize>(&mut self, key: &str, value: &T) -> Outcome<()> {
        Ok(self.replica.put_local(key, json(value).as_deref())?)
    }
}

/// A value in JSON, for local values. `None` only for what JSON cannot hold, which none of ours is.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Option<Vec<u8>> {
    serde_json::to_vec(value).ok()
}

pub(crate) fn may(read: &Reader, staff: Option<StaffId>, permission: Permission) -> Outcome<bool> {
    let Some(id) = staff else { return Ok(true) };
    let member = read.document::<StaffMember>(id.into())?;
    Ok(member.is_some_and(|member| member.may(permission)))
}

/// The settings of a shop that is set up.
pub(crate) fn settings(read: &Reader) -> Outcome<ShopSettings> {
    find_settings(read)?.ok_or_else(|| Refusal::ShopIsNotSetUp.into())
}

/// The settings, unless the shop is not set up or they have not arrived yet: every shop that is set up has a name.
pub(crate) fn find_settings(read: &Reader) -> Outcome<Option<ShopSettings>> {
    Ok(Some(read.shop()?).filter(|settings| !settings.name.is_empty()))
}

/// Refuses an amount of another currency than the shop's.
pub(crate) fn same_currency(settings: &ShopSettings, amount: Money) -> Outcome<()> {
    if amount.currency == settings.currency {
        return Ok(());
    }
    Err(Refusal::OtherCurrency { expected: settings.currency.to_string() }.into())
}

/// What was asked for by name and must be there.
pub(crate) fn found<T>(value: Option<T>, what: &'static str) -> Outcome<T> {
    value.ok_or(OperationError::NotFound { what })
}
