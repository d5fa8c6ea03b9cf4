//! Recording: what one of our own operations did becomes the next entry of our chain.

use rusqlite::{Connection, params};
use serde_bytes::ByteBuf;
use tradepost_domain::document::DocumentEdit;
use tradepost_domain::fact::Fact;
use tradepost_domain::time::Timestamp;

use super::ahead::is_sale;
use super::{Journal, apply};
use crate::cbor;
use crate::documents::{EditedBy, Engine};
use crate::entry::{
    DEPENDENCIES_MAX, ENTRY_BYTES_MAX, EntryHeader, FORMAT, HEADER_BYTES_MAX, NAME_BYTES_MAX, SECTION_BYTES_MAX, SECTIONS_MAX,
    SEQ_MAX, SectionHeader, SectionKind, TransferEntry,
};
use crate::environment::ClockReading;
use crate::error::ReplicaError;
use crate::gate;
use crate::origin::{Hash, Origin, Position};
use crate::replica::{Draft, Recorded, Touched};

/// The name of an entry that only says how far we have read.
const CAUGHT_UP: &str = "journal.caught_up";

/// A section on its way into an entry.
struct Section {
    scope: String,
    kind: SectionKind,
    bytes: Vec<u8>,
}

impl Journal {
    /// Records a draft as the next entry of ours.
    pub fn record(&mut self, tx: &Connection, draft: &Draft, clock: ClockReading) -> Result<Recorded, ReplicaError> {
        self.catch_up(tx, clock)?;
        let mut sections = self.edit(tx, draft, clock)?;
        for fact in &draft.facts {
            sections.push(section_of_fact(fact)?);
        }
        put_local(tx, &draft.local)?;
        if sections.is_empty() {
            return Err(ReplicaError::NothingToRecord);
        }
        self.write(tx, draft, sections, clock)
    }

    /// Records a draft of sales as the next entry of ours, ahead of all that follows from it: the entry and the local values are written,
    /// and nothing else. Any other draft is recorded whole.
    pub fn record_ahead(&mut self, tx: &Connection, draft: &Draft, clock: ClockReading) -> Result<Recorded, ReplicaError> {
        if !draft.facts.iter().all(is_sale) || !draft.edits.is_empty() || self.advanced().len() > DEPENDENCIES_MAX {
            return self.record(tx, draft, clock);
        }
        let sections = draft.facts.iter().map(section_of_fact).collect::<Result<Vec<_>, _>>()?;
        put_local(tx, &draft.local)?;
        if sections.is_empty() {
            return Err(ReplicaError::NothingToRecord);
        }
        let (header, entry) = self.signed(draft, sections, clock)?;
        let (origin, seq) = (header.origin, header.seq);
        let fresh = self.put_ahead(tx, header, entry)?;
        let hash = fresh.hash;
        self.fresh = Some(fresh);
        let facts = draft.facts.iter().map(|fact| fact.id).collect();
        Ok(Recorded { origin, seq, hash, touched: Touched { facts, is_ahead: true, ..Touched::default() } })
    }

    /// Makes the edits and returns their changes as sections; edits that change nothing leave none.
    fn edit(&self, tx: &Connection, draft: &Draft, clock: ClockReading) -> Result<Vec<Section>, ReplicaError> {
        let by = EditedBy { staff: draft.staff, at: Timestamp::from_unix_ms(clock.corrected_ms()) };
        let mut sections = Vec::new();
        for edit in &draft.edits {
            if !gate::fits(edit) {
                return Err(ReplicaError::TooLarge { what: "a field, or the number of fields" });
            }
            let change = Engine.edit(tx, &self.origin(), &by, edit)?;
            // Better an error here than an edit that every peer leaves out. Imports make first edits only, by the thousand.
            if draft.batch.is_none() && !change.is_empty() && gate::effect_of(&change).is_none() {
                return Err(ReplicaError::damaged("an edit that other devices would refuse"));
            }
            if !change.is_empty() {
                sections.push(section_of_edit(edit, change)?);
            }
        }
        Ok(sections)
    }

    /// When more origins advanced than one entry may name, entries without sections name them first.
    fn catch_up(&mut self, tx: &Connection, clock: ClockReading) -> Result<(), ReplicaError> {
        while self.advanced().len() > DEPENDENCIES_MAX {
            let draft = Draft { operation: CAUGHT_UP.to_owned(), ..Draft::default() };
            self.write(tx, &draft, Vec::new(), clock)?;
        }
        Ok(())
    }

