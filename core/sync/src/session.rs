//! The session: hello, plan, entries both ways, verify; then pushes for as long as it lasts.
//!
//! A session holds nothing that matters: it may end at any point and the next one goes on from both sides' vectors.

mod checkpoint;
mod fork;

use std::collections::BTreeSet;

use tradepost_domain::device::CertificateBody;
use tradepost_domain::id::ShopId;
use tradepost_replica::{
    Admission, EntryHeader, Environment, Fresh, Hash, Origin, Position, Replica, Touched, TransferEntry, Vector,
};

use self::checkpoint::{Loading, SendingCheckpoint};
use crate::handshake::{self, Nonce};
use crate::message::{BATCH_BYTES_TARGET, BATCH_ENTRIES_MAX, Message, PROTOCOL, SyncError, pack_entries, unpack_entries};

/// Batches on their way and not yet confirmed: enough to fill a line, few enough to bound memory.
const BATCHES_IN_FLIGHT_MAX: usize = 4;
/// How long the first words may take.
const HANDSHAKE_MS_MAX: u64 = 15_000;
/// After so long without a word the other side is asked whether it is still there.
const PING_AFTER_MS: u64 = 10_000;
/// After so long without a word it is gone.
const SILENCE_MS_MAX: u64 = 35_000;
/// After so long without confirmation of a batch, or without the next chunk, the session is given up: the next one goes on from the vectors.
const STALL_MS_MAX: u64 = 30_000;

/// A revoked device may hand in what it did and is told nothing; after so long without anything more, the session ends.
const HAND_IN_MS: u64 = 5_000;
/// Entries that the other side does not take (they wait for approval there, or for others) are sent again after so long, not at once.
const SEND_AGAIN_AFTER_MS: u64 = 20_000;

/// Which side of the session this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It dialed.
    Dialed,
    /// It accepted.
    Accepted,
}

/// How the session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// The first words.
    Greeting,
    /// A checkpoint is being loaded here.
    Loading {
        /// Chunks loaded.
        done: u64,
        /// About how many there are.
        total: u64,
    },
    /// Entries are on their way.
    Exchanging,
    /// Both sides hold the same, and their digests agree.
    InStep,
    /// Both sides have read the same entries and their digests differ: a defect or damage, to be looked into.
    Differs,
}

/// What the session wants done.
#[derive(Debug)]
pub enum Output {
    /// Send this frame.
    Send(Vec<u8>),
    /// Entries were applied: redraw what they touched.
    Applied(Touched),
    /// The state changed.
    State(SessionState),
    /// The other side's clock minus ours, milliseconds.
    ServerClock {
        /// To be added to the own wall clock.
        offset_ms: i64,
    },
    /// This replica was copied or restored and has gone on under a new origin.
    NewIncarnation(Origin),
    /// An entry is on disk ahead of what follows from it: once what stands before this was sent, apply it ([`Replica::apply_ahead`]).
    ApplyAhead,
}

/// What the session moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries sent.
    pub sent: u64,
    /// Entries received.
    pub received: u64,
    /// Of those, put aside whole or in part.
    pub set_aside: u64,
    /// Bytes of frames sent.
    pub bytes_out: u64,
    /// Bytes of frames received.
    pub bytes_in: u64,
}

enum Phase {
    AwaitHello,
    AwaitWelcome { ours: Nonce },
    AwaitProof { peer: CertificateBody, theirs: Nonce, ours: Nonce },
    AwaitReady,
    Open,
}

