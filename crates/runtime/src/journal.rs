//! Where events go before anything follows from them.

use holdpoint_model::event::{Digest, Event, Seq};

/// The journal could not be written: nothing further may be done.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the journal: {0}")]
pub struct JournalError(pub String);

/// Appends events durably.
pub trait Journal {
    /// Appends all of them, with the evidence they name, or none; they are on disk when this
    /// returns.
    fn append(
        &mut self,
        events: &[Event],
        evidence: &[(Digest, Vec<u8>)],
    ) -> Result<Vec<Seq>, JournalError>;
}
