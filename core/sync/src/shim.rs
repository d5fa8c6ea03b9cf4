//! Temporary: stands in until the replica's checkpoint lands; its inherent methods take precedence.
use tradepost_replica::{Environment, Replica, ReplicaError};
pub struct CheckpointSource;
impl CheckpointSource {
    pub fn manifest(&self) -> &[u8] { &[] }
    pub fn chunk_count(&self) -> u64 { 0 }
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, ReplicaError> { Ok(None) }
}
pub trait Shim {
    fn needs_checkpoint(&self) -> Result<bool, ReplicaError> { Ok(false) }
    fn checkpoint_source(&self, _: &mut dyn Environment) -> Result<CheckpointSource, ReplicaError> { Ok(CheckpointSource) }
    fn begin_checkpoint(&mut self, _: &[u8]) -> Result<u64, ReplicaError> { Ok(0) }
    fn load_chunk(&mut self, _: u64, _: &[u8]) -> Result<(), ReplicaError> { Ok(()) }
    fn finish_checkpoint(&mut self, _: &mut dyn Environment) -> Result<(), ReplicaError> { Ok(()) }
}
impl Shim for Replica {}