/// A conversation with one peer.
pub struct Session {
    role: Role,
    phase: Phase,
    state: SessionState,
    peer: Option<CertificateBody>,
    /// The other side was taken out of the shop.
    peer_is_revoked: bool,
    /// What the peer has or has been sent.
    theirs: Vector,
    /// What the peer confirmed.
    confirmed: Vector,
    /// What we confirmed to the peer.
    told: Vector,
    batches_in_flight: usize,
    /// The vector that we last said we are in step at.
    said_in_step: Option<Hash>,
    /// What the other side had when it last said that it lacks something.
    lacked_at: Option<Hash>,
    /// The digest and vector at which the other side last said that it is in step, until they are compared with what is here.
    heard_in_step: Option<(Hash, Hash)>,
    /// It took nothing of what was sent since: nothing is sent until then, or until something is new here.
    held_back: Option<HeldBack>,
    sending_checkpoint: Option<SendingCheckpoint>,
    loading: Option<Loading>,
    /// One side's own chain has two branches. Nothing is exchanged until that side has given one up: it would be done twice.
    is_forked: bool,
    /// Origins of which our hashes were told because the other side has another branch.
    forks_told: BTreeSet<Origin>,
    counts: Counts,
    started_ms: Option<u64>,
    heard_ms: u64,
    asked_ms: u64,
    /// When the exchange last got on.
    moved_ms: u64,
}

struct HeldBack {
    until_ms: u64,
    ours: Hash,
}

impl Session {
    /// The side that dials: the session and its first frame.
    pub fn dial(replica: &Replica, env: &mut dyn Environment) -> Result<(Self, Vec<Output>), SyncError> {
        let ours = handshake::nonce(env);
        let mut session = Self::new(Role::Dialed, Phase::AwaitWelcome { ours });
        session.started_ms = Some(env.clock().monotonic_ms);
        let mut out = Vec::new();
        session.say(&handshake::hello(replica, ours)?, &mut out);
        Ok((session, out))
    }

    /// The side that is called.
    pub fn accept() -> Self {
        Self::new(Role::Accepted, Phase::AwaitHello)
    }

    /// The shop that a first frame is for, so that a server can find its replica.
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever messages there may come to be, one begins a session")]
    pub fn peek_shop(first_frame: &[u8]) -> Result<ShopId, SyncError> {
        match Message::from_frame(first_frame)? {
            Message::Hello { protocol, .. } if protocol != PROTOCOL => Err(SyncError::OtherVersion { theirs: protocol }),
            Message::Hello { shop, .. } => Ok(shop),
            _ => Err(SyncError::OutOfTurn),
        }
    }

    fn new(role: Role, phase: Phase) -> Self {
        Self {
            role,
            phase,
            state: SessionState::Greeting,
            peer: None,
            peer_is_revoked: false,
            theirs: Vector::default(),
            confirmed: Vector::default(),
            told: Vector::default(),
            batches_in_flight: 0,
            said_in_step: None,
            lacked_at: None,
            heard_in_step: None,
            held_back: None,
            sending_checkpoint: None,
            loading: None,
            is_forked: false,
            forks_told: BTreeSet::new(),
            counts: Counts::default(),
            started_ms: None,
            heard_ms: 0,
            asked_ms: 0,
            moved_ms: 0,
        }
    }

    /// Who the other side is, once it has proved it.
    pub fn peer(&self) -> Option<&CertificateBody> {
        self.peer.as_ref()
    }

    /// How the session stands.
    pub fn state(&self) -> SessionState {
        self.state
    }

    /// What it moved.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What the other side confirmed to hold.
    pub fn confirmed(&self) -> &Vector {
        &self.confirmed
    }

    /// How many entries here the other side has not confirmed.
    pub fn unconfirmed(&self, replica: &Replica) -> Result<u64, SyncError> {
        let ours = replica.vector()?;
        Ok(ours.0.iter().map(|(origin, position)| position.seq.saturating_sub(self.confirmed.seq(origin))).sum())
    }

    /// Takes a frame.
    pub fn receive(&mut self, frame: &[u8], replica: &mut Replica, env: &mut dyn Environment) -> Result<Vec<Output>, SyncError> {
        self.heard_ms = env.clock().monotonic_ms;
        self.counts.bytes_in += frame.len() as u64;
        let message = Message::from_frame(frame)?;
        if !matches!(message, Message::Ping { .. } | Message::Pong { .. }) {
            self.moved_ms = self.heard_ms;
        }
        let mut out = Vec::new();
        if matches!(self.phase, Phase::Open) {
            self.hear(message, replica, env, &mut out)?;
            self.push(replica, &mut out)?;
        } else {
            self.greet(message, replica, env, &mut out)?;
        }
        Ok(out)
    }