    /// The origins that we read further since our last entry.
    fn advanced(&self) -> Vec<(Origin, Position)> {
        let own = self.origin();
        let author = self.chains.get(&own).map_or(0, |chain| chain.number);
        let others = self.chains.iter().filter(|(origin, chain)| **origin != own && chain.seq > 0);
        others
            .filter(|(origin, chain)| chain.seq > self.chains.known_by(author, origin))
            .map(|(origin, chain)| (*origin, chain.position()))
            .collect()
    }

    fn write(
        &mut self,
        tx: &Connection,
        draft: &Draft,
        sections: Vec<Section>,
        clock: ClockReading,
    ) -> Result<Recorded, ReplicaError> {
        let (header, entry) = self.signed(draft, sections, clock)?;
        let (place, hash) = self.chains.append(tx, &header, &entry)?;
        apply::put_bodies(tx, place, &entry)?;
        let mut applied = apply::own(tx, self, &header, place, draft)?;
        self.finish(tx, &mut applied, clock)?;
        Ok(Recorded { origin: header.origin, seq: header.seq, hash, touched: applied.touched })
    }

    fn signed(
        &self,
        draft: &Draft,
        sections: Vec<Section>,
        clock: ClockReading,
    ) -> Result<(EntryHeader, TransferEntry), ReplicaError> {
        check_size(draft, &sections)?;
        let header = self.next_header(draft, &sections, clock);
        let bytes = header.encode()?;
        if bytes.len() > HEADER_BYTES_MAX || header.seq > SEQ_MAX {
            return Err(ReplicaError::TooLarge { what: "its header" });
        }
        let signature = self.identity.sign(&bytes).to_vec();
        let sections = sections.into_iter().map(|section| Some(ByteBuf::from(section.bytes))).collect();
        Ok((header, TransferEntry { header: bytes, signature, sections }))
    }

    fn next_header(&self, draft: &Draft, sections: &[Section], clock: ClockReading) -> EntryHeader {
        let origin = self.origin();
        let chain = self.chains.get(&origin);
        let mut depends_on = self.advanced();
        depends_on.truncate(DEPENDENCIES_MAX);
        EntryHeader {
            format: FORMAT,
            shop: self.shop,
            origin,
            seq: chain.map_or(0, |chain| chain.seq).saturating_add(1),
            previous: chain.map_or(Hash::default(), |chain| chain.tip),
            depends_on,
            lamport: self.chains.lamport_max().saturating_add(1),
            clock,
            staff: draft.staff,
            operation: draft.operation.clone(),
            batch: draft.batch,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            min_reader_version: FORMAT,
            sections: sections.iter().map(Section::header).collect(),
        }
    }
}

impl Section {
    fn header(&self) -> SectionHeader {
        let length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        SectionHeader { scope: self.scope.clone(), kind: self.kind, length, hash: Hash::of(&self.bytes) }
    }
}

fn section_of_fact(fact: &Fact) -> Result<Section, ReplicaError> {
    Ok(Section { scope: fact.body.kind_name().to_owned(), kind: SectionKind::Fact, bytes: cbor::to_vec(fact)? })
}

fn section_of_edit(edit: &DocumentEdit, change: Vec<u8>) -> Result<Section, ReplicaError> {
    let bytes = gate::ChangeSection { document: edit.id, kind: edit.kind.code(), change }.encode()?;
    Ok(Section { scope: gate::scope_of(edit.kind).to_owned(), kind: SectionKind::DocumentChange, bytes })
}

fn check_size(draft: &Draft, sections: &[Section]) -> Result<(), ReplicaError> {
    if sections.len() > SECTIONS_MAX {
        return Err(ReplicaError::TooLarge { what: "too many facts and edits" });
    }
    if sections.iter().any(|section| section.bytes.len() > SECTION_BYTES_MAX) {
        return Err(ReplicaError::TooLarge { what: "one fact or edit" });
    }
    if sections.iter().map(|section| section.bytes.len()).sum::<usize>() > ENTRY_BYTES_MAX - HEADER_BYTES_MAX {
        return Err(ReplicaError::TooLarge { what: "all of it together" });
    }
    if draft.operation.len() > NAME_BYTES_MAX {
        return Err(ReplicaError::TooLarge { what: "the operation's name" });
    }
    Ok(())
}

/// Writes values of this machine alone.
pub(crate) fn put_local(tx: &Connection, values: &[(String, Option<Vec<u8>>)]) -> Result<(), ReplicaError> {
    for (key, value) in values {
        match value {
            Some(value) => tx
                .prepare_cached("insert into local_values (key, value) values (?1, ?2) on conflict do update set value = ?2")?
                .execute(params![key, value])?,
            None => tx.prepare_cached("delete from local_values where key = ?")?.execute([key])?,
        };
    }
    Ok(())
}
