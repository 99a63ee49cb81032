//! Wires: code that makes looks. The trait lives here so that wires and runtime need not see each
//! other.

use std::{future::Future, pin::Pin};

use crate::{ask::What, fault::Fault, seen::Seen};

/// A future that a wire hands out.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What became of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was seen, or the fault.
    pub result: Result<Seen, Fault>,
    /// What a person may want to know beyond that; never judged, never a secret.
    pub note: String,
}

impl Outcome {
    /// Something was seen.
    pub fn seen(seen: Seen) -> Self {
        Self { result: Ok(seen), note: String::new() }
    }

    /// The look came back empty-handed.
    pub fn fault(fault: Fault, note: impl Into<String>) -> Self {
        Self { result: Err(fault), note: note.into() }
    }
}

/// Speaks one protocol, or several.
pub trait Wire: Send + Sync {
    /// One look: one attempt, within the time limits of the ask, and never a panic. `None` when the
    /// wire does not speak what is asked.
    fn look<'a>(&'a self, what: &'a What) -> Option<BoxFuture<'a, Outcome>>;
}
