//! Applying an entry's sections: documents, facts, projections, devices. Ours are known to be right; a peer's may be quarantined one
//! by one, and the rest of its entry and its later entries go on.

use rusqlite::{Connection, params};
use tradepost_domain::document::DocumentKind;
use tradepost_domain::fact::Fact;
use tradepost_domain::id::ReplicaId;
use tradepost_domain::time::Timestamp;

use super::chains::Place;
use super::facts::{self, Telling, Told};
use super::{Journal, listing};
use crate::cbor;
use crate::entry::{EntryHeader, FORMAT, SectionKind, TransferEntry};
use crate::error::ReplicaError;
use crate::gate;
use crate::identity;
use crate::origin::Origin;
use crate::projections::{self, Context};
use crate::replica::{Draft, Touched};

/// What applying an entry did besides writing it.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    pub touched: Touched,
    pub quarantined: Vec<usize>,
    /// Devices that became known or were revoked.
    pub devices: Vec<ReplicaId>,
    /// A fact's earlier telling came late: the projections must be made again.
    pub is_out_of_order: bool,
}

/// Stores the bytes of an entry's sections.
pub(crate) fn put_bodies(tx: &Connection, place: Place, entry: &TransferEntry) -> Result<(), ReplicaError> {
    let mut insert = tx.prepare_cached("insert into bodies (place, bytes) values (?, ?)")?;
    for (index, bytes) in entry.sections.iter().enumerate() {
        if let Some(bytes) = bytes {
            insert.execute(params![place.section(index).0, bytes.as_ref()])?;
        }
    }
    Ok(())
}

/// Takes note that a section was not applied, and why.
pub(crate) fn quarantine(tx: &Connection, place: Place, reason: &str) -> Result<(), ReplicaError> {
    tx.prepare_cached("insert into quarantine (place, reason) values (?1, ?2) on conflict do update set reason = ?2")?
        .execute(params![place.0, reason])?;
    Ok(())
}

/// Calls `with` with the context of an entry that was just appended.
pub(crate) fn in_context<T>(journal: &Journal, header: &EntryHeader, with: impl FnOnce(&Context<'_>) -> T) -> T {
    let number = journal.chains.get(&header.origin).map_or(0, |chain| chain.number);
    let knowledge = |subject: Origin| {
        if subject == header.origin { header.seq.saturating_sub(1) } else { journal.chains.known_by(number, &subject) }
    };
    with(&Context {
        origin: header.origin,
        seq: header.seq,
        lamport: header.lamport,
        at: Timestamp::from_unix_ms(header.clock.corrected_ms()),
        knowledge: &knowledge,
        is_covered: false,
    })
}

/// Applies an entry of ours. Its documents are stored already; its bodies too.
pub(crate) fn own(
    tx: &Connection,
    journal: &Journal,
    header: &EntryHeader,
    place: Place,
    draft: &Draft,
) -> Result<Applied, ReplicaError> {
    let mut applied = Applied::default();
    in_context(journal, header, |context| {
        for edit in &draft.edits {
            projections::document_changed(tx, edit.id, edit.kind)?;
            applied.touched.documents.push(edit.id);
        }
        let first = header.sections.len().saturating_sub(draft.facts.len());
        for (index, fact) in draft.facts.iter().enumerate() {
            let telling = Telling::of(header, place.section(first + index));
            let bytes = facts::body(tx, telling.place)?.unwrap_or_default();
            if facts::tell(tx, &journal.chains, fact, &bytes, &telling)? == Told::New {
                projections::fact_told(tx, fact, context)?;
            }
            applied.devices.extend(identity::fact_told(tx, &journal.identity, &fact.body)?);
            applied.touched.facts.push(fact.id);
        }
        Ok(applied)
    })
}

/// Applies a peer's entry, section by section.
pub(crate) fn foreign(
    tx: &Connection,
    journal: &Journal,
    header: &EntryHeader,
    entry: &TransferEntry,
    place: Place,
) -> Result<Applied, ReplicaError> {
    put_bodies(tx, place, entry)?;
    sections(tx, journal, header, entry, place)
}

/// Applies the sections of an entry whose row and bodies are stored.
pub(crate) fn sections(
    tx: &Connection,
    journal: &Journal,
    header: &EntryHeader,
    entry: &TransferEntry,
    place: Place,
) -> Result<Applied, ReplicaError> {
    let mut applied = Applied::default();
    let left_out = reason_to_leave_out(journal, header, entry);
    for (index, (section, bytes)) in header.sections.iter().zip(&entry.sections).enumerate() {
        let place = place.section(index);
        let Some(bytes) = bytes else { continue };
        let reason = match left_out {
            Some(reason) => Some(reason.to_owned()),
            None => apply_section(tx, journal, header, section.kind, bytes, place, &mut applied)?,
        };
        if let Some(reason) = reason {
            quarantine(tx, place, &reason)?;
            applied.quarantined.push(index);
        }
    }
    Ok(applied)
}

pub(super) fn reason_to_leave_out(journal: &Journal, header: &EntryHeader, entry: &TransferEntry) -> Option<&'static str> {
    if header.min_reader_version > FORMAT {
        return Some("written for a newer version");
    }
    journal.suspects.contains(&entry.hash()).then_some("this program crashed on it")
}

