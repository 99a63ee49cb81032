//! The only place where something happens: it makes looks, keeps them, and judges what they show.
//!
//! Every event is in the journal, on disk, before its effect. Wires come in as trait objects; this
//! crate knows no protocol.

mod budget;
mod driver;
mod job;
mod journal;
mod vantage;

pub use budget::Budgets;
pub use driver::{Drive, Ended};
pub use job::Job;
pub use journal::{Journal, JournalError};
pub use vantage::{Earlier, Vantages};
