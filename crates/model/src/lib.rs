//! The nouns every other crate speaks: lines, looks, checks, verdicts, plans, events.
//!
//! Nothing here does anything: no clock, no file, no socket. A value of this crate means the same
//! on every machine, which is what lets a stranger judge a record again.
#![warn(missing_docs, clippy::disallowed_methods, clippy::disallowed_types)]

pub mod limits;
pub mod text;
pub mod time;

pub mod diagnostic;

pub mod ask;
pub mod fault;
pub mod found;
pub mod look;
pub mod scope;
pub mod seen;

pub mod check;
pub mod param;
pub mod quantity;
pub mod verdict;
pub mod world;

pub mod event;
pub mod line;
pub mod plan;

pub mod redact;
pub mod wire;