/// Looks again at what an older version of this program had left out. Returns how many sections are applied now.
pub(crate) fn retry_quarantined(tx: &Connection, journal: &Journal) -> Result<usize, ReplicaError> {
    let mut statement = tx.prepare("select place from quarantine order by place")?;
    let places = statement.query_map([], |row| row.get(0).map(Place))?.collect::<Result<Vec<Place>, _>>()?;
    let mut applied = Applied::default();
    let mut count = 0;
    for place in places {
        let Some(entry) = listing::entry_at(tx, Place::of(place.number(), place.seq()))? else { continue };
        let header = EntryHeader::decode(&entry.header)?;
        let index = place.section_index();
        let (Some(section), Some(Some(bytes))) = (header.sections.get(index), entry.sections.get(index)) else { continue };
        if reason_to_leave_out(journal, &header, &entry).is_none()
            && apply_section(tx, journal, &header, section.kind, bytes, place, &mut applied)?.is_none()
        {
            tx.prepare_cached("delete from quarantine where place = ?")?.execute([place.0])?;
            count += 1;
        }
    }
    if count > 0 {
        projections::rebuild_facts(tx)?;
    }
    Ok(count)
}

/// Applies one section under a savepoint. `Some`: it was left out, for this reason.
fn apply_section(
    tx: &Connection,
    journal: &Journal,
    header: &EntryHeader,
    kind: SectionKind,
    bytes: &[u8],
    place: Place,
    applied: &mut Applied,
) -> Result<Option<String>, ReplicaError> {
    tx.prepare_cached("savepoint section")?.execute([])?;
    let outcome = match kind {
        SectionKind::Fact => apply_fact(tx, journal, header, bytes, place, applied),
        SectionKind::DocumentChange => apply_change(tx, header, bytes, applied),
        SectionKind::Blob | SectionKind::Personal => Ok(None),
    };
    let reason = match outcome {
        Ok(reason) => reason,
        Err(error) if error.is_of_the_machine() => return Err(error),
        Err(error) => Some(error.to_string()),
    };
    if reason.is_some() {
        tx.prepare_cached("rollback to section")?.execute([])?;
    }
    tx.prepare_cached("release section")?.execute([])?;
    Ok(reason)
}

fn apply_fact(
    tx: &Connection,
    journal: &Journal,
    header: &EntryHeader,
    bytes: &[u8],
    place: Place,
    applied: &mut Applied,
) -> Result<Option<String>, ReplicaError> {
    let Ok(fact) = cbor::from_slice::<Fact>(bytes) else { return Ok(Some("a fact that this version cannot read".to_owned())) };
    match facts::tell(tx, &journal.chains, &fact, bytes, &Telling::of(header, place))? {
        Told::New => in_context(journal, header, |context| projections::fact_told(tx, &fact, context))?,
        Told::Again => {}
        Told::Earlier => applied.is_out_of_order = true,
    }
    applied.devices.extend(identity::fact_told(tx, &journal.identity, &fact.body)?);
    applied.touched.facts.push(fact.id);
    Ok(None)
}

fn apply_change(
    tx: &Connection,
    header: &EntryHeader,
    bytes: &[u8],
    applied: &mut Applied,
) -> Result<Option<String>, ReplicaError> {
    let section = match gate::ChangeSection::decode(bytes) {
        Ok(section) => section,
        Err(refusal) => return Ok(Some(refusal.to_string())),
    };
    let Some(kind) = DocumentKind::from_code(section.kind) else { return Ok(Some("a document of a newer version".to_owned())) };
    if let Err(refusal) = gate::admit(tx, &section, kind, header)? {
        return Ok(Some(refusal.to_string()));
    }
    projections::document_changed(tx, section.document, kind)?;
    applied.touched.documents.push(section.document);
    Ok(None)
}