    /// To be called after every commit and about once a second: pushes what is new, asks whether the peer is there, gives up on silence.
    pub fn poll(&mut self, replica: &mut Replica, env: &mut dyn Environment) -> Result<Vec<Output>, SyncError> {
        let clock = env.clock();
        let mut out = Vec::new();
        let started = *self.started_ms.get_or_insert(clock.monotonic_ms);
        if !matches!(self.phase, Phase::Open) {
            return if clock.monotonic_ms.saturating_sub(started) > HANDSHAKE_MS_MAX { Err(SyncError::Silent) } else { Ok(out) };
        }
        let silent_ms = clock.monotonic_ms.saturating_sub(self.heard_ms);
        let waits = self.batches_in_flight > 0 || self.loading.is_some() || self.is_forked;
        let stalled_ms = clock.monotonic_ms.saturating_sub(self.moved_ms);
        if silent_ms > SILENCE_MS_MAX || (waits && stalled_ms > STALL_MS_MAX) {
            return Err(SyncError::Silent);
        }
        if self.peer_is_revoked && stalled_ms > HAND_IN_MS {
            return Err(SyncError::Revoked);
        }
        if silent_ms > PING_AFTER_MS && clock.monotonic_ms.saturating_sub(self.asked_ms) > PING_AFTER_MS {
            self.asked_ms = clock.monotonic_ms;
            self.say(&Message::Ping { wall_ms: clock.wall_ms }, &mut out);
        }
        self.held_back.take_if(|held| clock.monotonic_ms >= held.until_ms);
        self.push(replica, &mut out)?;
        Ok(out)
    }

    /// Passes on an entry as soon as it may be, without waiting for the replica, if it is the very next that the other side waits for. Whatever
    /// this leaves is sent by the next poll, in its order.
    pub fn pass_on(&mut self, fresh: &Fresh) -> Result<Vec<Output>, SyncError> {
        let mut out = Vec::new();
        let is_free = matches!(self.phase, Phase::Open) && !self.is_kept_from_sending() && self.held_back.is_none();
        if is_free && self.batches_in_flight < BATCHES_IN_FLIGHT_MAX && self.is_next_for_them(&fresh.header) {
            self.theirs.0.insert(fresh.header.origin, Position { seq: fresh.header.seq, tip: fresh.hash });
            self.moved_ms = self.moved_ms.max(self.heard_ms);
            self.send_entries(std::slice::from_ref(&fresh.entry), &mut out)?;
        }
        Ok(out)
    }

    fn is_kept_from_sending(&self) -> bool {
        let is_sending_checkpoint = self.sending_checkpoint.as_ref().is_some_and(|sending| !sending.is_done);
        is_sending_checkpoint || self.loading.is_some() || self.is_forked || self.peer_is_revoked
    }

    /// Whether they have, or were sent, all that this entry stands on.
    fn is_next_for_them(&self, header: &EntryHeader) -> bool {
        let theirs = |origin| self.theirs.0.get(origin);
        let follows =
            theirs(&header.origin).is_some_and(|last| last.seq.saturating_add(1) == header.seq && last.tip == header.previous);
        follows && header.depends_on.iter().all(|(origin, at)| theirs(origin).is_some_and(|read| read.seq > at.seq || read == at))
    }

