//! The session: hello, plan, entries both ways, verify; then pushes for as long as it lasts.
//!
//! A session holds nothing that matters: it may end at any point and the next one goes on from both sides' vectors.

mod checkpoint;
mod exchange;
mod fork;

use std::collections::BTreeSet;

use tradepost_domain::device::CertificateBody;
use tradepost_domain::id::ShopId;
use tradepost_replica::{Environment, Hash, Origin, Replica, Touched, Vector};

use self::checkpoint::{Loading, SendingCheckpoint};
use self::exchange::HeldBack;
use crate::handshake::{self, Nonce};
use crate::message::{Message, PROTOCOL, SyncError, unpack_entries};

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
            Message::Have { vector, evidence } => self.take_have(vector, evidence, replica, env, out),
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
