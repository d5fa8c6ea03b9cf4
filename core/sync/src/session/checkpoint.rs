//! A checkpoint on its way: sent in chunks ahead of the receiver's wish, loaded one by one.

use tradepost_replica::{CheckpointSource, Environment, Replica, Touched};

use super::{Output, Session, SessionState};
use crate::message::{Message, SyncError, compress, decompress};

/// Checkpoint chunks sent ahead of the receiver's wish.
const CHUNKS_AHEAD_MAX: u64 = 8;

pub(super) struct SendingCheckpoint {
    pub(super) source: CheckpointSource,
    pub(super) next: u64,
    pub(super) wanted: u64,
    pub(super) is_done: bool,
}

pub(super) struct Loading {
    pub(super) next: u64,
    pub(super) total: u64,
}

impl Session {
    pub(super) fn begin_sending_checkpoint(
        &mut self,
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        let source = replica.checkpoint_source(env)?;
        let begins = Message::CheckpointBegins { manifest: source.manifest().to_vec(), chunks: source.chunk_count() };
        self.say(&begins, out);
        self.sending_checkpoint = Some(SendingCheckpoint { source, next: 0, wanted: 0, is_done: false });
        Ok(())
    }

    /// Sends chunks up to a few ahead of the one the receiver asked for. Chunks it holds already are read and passed over.
    pub(super) fn send_chunks(&mut self, out: &mut Vec<Output>) -> Result<(), SyncError> {
        let Some(mut sending) = self.sending_checkpoint.take() else { return Ok(()) };
        while !sending.is_done && sending.next < sending.wanted.saturating_add(CHUNKS_AHEAD_MAX) {
            match sending.source.next_chunk()? {
                Some(chunk) if sending.next >= sending.wanted => {
                    let message = Message::CheckpointChunk { index: sending.next, chunk: compress(&chunk)? };
                    self.say(&message, out);
                    sending.next += 1;
                }
                Some(_) => sending.next += 1,
                None => {
                    self.say(&Message::CheckpointEnds { chunks: sending.next }, out);
                    sending.is_done = true;
                }
            }
        }
        self.sending_checkpoint = Some(sending);
        Ok(())
    }

    pub(super) fn begin_loading(
        &mut self,
        manifest: &[u8],
        chunks: u64,
        replica: &mut Replica,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        if !replica.needs_checkpoint()? {
            return Err(SyncError::OutOfTurn);
        }
        let next = replica.begin_checkpoint(manifest)?;
        self.loading = Some(Loading { next, total: chunks });
        self.enter(SessionState::Loading { done: next, total: chunks }, out);
        self.say(&Message::CheckpointNext { index: next }, out);
        Ok(())
    }

    pub(super) fn load_chunk(
        &mut self,
        index: u64,
        chunk: &[u8],
        replica: &mut Replica,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        let Some(loading) = &mut self.loading else { return Err(SyncError::OutOfTurn) };
        if index != loading.next {
            return Err(SyncError::OutOfTurn);
        }
        replica.load_chunk(index, &decompress(chunk)?)?;
        loading.next += 1;
        let state = SessionState::Loading { done: loading.next, total: loading.total.max(loading.next) };
        let next = Message::CheckpointNext { index: loading.next };
        self.enter(state, out);
        self.say(&next, out);
        out.push(Output::Applied(Touched::default()));
        Ok(())
    }

    pub(super) fn finish_loading(
        &mut self,
        chunks: u64,
        replica: &mut Replica,
        env: &mut dyn Environment,
        out: &mut Vec<Output>,
    ) -> Result<(), SyncError> {
        if self.loading.as_ref().is_none_or(|loading| loading.next != chunks) {
            return Err(SyncError::OutOfTurn);
        }
        replica.finish_checkpoint(env)?;
        self.loading = None;
        let positions: Vec<_> = replica.vector()?.0.into_iter().collect();
        self.told.0.extend(positions.iter().copied());
        self.enter(SessionState::Exchanging, out);
        self.say(&Message::Stored { positions }, out);
        out.push(Output::Applied(Touched::default()));
        Ok(())
    }
}