    fn greet(
        &mut self,
        message: Message,
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        let phase = std::mem::replace(&mut self.phase, Phase::AwaitHello);
        match (phase, message) {
            (_, Message::Bye { reason }) => return Err(SyncError::Ended(reason)),
            (Phase::AwaitHello, Message::Hello { protocol, .. }) if protocol != PROTOCOL => {
                return Err(SyncError::OtherVersion { theirs: protocol });
            }
            (Phase::AwaitHello, Message::Hello { shop, certificates, nonce, .. }) if self.role == Role::Accepted => {
                let ours = handshake::nonce(env);
                let (peer, welcome) = handshake::welcome(replica, shop, &certificates, &nonce, ours)?;
                self.say(&welcome, out);
                self.phase = Phase::AwaitProof { peer, theirs: nonce, ours };
            }
            (Phase::AwaitWelcome { ours }, Message::Welcome { certificates, nonce, signature }) => {
                let (peer, signature) = handshake::answer_welcome(replica, &certificates, &ours, &nonce, &signature)?;
                self.peer = Some(peer);
                let vector = replica.vector()?;
                let wants_checkpoint = replica.needs_checkpoint()?;
                self.told = vector.clone();
                let (evidence, wall_ms) = (replica.evidence_mark(), env.clock().wall_ms);
                self.say(&Message::Proof { signature, vector, evidence, wants_checkpoint, wall_ms }, out);
                self.phase = Phase::AwaitReady;
            }
            (Phase::AwaitProof { peer, theirs, ours }, Message::Proof { signature, vector, evidence, wants_checkpoint, .. }) => {
                handshake::check_proof(&peer, &theirs, &ours, &signature)?;
                self.peer_is_revoked = replica.is_revoked(&peer.replica)?;
                self.told = if self.peer_is_revoked { replica.vector_with_waiting(&peer.replica)? } else { replica.vector()? };
                self.peer = Some(peer);
                let ready =
                    Message::Ready { vector: self.told.clone(), evidence: replica.evidence_mark(), wall_ms: env.clock().wall_ms };
                self.say(&ready, out);
                self.open(vector, evidence, replica, out)?;
                if wants_checkpoint && !self.peer_is_revoked {
                    self.begin_sending_checkpoint(replica, env, out)?;
                }
                self.push(replica, out)?;
            }
            (Phase::AwaitReady, Message::Ready { vector, evidence, wall_ms }) => {
                out.push(Output::ServerClock { offset_ms: wall_ms.saturating_sub(env.clock().wall_ms) });
                self.open(vector, evidence, replica, out)?;
                self.push(replica, out)?;
            }
            _ => return Err(SyncError::OutOfTurn),
        }
        Ok(())
    }

    /// The first words are over.
    fn open(&mut self, theirs: Vector, evidence: Hash, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        self.phase = Phase::Open;
        self.enter(SessionState::Exchanging, out);
        self.learn_where_they_stand(theirs, evidence, replica, out)
    }

    /// Takes the other side's vector: looks for chains that parted, and sends the evidence that may be missing there.
    fn learn_where_they_stand(
        &mut self,
        theirs: Vector,
        evidence: Hash,
        replica: &mut Replica,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        for (origin, position) in &theirs.0 {
            let ours = replica.header_hash_at(origin, position.seq)?;
            if replica.guards().tip_hash_in_vector && ours.is_some_and(|hash| hash != position.tip) {
                self.report_fork(*origin, 0, position.seq.saturating_add(1), replica, out)?;
            }
        }
        self.confirmed = theirs.clone();
        self.theirs = theirs;
        if evidence == replica.evidence_mark() { Ok(()) } else { self.send_evidence(replica, out) }
    }

    fn hear(
        &mut self,
        message: Message,
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        match message {
            Message::Entries { batch } => self.take_entries(&batch, replica, env, out),
            Message::Stored { positions } => {
                self.take_stored(positions);
                Ok(())
            }
            Message::Evidence { batch } => {
                let touched = replica.admit_evidence(&unpack_entries(&batch)?, env)?;
                out.push(Output::Applied(touched));
                Ok(())
            }
            Message::Forked { origin, after, before, hashes } => {
                self.take_fork(origin, (after, before), &hashes, replica, env, out)
            }
            Message::WherePart { origin, after, before } => self.report_fork(origin, after, before, replica, out),
            Message::InStep { digest, vector } => self.take_in_step(digest, vector, replica, out),
            Message::Have { vector, evidence } => {
                self.batches_in_flight = 0;
                self.said_in_step = None;
                let lacks = vector_hash(&vector);
                if self.lacked_at.replace(lacks) == Some(lacks) {
                    let until_ms = env.clock().monotonic_ms.saturating_add(SEND_AGAIN_AFTER_MS);
                    self.held_back = Some(HeldBack { until_ms, ours: vector_hash(&replica.vector()?) });
                }
                self.learn_where_they_stand(vector, evidence, replica, out)
            }
            Message::CheckpointBegins { manifest, chunks } => self.begin_loading(&manifest, chunks, replica, out),
            Message::CheckpointChunk { index, chunk } => self.load_chunk(index, &chunk, replica, out),
            Message::CheckpointEnds { chunks } => self.finish_loading(chunks, replica, env, out),
            Message::CheckpointNext { index } => {
                if let Some(sending) = &mut self.sending_checkpoint {
                    sending.wanted = sending.wanted.max(index);
                }
                self.send_chunks(out)
            }
            Message::Ping { wall_ms } => {
                self.say(&Message::Pong { echo_ms: wall_ms, wall_ms: env.clock().wall_ms }, out);
                Ok(())
            }
            Message::Pong { echo_ms, wall_ms } => {
                let now = env.clock().wall_ms;
                let half_way = now.saturating_sub(echo_ms) / 2;
                out.push(Output::ServerClock { offset_ms: wall_ms.saturating_add(half_way).saturating_sub(now) });
                Ok(())
            }
            Message::Bye { reason } => Err(SyncError::Ended(reason)),
            Message::Hello { .. } | Message::Welcome { .. } | Message::Proof { .. } | Message::Ready { .. } => {
                Err(SyncError::OutOfTurn)
            }
        }
    }

    fn take_entries(
        &mut self,
        batch: &[u8],
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        if self.loading.is_some() {
            return Err(SyncError::OutOfTurn);
        }
        if self.is_forked {
            // Sent before the other side heard of the fork; the next session brings them again.
            return Ok(());
        }
        let entries = unpack_entries(batch)?;
        self.counts.received += entries.len() as u64;
        let admissions = replica.admit_ahead(&entries, env)?;
        let mut touched = Touched::default();
        for (entry, admission) in entries.iter().zip(&admissions) {
            note_position(&mut self.theirs, entry);
            match admission {
                Admission::Applied { touched: more, .. } => touched.merge(more),
                Admission::Quarantined { touched: more, .. } => {
                    self.counts.set_aside += 1;
                    touched.merge(more);
                }
                Admission::Fork { origin, seq, touched: more } => {
                    self.counts.set_aside += 1;
                    touched.merge(more);
                    self.report_fork(*origin, 0, seq.saturating_add(1), replica, out)?;
                }
                Admission::OwnOriginContinued { new_origin } => out.push(Output::NewIncarnation(*new_origin)),
                Admission::Duplicate | Admission::Pending | Admission::AwaitingApproval | Admission::Refused { .. } => {
                    self.counts.set_aside += 1;
                }
            }
        }
        self.tell_stored(replica, out)?;
        out.push(Output::Applied(touched));
        if replica.is_ahead() {
            out.push(Output::ApplyAhead);
        }
        Ok(())
    }

    fn take_stored(&mut self, positions: Vec<(Origin, Position)>) {
        self.batches_in_flight = self.batches_in_flight.saturating_sub(1);
        for (origin, position) in positions {
            self.confirmed.0.insert(origin, position);
            let known = self.theirs.0.entry(origin).or_insert(position);
            if known.seq < position.seq {
                *known = position;
            }
        }
    }

    /// Tells what is stored here now; the answer to a batch, even when nothing advanced.
    fn tell_stored(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        let ours = replica.vector()?;
        let positions: Vec<_> = ours
            .0
            .iter()
            .filter(|(origin, position)| self.told.0.get(origin) != Some(position))
            .map(|(origin, position)| (*origin, *position))
            .collect();
        self.told = ours;
        self.say(&Message::Stored { positions }, out);
        Ok(())
    }

    /// Sends what the other side lacks, as far as the line allows, and says so when nothing is left.
    fn push(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        if self.is_kept_from_sending() {
            return Ok(());
        }
        if let Some(held) = &self.held_back {
            if held.ours == vector_hash(&replica.vector()?) {
                return Ok(());
            }
            self.held_back = None;
        }
        if self.batches_in_flight == 0 {
            self.moved_ms = self.moved_ms.max(self.heard_ms);
        }
        while self.batches_in_flight < BATCHES_IN_FLIGHT_MAX {
            let entries = replica.entries_after(&self.theirs, BATCH_ENTRIES_MAX, BATCH_BYTES_TARGET)?;
            if entries.is_empty() {
                break;
            }
            for entry in &entries {
                note_position(&mut self.theirs, entry);
            }
            self.send_entries(&entries, out)?;
        }
        // A digest is of what was applied. While something is ahead it can wait: applying it is told, and brings the next poll.
        self.compare(replica, out)?;
        if self.batches_in_flight == 0 && !replica.is_ahead() {
            self.say_in_step(replica, out)?;
        }
        Ok(())
    }

    fn send_entries(&mut self, entries: &[TransferEntry], out: &mut Vec<Output>) -> Result<(), SyncError> {
        self.counts.sent += entries.len() as u64;
        self.batches_in_flight += 1;
        self.enter(SessionState::Exchanging, out);
        self.say(&Message::Entries { batch: pack_entries(entries)? }, out);
        Ok(())
    }

    fn say_in_step(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        let ours = replica.vector()?;
        if ours != self.theirs {
            return Ok(());
        }
        let mark = vector_hash(&ours);
        if self.said_in_step == Some(mark) {
            return Ok(());
        }
        self.said_in_step = Some(mark);
        self.confirmed = ours;
        self.say(&Message::InStep { digest: replica.digest()?.total, vector: mark }, out);
        Ok(())
    }

    fn take_in_step(
        &mut self,
        digest: Hash,
        vector: Hash,
        replica: &mut Replica,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        let ours = replica.vector()?;
        if vector_hash(&ours) != vector {
            // Either something is still on its way, and this is harmless, or something was lost, and this brings it again.
            if self.loading.is_none() && self.batches_in_flight == 0 {
                self.say(&Message::Have { vector: ours, evidence: replica.evidence_mark() }, out);
            }
            return Ok(());
        }
        self.confirmed = ours.clone();
        self.theirs = ours;
        self.heard_in_step = Some((digest, vector));
        self.compare(replica, out)
    }

    /// Compares the other side's digest with ours, once all is applied that it is of. If more came meanwhile, that brings another digest.
    fn compare(&mut self, replica: &mut Replica, out: &mut Vec<Output>) -> Result<(), SyncError> {
        if replica.is_ahead() {
            return Ok(());
        }
        if let Some((digest, vector)) = self.heard_in_step.take()
            && vector_hash(&replica.vector()?) == vector
        {
            let is_equal = replica.digest()?.total == digest;
            self.enter(if is_equal { SessionState::InStep } else { SessionState::Differs }, out);
        }
        Ok(())
    }

    fn enter(&mut self, state: SessionState, out: &mut Vec<Output>) {
        if self.state != state {
            self.state = state;
            out.push(Output::State(state));
        }
    }

    fn say(&mut self, message: &Message, out: &mut Vec<Output>) {
        let frame = message.to_frame();
        self.counts.bytes_out += frame.len() as u64;
        out.push(Output::Send(frame));
    }
}

/// The last words to a peer whose session ends, in words for a person.
pub fn goodbye(reason: &str) -> Vec<u8> {
    Message::Bye { reason: reason.to_owned() }.to_frame()
}

/// Notes that the other side has this entry.
fn note_position(vector: &mut Vector, entry: &TransferEntry) {
    let Ok(header) = EntryHeader::decode(&entry.header) else { return };
    let position = Position { seq: header.seq, tip: Hash::of(&entry.header) };
    let known = vector.0.entry(header.origin).or_insert(position);
    if known.seq < position.seq {
        *known = position;
    }
}

/// A short mark of a vector: equal marks, equal vectors.
fn vector_hash(vector: &Vector) -> Hash {
    let mut bytes = Vec::with_capacity(vector.0.len() * 60);
    for (origin, position) in &vector.0 {
        bytes.extend_from_slice(origin.replica.as_bytes());
        bytes.extend_from_slice(&origin.incarnation.to_be_bytes());
        bytes.extend_from_slice(&position.seq.to_be_bytes());
        bytes.extend_from_slice(&position.tip.0);
    }
    Hash::of(&bytes)
}
